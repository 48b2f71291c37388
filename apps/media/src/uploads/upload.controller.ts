import { Controller, Inject, Post, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Who } from '@app/common/auth/caller.decorator.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import type { Env } from '../env.js';
import { MediaShape, shown } from '../media.shapes.js';
import { ReceivedFile, UploadInterceptor } from './upload.interceptor.js';
import { type Received, UploadService } from './upload.service.js';

const FILE = { type: 'string', format: 'binary' };
const FORM = { type: 'object', required: ['file'], properties: { file: FILE }, additionalProperties: true };

@ApiTags('media')
@Controller('media')
export class UploadController {
  constructor(
    private readonly uploads: UploadService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  @Post()
  @UseInterceptors(UploadInterceptor)
  @ApiOperation({
    summary: 'Upload a file',
    description:
      'One file, in the field `file` or `media`. Its type is told by its first bytes, whatever it is called.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ required: true, schema: FORM })
  @ApiEnvelope(MediaShape, { status: 201 })
  async uploadFile(@Who() who: Bearer, @ReceivedFile() received: Received) {
    const record = await this.uploads.keep(who, received);
    return ok(shown(record, this.env.PUBLIC_URL));
  }
}
