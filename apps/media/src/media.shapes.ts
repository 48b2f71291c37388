import { EXAMPLES, OBJECT_ID } from '@app/common/openapi/examples.js';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsMongoId } from 'class-validator';
import type { MediaRecord } from './media.repository.js';

/** A kept file. */
export class MediaShape {
  /** Give it as `mediaId` when you send a message. */
  @ApiProperty({ example: EXAMPLES.media, pattern: OBJECT_ID })
  _id: string;
  /** Where it is downloaded, with a bearer token. */
  @ApiProperty({ example: `http://localhost:3000/api/v1/media/${EXAMPLES.media}`, format: 'uri' })
  url: string;
  /** The uploader's name for it, cleaned, with an ending that fits its type. */
  @ApiProperty({ example: 'holiday.jpg' })
  name: string;
  /** What its first bytes say. */
  @ApiProperty({ example: 'image/jpeg' })
  contentType: string;
  /** Size in bytes. */
  @ApiProperty({ type: 'integer', example: 48213 })
  size: number;
  /** ISO 8601 in UTC. */
  @ApiProperty({ example: '2026-11-21T09:30:00.000Z', format: 'date-time' })
  createdAt: string;
}

/** Which files are asked for. */
export class CheckShape {
  /** One to ten ids of media. */
  @ApiProperty({ items: { type: 'string', pattern: OBJECT_ID }, uniqueItems: true, example: [EXAMPLES.media] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ArrayUnique()
  @IsMongoId({ each: true })
  mediaIds: string[];
}

/** A record as its owner and those who may see it are shown it. */
export function shown(record: MediaRecord, publicUrl: string): MediaShape {
  return {
    _id: record.id,
    url: `${publicUrl}/api/v1/media/${record.id}`,
    name: record.name,
    contentType: record.contentType,
    size: record.size,
    createdAt: record.createdAt.toISOString(),
  };
}
