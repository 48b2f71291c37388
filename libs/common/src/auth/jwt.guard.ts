import { applyDecorators, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { ApiExtension } from '@nestjs/swagger';
import { AppError } from '../errors/app-error.js';

const PUBLIC = 'parley:public';

/** Marks a route or a controller that needs no token, for the guard and for its document. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC, true), ApiExtension('x-public', true));

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

  override handleRequest<T>(error: unknown, bearer: T | false, reason?: unknown): T {
    if (error instanceof Error) throw error;
    // Keys that cannot be read just now are not the bearer's fault, and passport tells them as a reason.
    if (reason instanceof AppError) throw reason;
    if (!bearer) throw new AppError('UNAUTHENTICATED');
    return bearer;
  }
}
