import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';
import type { ErrorEnvelope } from '@app/contracts/shapes.js';
import { breakOff } from '../metrics/http.middleware.js';
import { AppError } from './app-error.js';
import { knownError } from './known-error.js';

const BY_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'INVALID_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Answers every REST failure with the envelope; what nobody expected is logged once, under the id that is answered. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  private readonly log = new Logger(HttpErrorFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const known = this.known(thrown);
    if (response.headersSent) {
      breakOff(response);
      return;
    }
    const error = otherwiseTaken(known, response);
    const { retryAfterMs, errorId } = error.details;
    if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
    const body: ErrorEnvelope = {
      success: false,
      message: error.message,
      code: error.code,
      ...(errorId !== undefined && { errorId }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    response.status(ERRORS[error.code].http).json(body);
  }

  private known(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    const status = httpStatusOf(thrown);
    const code = status === undefined ? undefined : BY_STATUS[status];
    if (code !== undefined) {
      // Nest's own words are for developers of the server; a malformed body says so in ours.
      return new AppError(code, code === 'INVALID_INPUT' ? { message: 'The request is malformed.' } : {});
    }
    return knownError(thrown, this.log);
  }
}

/** What is nowhere may be there for other methods, and says for which. */
function otherwiseTaken(error: AppError, response: Response): AppError {
  const methods = error.code === 'NOT_FOUND' ? otherMethods(response.req) : [];
  if (methods.length === 0) return error;
  response.setHeader('Allow', methods.join(', '));
  return new AppError('METHOD_NOT_ALLOWED');
}

function httpStatusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  // body-parser and multer throw plain errors that carry the status.
  if (thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number') return thrown.status;
  return undefined;
}

/** A layer of Express’ router; those of middleware have no route. */
interface Layer {
  route?: { path: unknown; methods: Record<string, boolean> };
  match(path: string): unknown;
}

/** The methods that are taken at the address of a request which no route has taken; none where nothing is. */
function otherMethods(request: Request): string[] {
  const taken = request.route as Layer['route'];
  if (taken && !catchesAll(taken.path)) return [];
  const { stack } = request.app.router as unknown as { stack: Layer[] };
  const here = stack.filter((layer) => layer.route && !catchesAll(layer.route.path) && layer.match(request.path));
  const known = new Set(here.flatMap(methodsOf));
  return METHODS.filter((method) => known.has(method));
}

/** A route that passes on whatever no other route takes says nothing of methods. */
function catchesAll(path: unknown): boolean {
  return typeof path === 'string' && path.includes('*');
}

function methodsOf({ route }: Layer): string[] {
  const methods = Object.keys(route?.methods ?? {}).map((method) => method.toUpperCase());
  return methods.includes('GET') ? ['HEAD', ...methods] : methods;
}
