/** True for a browser page that may connect. Without `Origin` it is no browser: a phone or a server, which has only its token. */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly string[]): boolean {
  return origin === undefined || allowed.includes('*') || allowed.includes(origin);
}
