import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { invalidInput, VALIDATION, withoutNulls } from './validate.js';

/** Turns bodies, queries and paths of REST into validated shapes, as `shaped` does with the words of sockets. */
export class ShapePipe extends ValidationPipe {
  constructor() {
    super({ ...VALIDATION, transform: true, exceptionFactory: invalidInput });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const valid: unknown = await super.transform(value, metadata);
    return metadata.type === 'body' ? withoutNulls(valid) : valid;
  }
}
