import { pipeline } from 'node:stream/promises';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Who } from '@app/common/auth/caller.decorator.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { EXAMPLES, OBJECT_ID } from '@app/common/openapi/examples.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import type { Env } from '../env.js';
import type { MediaRecord } from '../media.repository.js';
import { CheckShape, MediaShape, shown } from '../media.shapes.js';
import type { ByteRange } from '../storage/storage.js';
import { ApiDownload } from './download.decorator.js';
import { DownloadService } from './download.service.js';

const ID = { type: 'string' as const, pattern: OBJECT_ID, example: EXAMPLES.media };

/** Bytes never change; who may see them does, so that only the asker's own cache keeps them, and not for long. */
const CACHING = { 'Cache-Control': 'private, max-age=3600', Vary: 'Authorization' };

@ApiTags('media')
@Controller('media')
export class DownloadController {
  constructor(
    private readonly downloads: DownloadService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  @Get(':id')
  @ApiOperation({ summary: 'Download a file', description: 'Takes `Range`, `If-Range` and `If-None-Match`; HEAD too.' })
  @ApiDownload()
  @ApiErrors('NOT_FOUND')
  async downloadFile(@Who() who: Bearer, @Param('id') id: string, @Res() response: Response) {
    const request = response.req;
    const record = await this.downloads.find(who, id);
    response.set('ETag', etagOf(record));
    if (isKnown(request, record)) return response.status(304).set(CACHING).end();
    const range = rangeAsked(request, record);
    if (range === 'outside') return refuseRange(response, record);
    if (request.method === 'HEAD') return describe(response, record).end();
    const content = await this.downloads.read(record, range);
    await send(content, describe(response, record, range));
  }

  @Get(':id/info')
  @ApiOperation({ summary: 'What is known of a file' })
  @ApiParam({ name: 'id', description: 'The id of the file.', schema: ID })
  @ApiEnvelope(MediaShape)
  @ApiErrors('NOT_FOUND')
  async getFileInfo(@Who() who: Bearer, @Param('id') id: string) {
    return ok(shown(await this.downloads.find(who, id), this.env.PUBLIC_URL));
  }

  @Post('check')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What is known of several files',
    description: 'All of them, in the order asked, or 404 that names those which do not exist for the asker.',
  })
  @ApiEnvelope(MediaShape, { as: 'list' })
  @ApiErrors('NOT_FOUND')
  async checkFiles(@Who() who: Bearer, @Body() { mediaIds }: CheckShape) {
    const records = await this.downloads.findAll(who, mediaIds);
    return ok(records.map((record) => shown(record, this.env.PUBLIC_URL)));
  }
}

function etagOf({ sha256 }: MediaRecord): string {
  return `"${sha256}"`;
}

/** True when the asker has the file; unlike `request.fresh`, also for fetch, which adds `Cache-Control: no-cache`. */
function isKnown(request: Request, record: MediaRecord): boolean {
  const known = request.get('If-None-Match')?.split(',') ?? [];
  return known.map((tag) => tag.trim().replace(/^W\//, '')).some((tag) => tag === '*' || tag === etagOf(record));
}

/** The one part that the request asks for; several at once, or a part of another version, are answered with the whole. */
function rangeAsked(request: Request, record: MediaRecord): ByteRange | 'outside' | undefined {
  const condition = request.get('If-Range');
  if (request.method === 'HEAD' || (condition !== undefined && condition !== etagOf(record))) return undefined;
  const ranges = request.range(record.size, { combine: true });
  if (ranges === -1) return 'outside';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}

function refuseRange(response: Response, { size }: MediaRecord): void {
  const body: ErrorEnvelope = { success: false, message: `The file has ${size} bytes.`, code: 'INVALID_INPUT' };
  response.status(416).set('Content-Range', `bytes */${size}`).json(body);
}

/** Says what comes, and that a browser shall save it and not run it. */
function describe(response: Response, record: MediaRecord, range?: ByteRange): Response {
  const { size, name, contentType } = record;
  response.attachment(name).set({
    ...CACHING,
    'Accept-Ranges': 'bytes',
    'Content-Length': String(range ? range.end - range.start + 1 : size),
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Content-Type': contentType,
    'X-Content-Type-Options': 'nosniff',
  });
  if (!range) return response;
  return response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
}

async function send(content: NodeJS.ReadableStream, response: Response): Promise<void> {
  try {
    await pipeline(content, response);
  } catch (error) {
    const left = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!left) throw error;
  }
}
