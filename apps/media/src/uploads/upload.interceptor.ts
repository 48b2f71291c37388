import { createParamDecorator, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { CallHandler, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { type Observable, tap } from 'rxjs';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Env } from '../env.js';
import { uploadMetrics } from './upload.metrics.js';
import { type Received, tooLarge, UploadService } from './upload.service.js';

/** The form fields that a file may come in. */
const FIELDS = ['file', 'media'];

const LIMITS = {
  files: 1,
  fields: 10,
  fieldSize: 4096,
  headerPairs: 20,
  fieldNestingDepth: 1,
  fieldArrayIndexLimit: 10,
};

/** What boundaries, part headers and other fields may add to a file. */
const FORM_BYTES = 64 * 1024;

/** What the form's parser says of a form; its errors have no code and no type of their own. */
const MALFORMED = /^(Multipart: |Malformed |Unexpected end of |Unsupported content type)/;

type UploadRequest = Request & { received?: Received };

/** The file that {@link UploadInterceptor} received, as a controller's parameter. */
export const ReceivedFile = createParamDecorator((_: unknown, context: ExecutionContext): Received => {
  const { received } = context.switchToHttp().getRequest<UploadRequest>();
  if (!received) throw new Error('the route lacks its UploadInterceptor');
  return received;
});

/** Streams the one file of a multipart form into the storage before the route is called. */
@Injectable()
export class UploadInterceptor implements NestInterceptor {
  private readonly counted;

  constructor(
    private readonly uploads: UploadService,
    @Inject(ENV) private readonly env: Env,
    metrics: Metrics,
  ) {
    this.counted = metrics.of(uploadMetrics).uploads;
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<UploadRequest>();
    const failed = (error: unknown) => this.counted.with({ outcome: failureOf(error, request) }).inc();
    try {
      await this.receive(request, context.switchToHttp().getResponse<Response>());
    } catch (error) {
      failed(error);
      throw error;
    }
    return next.handle().pipe(tap({ error: failed }));
  }

  private async receive(request: UploadRequest, response: Response): Promise<void> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > this.env.MEDIA_MAX_BYTES + FORM_BYTES) throw tooLarge(this.env.MEDIA_MAX_BYTES);
    await this.parse(request, response);
    if (!request.received) throw refused('Send one file, as multipart/form-data, in the field "file" or "media".');
  }

  /** Reads the form to its end; throws once nothing is left of a form that is refused. */
  private async parse(request: UploadRequest, response: Response): Promise<void> {
    const engine = new Engine(this.uploads);
    const form = multer({
      storage: engine,
      limits: LIMITS,
      defParamCharset: 'utf8',
      fileFilter: (_request, { fieldname }, done) => {
        if (FIELDS.includes(fieldname)) done(null, true);
        else done(refused('The file must come in the field "file" or "media".'));
      },
    }).any();
    const error = await new Promise<unknown>((resolve) => void form(request, response, resolve));
    if (error) throw translated((await engine.failure()) ?? error, request);
    request.received = await engine.staged;
  }
}

/** Where multer puts the file, and how it takes it back when the rest of the form is refused or breaks off. */
class Engine implements StorageEngine {
  staged: Promise<Received> | undefined;

  constructor(private readonly uploads: UploadService) {}

  _handleFile(...[, file, done]: Parameters<StorageEngine['_handleFile']>): void {
    this.staged = this.uploads.receive({ name: file.originalname, content: file.stream });
    this.staged.then(() => done(null, {}), done);
  }

  _removeFile(...[, , done]: Parameters<StorageEngine['_removeFile']>): void {
    this.discard().then(() => done(null), done);
  }

  /** Why the file was not received; multer may know of a consequence only. Nobody else is told before all is tidy. */
  async failure(): Promise<unknown> {
    const [outcome] = await Promise.allSettled([this.discard()]);
    return outcome.status === 'rejected' ? outcome.reason : undefined;
  }

  private async discard(): Promise<void> {
    const received = await this.staged;
    if (received) await this.uploads.discard(received);
  }
}

/** How an upload is counted that was not kept. */
function failureOf(error: unknown, request: Request) {
  if (!(error instanceof AppError)) return 'failed';
  if (error.code === 'TOO_LARGE') return 'too_large';
  if (error.code === 'UNSUPPORTED_TYPE') return 'unsupported_type';
  return request.complete ? 'refused' : 'broken_off';
}

function refused(message: string): AppError {
  return new AppError('INVALID_INPUT', { message });
}

/** Says in our words what multer and the form's parser refuse; what they did not throw is passed on. */
function translated(error: unknown, request: Request): Error {
  if (error instanceof AppError) return error;
  if (error instanceof MulterError) {
    const many = error.code === 'LIMIT_FILE_COUNT';
    return refused(many ? 'Send one file a request.' : `The form is not accepted: ${error.message}.`);
  }
  if (!request.complete) return refused('The upload broke off.');
  if (error instanceof Error && MALFORMED.test(error.message)) return refused('The form is malformed or broke off.');
  return error instanceof Error ? error : new Error('the form could not be read', { cause: error });
}
