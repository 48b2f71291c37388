import { Transform, type TransformFnParams } from 'class-transformer';
import { IsEmail, IsString, IsUrl, Length, Matches, MaxLength, ValidateIf } from 'class-validator';
import { type Role, ROLES } from '@app/common/schemas/user.schema.js';
import { ApiProperty } from '@nestjs/swagger';
import { tidy, USERNAME } from './auth/account.rules.js';

const Tidy = () =>
  Transform(({ value }: TransformFnParams): unknown => (typeof value === 'string' ? tidy(value) : value));

/** May be left out, but not be null. */
const MayBeLeftOut = () => ValidateIf((_, value) => value !== undefined);

const PHONE = /^\+?[0-9][0-9 ()/.-]{3,30}$/;

/** What one may say of oneself. */
class ProfileShape {
  /** The name others see, 1 to 64 characters. */
  @MayBeLeftOut()
  @Tidy()
  @IsString()
  @Length(1, 64)
  name?: string;

  /** Unique, whatever the case; others never see it. */
  @MayBeLeftOut()
  @Tidy()
  @MaxLength(254)
  @IsEmail()
  email?: string;

  /** Others never see it. */
  @MayBeLeftOut()
  @Tidy()
  @Matches(PHONE, { message: 'phone must be a telephone number' })
  phone?: string;
}

/** A sign-up. */
export class RegisterShape extends ProfileShape {
  /** 3 to 32 letters, digits, `.`, `_` or `-`; unique, whatever the case. */
  @Tidy()
  @Matches(USERNAME, { message: 'username must have 3 to 32 letters, digits, dots, underscores or hyphens' })
  username: string;

  /** 8 to 128 characters. */
  @IsString()
  @Length(8, 128)
  password: string;
}

/** A login. */
export class LoginShape {
  /** The username or the e-mail address. */
  @IsString()
  @Length(1, 254)
  username: string;

  @IsString()
  @Length(1, 128)
  password: string;
}

/** A refresh token to be spent. */
export class RefreshShape {
  /** The newest one; each can be used once. */
  @IsString()
  @Length(1, 128)
  refreshToken: string;
}

/** A change of one's own profile; what is left out stays. */
export class ProfileChangeShape extends ProfileShape {
  /** An http or https address. */
  @MayBeLeftOut()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  @MaxLength(1024)
  picture?: string;
}

/** What people are looked for by. */
export class SearchShape {
  /** The start of a username or a name; nothing finds nobody. */
  @MayBeLeftOut()
  @Tidy()
  @IsString()
  @MaxLength(64)
  search?: string;
}

/** A person as others see them. */
export class PersonShape {
  _id: string;
  /** Missing for people of a host app that has no usernames. */
  username?: string;
  name: string;
  picture?: string;
}

/** A person as only they see themselves. */
export class MeShape extends PersonShape {
  email?: string;
  phone?: string;
  @ApiProperty({ enum: ROLES })
  role: Role;
  /** ISO 8601 in UTC. */
  createdAt: string;
}

/** Someone who is logged in. */
export class SignedInShape {
  /** Goes into `Authorization: Bearer …` and into the socket's `auth.token`. */
  accessToken: string;
  /** Gets the next pair of tokens at `/api/v1/auth/refresh`, once. */
  refreshToken: string;
  /** Seconds until the access token ends. */
  expiresIn: number;
  user: MeShape;
}
