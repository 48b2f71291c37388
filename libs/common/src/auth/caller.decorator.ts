import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Bearer } from './token.verifier.js';

/** The verified bearer of a REST request, as a controller's parameter. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Bearer => {
  return context.switchToHttp().getRequest<Request & { user: Bearer }>().user;
});
