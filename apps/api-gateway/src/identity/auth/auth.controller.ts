import { Public } from '@app/common/auth/jwt.guard.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { ApiEnvelope } from '@app/common/openapi/openapi.js';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { given } from '../given.rules.js';
import { LoginShape, RefreshShape, RegisterShape, SignedInShape } from '../identity.shapes.js';
import { signedInOf } from '../identity.view.js';
import { AuthService } from './auth.service.js';

/** Sign-up and login, for apps that have no login of their own. */
@ApiTags('auth')
@Public()
@Controller('api/v1/auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('register')
  @ApiOperation({ summary: 'Sign up; one is logged in at once' })
  @ApiEnvelope(SignedInShape, 'one', 201)
  @ApiErrors('INVALID_INPUT', 'CONFLICT')
  async register(@Body() body: RegisterShape) {
    return ok(signedInOf(await this.auth.register(given(body))), 'Welcome');
  }

  @Post('login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in by username or e-mail address' })
  @ApiEnvelope(SignedInShape)
  @ApiErrors('INVALID_INPUT', 'WRONG_CREDENTIALS')
  async login(@Body() { username, password }: LoginShape) {
    return ok(signedInOf(await this.auth.login(username, password)));
  }

  @Post('refresh')
  @HttpCode(200)
  @ApiOperation({ summary: 'Spend a refresh token for a new pair; one that comes twice ends the login' })
  @ApiEnvelope(SignedInShape)
  @ApiErrors('INVALID_INPUT', 'UNAUTHENTICATED')
  async refresh(@Body() { refreshToken }: RefreshShape) {
    return ok(signedInOf(await this.auth.refresh(refreshToken)));
  }

  @Post('logout')
  @HttpCode(200)
  @ApiOperation({ summary: 'End this login; the access token lives on until it expires' })
  @ApiErrors('INVALID_INPUT')
  async logout(@Body() { refreshToken }: RefreshShape) {
    await this.auth.logout(refreshToken);
    return ok(null, 'Logged out');
  }
}
