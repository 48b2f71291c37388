import { IsIn, IsOptional, IsString, Length, Matches, ValidateBy } from 'class-validator';
import {
  APNS_ENVIRONMENTS,
  type ApnsEnvironment,
  type Platform,
  PLATFORMS,
  type Provider,
  PROVIDERS,
} from '@app/common/schemas/device.schema.js';
import { ONE_LINE } from '@app/common/openapi/examples.js';
import { ApiProperty } from '@nestjs/swagger';
import type { KnownDevice } from './device.repository.js';
import { canonicalLocale, isTimeZone, tokenEnd } from './device.rules.js';

/** A field whose text must pass `test`. */
const Passes = (name: string, test: (text: string) => boolean, says: string) =>
  ValidateBy({
    name,
    validator: { validate: (value) => typeof value === 'string' && test(value), defaultMessage: () => says },
  });

/** The id of an installation, in examples. */
export const INSTALLATION = '2f1c9f0e-7d2b-4f5e-9a51-0c8f3f1f2a77';

/** A device that wants pushes. */
export class RegisterDeviceShape {
  /** The app's own id of this installation, kept for as long as the app is installed: letters, digits, `.`, `_`, `:`, `-`. */
  @ApiProperty({ example: INSTALLATION })
  @Matches(/^[\w.:-]{1,128}$/, { message: 'installationId must be 1 to 128 letters, digits, ".", "_", ":" or "-".' })
  installationId: string;

  /** What the device runs. */
  @ApiProperty({ enum: PLATFORMS, example: 'android' })
  @IsIn(PLATFORMS)
  platform: Platform;

  /** Who gave the token: `fcm` for any platform, `apns` for ios, `webpush` for web. */
  @ApiProperty({ enum: PROVIDERS, example: 'fcm' })
  @IsIn(PROVIDERS)
  provider: Provider;

  /** Of `apns`: `sandbox` for builds from Xcode. Left out, it is the one of the server. Other providers have none. */
  @ApiProperty({ required: false, nullable: true, enum: [...APNS_ENVIRONMENTS, null] })
  @IsOptional()
  @IsIn(APNS_ENVIRONMENTS)
  environment?: ApnsEnvironment;

  /** The provider's token for this installation; of `apns` in hexadecimal digits. */
  @ApiProperty({ pattern: ONE_LINE, example: 'cQ8x0s7hTkq2bM1nV4yLpE:APA91bExampleOfATokenThatFirebaseGaveX7f3Kd' })
  @IsString()
  @Length(1, 4096)
  @Matches(/^\P{Cc}*$/u, { message: 'token must not hold control characters.' })
  token: string;

  /** The language of the device, BCP 47. */
  @ApiProperty({ required: false, nullable: true, example: 'de-AT' })
  @IsOptional()
  @Passes('locale', (text) => text.length <= 64 && canonicalLocale(text) !== undefined, 'locale must be a BCP 47 tag.')
  locale?: string;

  /** The time zone of the device, a name of the IANA database. */
  @ApiProperty({ required: false, nullable: true, example: 'Europe/Vienna' })
  @IsOptional()
  @Passes('timezone', (text) => text.length <= 64 && isTimeZone(text), 'timezone must be a name like Europe/Vienna.')
  timezone?: string;
}

/** A registered device, as its person sees it. */
export class DeviceShape {
  /** The app's own id of this installation. */
  @ApiProperty({ example: INSTALLATION })
  installationId: string;
  /** What the device runs. */
  @ApiProperty({ enum: PLATFORMS, example: 'android' })
  platform: Platform;
  /** Who gave the token. */
  @ApiProperty({ enum: PROVIDERS, example: 'fcm' })
  provider: Provider;
  /** Of `apns`, when the device said it. */
  @ApiProperty({ required: false, enum: APNS_ENVIRONMENTS })
  environment?: ApnsEnvironment;
  /** The last six characters of the token; empty for a short one. */
  @ApiProperty({ example: 'X7f3Kd' })
  tokenEnd: string;
  /** The language of the device, BCP 47. */
  @ApiProperty({ required: false, example: 'de-AT' })
  locale?: string;
  /** Its time zone, a name of the IANA database. */
  @ApiProperty({ required: false, example: 'Europe/Vienna' })
  timezone?: string;
  /** When the token was first given for this installation. */
  @ApiProperty({ example: '2026-11-20T18:00:00.000Z' })
  tokenUpdatedAt: Date;
  /** When the device registered last. */
  @ApiProperty({ example: '2026-11-21T09:30:00.000Z' })
  lastSeenAt: Date;
}

/** What a person may see of a device of theirs. */
export function shown({ userId: _whose, token, ...rest }: KnownDevice): DeviceShape {
  return { ...rest, tokenEnd: tokenEnd(token) };
}
