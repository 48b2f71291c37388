import { Public } from '@app/common/auth/jwt.guard.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiDone, ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { ClientAddresses } from '@app/common/address/client-addresses.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Env } from '../../env.js';
import { given } from '../given.rules.js';
import { LoginShape, RefreshShape, RegisterShape, SignedInShape } from '../identity.shapes.js';
import { signedInOf } from '../identity.view.js';
import { AuthService, type From } from './auth.service.js';

/** Sign-up and login, for apps that have no login of their own. */
@ApiTags('auth')
@Public()
@Controller('api/v1/auth')
export class AuthController {
  private readonly addresses: ClientAddresses;

  constructor(
    private readonly auth: AuthService,
    @Inject(ENV) env: Env,
  ) {
    this.addresses = new ClientAddresses(env.TRUSTED_PROXIES);
  }

  @Post('register')
  @ApiOperation({ summary: 'Sign up; one is logged in at once' })
  @ApiEnvelope(SignedInShape, { status: 201, says: 'Welcome' })
  @ApiErrors('CONFLICT')
  async register(@Body() body: RegisterShape, @Req() request: Request) {
    return ok(signedInOf(await this.auth.register(given(body), this.fromOf(request))), 'Welcome');
  }

  @Post('login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in by username or e-mail address' })
  @ApiEnvelope(SignedInShape)
  @ApiErrors('WRONG_CREDENTIALS')
  async login(@Body() { username, password }: LoginShape, @Req() request: Request) {
    return ok(signedInOf(await this.auth.login(username, password, this.fromOf(request))));
  }

  @Post('refresh')
  @HttpCode(200)
  @ApiOperation({ summary: 'Spend a refresh token for a new pair; one that comes twice ends the login' })
  @ApiEnvelope(SignedInShape)
  @ApiErrors('UNAUTHENTICATED')
  async refreshTokens(@Body() { refreshToken }: RefreshShape) {
    return ok(signedInOf(await this.auth.refresh(refreshToken)));
  }

  @Post('logout')
  @HttpCode(200)
  @ApiOperation({ summary: 'End this login: its tokens are refused and its sockets are cut within five seconds' })
  @ApiDone('Logged out')
  async logout(@Body() { refreshToken }: RefreshShape) {
    await this.auth.logout(refreshToken);
    return ok(null, 'Logged out');
  }

  private fromOf(request: Request): From {
    const device = request.headers['user-agent'];
    return { address: this.addresses.of(request), ...(device && { device }) };
  }
}
