import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors/app-error.js';

/** The algorithms that are accepted; each takes the one kind of key that is its own, so a token cannot choose another. */
export const ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;

/** What a token says of its own signature, before anything of it is believed. */
export interface TokenHeader {
  alg: (typeof ALGORITHMS)[number];
  kid?: string;
}

/** `iss` of the gateway's own tokens. Their names were written here first, and would undo a later change. */
export const OWN_ISSUER = 'parley';

/** The header of a token; throws `UNAUTHENTICATED` for what is no token, or is signed in a way that is not accepted. */
export function headerOf(token: unknown): TokenHeader {
  if (typeof token !== 'string') throw new AppError('UNAUTHENTICATED');
  const { alg, kid, crit } = parsed(token.slice(0, token.indexOf('.')));
  const known = ALGORITHMS.find((name) => name === alg);
  // RFC 7515, 4.1.11: whoever does not understand a critical extension refuses the token.
  if (known === undefined || crit !== undefined) throw new AppError('UNAUTHENTICATED');
  return { alg: known, ...(typeof kid === 'string' && { kid }) };
}

/** Which of these HS256 secrets has signed a token; undefined for none of them. */
export function signerOf(token: string, secrets: readonly string[]): string | undefined {
  const end = token.lastIndexOf('.');
  const given = Buffer.from(token.slice(end + 1));
  return secrets.find((secret) => {
    const made = Buffer.from(createHmac('sha256', secret).update(token.slice(0, end)).digest('base64url'));
    return made.length === given.length && timingSafeEqual(made, given);
  });
}

/** True for a token that the gateway (or a service of ours) has signed. */
export function isOwn(claims: Record<string, unknown>, { alg }: TokenHeader): boolean {
  return claims.iss === OWN_ISSUER && alg === 'HS256';
}

/** The session that one of our own tokens is of (`sid`). */
export function sessionOf({ sid }: Record<string, unknown>): string | undefined {
  return typeof sid === 'string' ? sid : undefined;
}

/** What whoever comes with a token of an ended session is told. */
export function sessionHasEnded(): AppError {
  return new AppError('UNAUTHENTICATED', { message: 'This session has ended; log in again.' });
}

/** True when a token is from one of these issuers and for one of these audiences; an empty list takes any. */
export function isMeantForUs(
  claims: Record<string, unknown>,
  { issuers, audiences }: { issuers: readonly string[]; audiences: readonly string[] },
): boolean {
  const audience = Array.isArray(claims.aud) ? (claims.aud as unknown[]) : [claims.aud];
  const from = issuers.length === 0 || issuers.some((issuer) => issuer === claims.iss);
  return from && (audiences.length === 0 || audiences.some((name) => audience.includes(name)));
}

function parsed(part: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
