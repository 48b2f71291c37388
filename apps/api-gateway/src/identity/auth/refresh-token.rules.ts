import { createHash } from 'node:crypto';

/** A refresh token is `<session>.<secret>`, both random and in base64url. */
const FORM = /^([\w-]{22})\.[\w-]{43}$/;

/** The session a refresh token belongs to; undefined for anything of another form. */
export function sessionOf(token: string): string | undefined {
  return FORM.exec(token)?.[1];
}

/** What is kept of a refresh token: it has 256 random bits, so that a plain hash is safe. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
