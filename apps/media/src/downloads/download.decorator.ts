import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiResponse } from '@nestjs/swagger';
import { ErrorShape } from '@app/common/openapi/envelope.shapes.js';
import { EXAMPLES, OBJECT_ID } from '@app/common/openapi/examples.js';

/** Of the type that the file has, whichever that is. */
const BYTES = { '*/*': { schema: { type: 'string' as const, format: 'binary' } } };
const SHA = '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"';

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const, example },
});

const ETAG = { ETag: header('Names these bytes for ever.', SHA) };
const CACHING = {
  ...ETAG,
  'Cache-Control': header('Only the asker’s own cache may keep it, and not for long.', 'private, max-age=3600'),
};
const FILE = {
  ...CACHING,
  'Accept-Ranges': header('Parts may be asked for.', 'bytes'),
  'Content-Disposition': header('The name to save it under.', 'attachment; filename="holiday.jpg"'),
};

const REFUSED = { success: false, message: 'The file has 48213 bytes.', code: 'INVALID_INPUT' };

/** Documents what a download takes and answers: the whole, a part, nothing new, no such part. */
export function ApiDownload() {
  const may = { required: false, schema: { type: 'string' as const } };
  return applyDecorators(
    ApiParam({
      name: 'id',
      description: 'The id of the file.',
      schema: { type: 'string', pattern: OBJECT_ID, example: EXAMPLES.media },
    }),
    ApiHeader({
      ...may,
      name: 'Range',
      description: 'One part of it, like `bytes=0-1023`; several are answered with the whole.',
    }),
    ApiHeader({
      ...may,
      name: 'If-Range',
      description: 'The `ETag` of which the part is wanted; of another, the whole comes.',
    }),
    ApiHeader({ ...may, name: 'If-None-Match', description: 'The `ETag` of what one has already.' }),
    ApiResponse({ status: 200, description: 'The file', headers: FILE, content: BYTES }),
    ApiResponse({
      status: 206,
      description: 'The part of it that `Range` asks for',
      headers: { ...FILE, 'Content-Range': header('Which part, of how much.', 'bytes 0-1023/48213') },
      content: BYTES,
    }),
    ApiResponse({ status: 304, description: 'It is the one that `If-None-Match` names', headers: CACHING }),
    ApiResponse({
      status: 416,
      description: '`INVALID_INPUT`: `Range` asks for nothing that it has',
      type: ErrorShape,
      headers: { ...ETAG, 'Content-Range': header('How much there is.', 'bytes */48213') },
      examples: { outside: { summary: 'Past the end', value: REFUSED } },
    }),
  );
}
