import type { Platform, Provider } from '@app/common/schemas/device.schema.js';

/** More devices than this are not kept for a person; the one seen longest ago goes. */
export const MAX_DEVICES = 20;

const TOKEN_SHOWN = 6;

const PLATFORMS_OF: Record<Provider, readonly Platform[]> = {
  fcm: ['android', 'ios', 'web'],
  apns: ['ios'],
  webpush: ['web'],
};

/** True when the provider pushes to devices of this platform. */
export function reaches(provider: Provider, platform: Platform): boolean {
  return PLATFORMS_OF[provider].includes(platform);
}

/** The token as it is kept; undefined when it cannot be one of this provider's. Apple's are bytes, of no promised length. */
export function canonicalToken(provider: Provider, token: string): string | undefined {
  if (provider !== 'apns') return token;
  return /^([0-9a-f]{2}){32,100}$/i.test(token) ? token.toLowerCase() : undefined;
}

/** The tag in its canonical form (`en-us` → `en-US`); undefined when it is not BCP 47. */
export function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** True for names of the IANA time zone database; an offset like `+02:00` does not know summer time, and is refused. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The end of a token: enough to tell two apart, too little to push to it. */
export function tokenEnd(token: string): string {
  return token.length > 4 * TOKEN_SHOWN ? token.slice(-TOKEN_SHOWN) : '';
}
