import { createHash } from 'node:crypto';

/** A refresh token is `<family>.<secret>`, both random and in base64url. */
const FORM = /^([\w-]{22})\.[\w-]{43}$/;
const ID_LENGTH = 22;

/**
 * The session a refresh token belongs to; undefined for anything of another form. It says nothing of the family: whoever reads it in
 * an access token or a list cannot make up a token that would pass for a spent one, and so end the session.
 */
export function sessionOf(token: string): string | undefined {
  const family = FORM.exec(token)?.[1];
  return family && hashOf(family).slice(0, ID_LENGTH);
}

/** What is kept of a refresh token: it has 256 random bits, so that a plain hash is safe. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
