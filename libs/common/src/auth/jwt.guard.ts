import { type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { AppError } from '../errors/app-error.js';

const PUBLIC = 'parley:public';

/** Marks a route or a controller that needs no token. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Refuses every request without a valid bearer token, but for routes marked {@link Public}. */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const open = this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    return open ? true : super.canActivate(context);
  }

  override handleRequest<T>(error: unknown, bearer: T | false): T {
    if (error instanceof Error) throw error;
    if (!bearer) throw new AppError('UNAUTHENTICATED');
    return bearer;
  }
}
