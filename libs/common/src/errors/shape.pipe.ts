import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { AppError } from './app-error.js';
import { invalidInput, VALIDATION, withoutNulls } from './validate.js';

/** Turns bodies, queries and paths of REST into validated shapes, as `shaped` does with the words of sockets. */
export class ShapePipe extends ValidationPipe {
  constructor() {
    super({ ...VALIDATION, transform: true, exceptionFactory: invalidInput });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A shape whose fields may all be left out is no reason to take nothing, or what nobody has read, for an empty one.
    if (metadata.type === 'body' && metadata.metatype !== undefined && value === undefined) {
      throw new AppError('INVALID_INPUT', { message: 'A body in JSON is expected, of the type application/json.' });
    }
    const valid: unknown = await super.transform(value, metadata);
    return metadata.type === 'body' ? withoutNulls(valid) : valid;
  }
}
