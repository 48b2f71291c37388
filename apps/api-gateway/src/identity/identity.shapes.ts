import { Transform, type TransformFnParams } from 'class-transformer';
import { IsEmail, IsString, IsUrl, Length, Matches, MaxLength, ValidateIf } from 'class-validator';
import { type Role, ROLES } from '@app/common/schemas/user.schema.js';
import { EXAMPLES, ONE_LINE } from '@app/common/openapi/examples.js';
import { ApiProperty } from '@nestjs/swagger';
import { tidy, USERNAME } from './auth/account.rules.js';

const Tidy = () =>
  Transform(({ value }: TransformFnParams): unknown => (typeof value === 'string' ? tidy(value) : value));

/** Counted as it is hashed: what another keyboard writes with more signs has no more of them. */
const OneSpelling = () =>
  Transform(({ value }: TransformFnParams): unknown => (typeof value === 'string' ? value.normalize('NFKC') : value));

/** May be left out, but not be null. */
const MayBeLeftOut = () => ValidateIf((_, value) => value !== undefined);

/** Of the right form, and of nobody. */
const ACCESS_TOKEN = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI2OTIwYTFiMmMzZDRlNWY2MDcxODI5MzAifQ.c2lnbmF0dXJl';
const REFRESH_TOKEN = 'T3VyRXhhbXBsZUZhbWlseQ.QW5FeGFtcGxlU2VjcmV0VGhhdE5vYm9keUhhc0F0QWx';

const PHONE = /^\+?[0-9][0-9 ()/.-]{3,30}$/;

/** What one may say of oneself. */
class ProfileShape {
  /** The name others see, 1 to 64 characters. */
  @ApiProperty({ required: false, example: 'Ana Lima' })
  @MayBeLeftOut()
  @Tidy()
  @IsString()
  @Length(1, 64)
  name?: string;

  /** Unique, whatever the case; others never see it. */
  @ApiProperty({ required: false, example: 'ana@example.org' })
  @MayBeLeftOut()
  @Tidy()
  @MaxLength(254)
  @IsEmail()
  email?: string;

  /** Others never see it. */
  @ApiProperty({ required: false, pattern: PHONE.source, example: '+55 11 91234 5678' })
  @MayBeLeftOut()
  @Tidy()
  @Matches(PHONE, { message: 'phone must be a telephone number' })
  phone?: string;
}

/** A sign-up. */
export class RegisterShape extends ProfileShape {
  /** 3 to 32 letters, digits, `.`, `_` or `-`; unique, whatever the case. */
  @ApiProperty({ minLength: 3, maxLength: 32, example: 'ana.lima' })
  @Tidy()
  @Matches(USERNAME, { message: 'username must have 3 to 32 letters, digits, dots, underscores or hyphens' })
  username: string;

  /** 8 to 128 characters, and none of the commonest: those that are tried first, dates, one’s own name. */
  @ApiProperty({ example: 'correct horse battery' })
  @OneSpelling()
  @IsString()
  @Length(8, 128)
  password: string;
}

/** A login. */
export class LoginShape {
  /** The username or the e-mail address. */
  @ApiProperty({ example: 'ana' })
  @IsString()
  @Length(1, 254)
  username: string;

  @ApiProperty({ example: 'ana-demo-1' })
  @IsString()
  @Length(1, 128)
  password: string;
}

/** A refresh token to be spent. */
export class RefreshShape {
  /** The newest one; each can be used once. */
  @ApiProperty({ example: REFRESH_TOKEN })
  @IsString()
  @Length(1, 128)
  refreshToken: string;
}

/** A change of one's own profile; what is left out stays. */
export class ProfileChangeShape extends ProfileShape {
  /** An http or https address. */
  @ApiProperty({ required: false, example: 'https://example.org/ana.png' })
  @MayBeLeftOut()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  @MaxLength(1024)
  picture?: string;
}

/** What people are looked for by. */
export class SearchShape {
  /** The start of a username or a name; nothing finds nobody. */
  @ApiProperty({ required: false, pattern: ONE_LINE, example: 'ana' })
  @MayBeLeftOut()
  @Tidy()
  @IsString()
  @MaxLength(64)
  search?: string;
}

/** A person as others see them. */
export class PersonShape {
  @ApiProperty({ example: EXAMPLES.account })
  _id: string;
  /** Missing for people of a host app that has no usernames. */
  @ApiProperty({ required: false, example: 'ana' })
  username?: string;
  @ApiProperty({ example: 'Ana Lima' })
  name: string;
  @ApiProperty({ required: false, example: 'https://example.org/ana.png' })
  picture?: string;
}

/** A person as only they see themselves. */
export class MeShape extends PersonShape {
  @ApiProperty({ required: false, example: 'ana@example.org' })
  email?: string;
  @ApiProperty({ required: false, example: '+55 11 91234 5678' })
  phone?: string;
  @ApiProperty({ enum: ROLES, example: 'user' })
  role: Role;
  /** ISO 8601 in UTC. */
  @ApiProperty({ example: '2026-11-21T09:30:00.000Z', format: 'date-time' })
  createdAt: string;
}

/** Someone who is logged in. */
export class SignedInShape {
  /** Goes into `Authorization: Bearer …` and into the socket's `auth.token`. */
  @ApiProperty({ example: ACCESS_TOKEN })
  accessToken: string;
  /** Gets the next pair of tokens at `/api/v1/auth/refresh`, once. */
  @ApiProperty({ example: REFRESH_TOKEN })
  refreshToken: string;
  /** Seconds until the access token ends. */
  @ApiProperty({ type: 'integer', example: 900 })
  expiresIn: number;
  user: MeShape;
}
