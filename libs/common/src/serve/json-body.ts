import { isUtf8 } from 'node:buffer';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** For a parser of JSON: bytes that are no text are refused; it would read other letters in their place. */
export const WHOLE_TEXT = {
  verify(...[, , body, encoding]: [request: unknown, response: unknown, body: Buffer, encoding: string]): void {
    if (encoding === 'utf-8' && !isUtf8(body)) throw Object.assign(new Error('not UTF-8'), { status: 400 });
  },
};

/** Reads bodies in JSON, up to a limit in bytes. */
export function readJson(app: NestExpressApplication, limit = 102_400): void {
  app.useBodyParser('json', { limit, ...WHOLE_TEXT });
}
