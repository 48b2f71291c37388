import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { AppError } from '../errors/app-error.js';
import { isPlain, isPlainQuery, isWhole } from '../errors/plain.rules.js';

type Asked = Pick<Request, 'url' | 'query'> & { body: unknown };

/** Refuses a request whose query or body no route of ours could mean; what each field may be, its DTO says. */
export class PlainInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const { url, query, body } = context.switchToHttp().getRequest<Asked>();
    if (!isWhole(url) || !isPlainQuery(query)) {
      throw new AppError('INVALID_INPUT', {
        message: 'A parameter of the query is not known, given twice or malformed.',
      });
    }
    if (!isPlain(body)) {
      throw new AppError('INVALID_INPUT', { message: 'The body must be JSON in whole characters, not nested deeply.' });
    }
    return next.handle();
  }
}
