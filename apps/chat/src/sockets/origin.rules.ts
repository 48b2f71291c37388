/** Where a request comes from and goes to, as its headers say. */
export interface Route {
  origin?: string | undefined;
  host?: string | undefined;
  'x-forwarded-host'?: string | string[] | undefined;
}

/**
 * True for a page that may connect. Without `Origin` it is no browser: a phone or a server, which has only its token.
 * React Native says the server's own address, as does a page that the server's host itself serves.
 */
export function isAllowedOrigin(headers: Route, allowed: readonly string[]): boolean {
  const { origin } = headers;
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  const host = URL.parse(origin)?.host;
  return host !== undefined && host !== '' && (host === headers.host || host === headers['x-forwarded-host']);
}
