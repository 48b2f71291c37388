/** Headers, by name in lower case. */
type Headers = Record<string, string | string[] | undefined>;

/** What is said to the next hop only (RFC 9110, 7.6.1), and how it may be asked to speak. */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);

/** Without these nobody knows where a message ends, or for whom it is, whatever `Connection` says. */
const NEVER_NAMED = new Set(['content-length', 'transfer-encoding', 'host', 'authorization', 'x-request-id']);

/** Headers that are meant for whoever is at the end: without the hop's own, and without those that `Connection` names. */
export function endToEnd(headers: Headers): Headers {
  const named = String(headers.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !NEVER_NAMED.has(name));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}
