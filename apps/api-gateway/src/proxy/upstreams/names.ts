import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/**
 * The addresses behind these urls: a name in front of several nodes (a headless service, replicas in compose) is each of them,
 * so that sessions find their node. With https the name stays, as the certificate is made out to it.
 */
export async function addressesOf(urls: readonly string[], resolve: Resolve = resolveName): Promise<string[]> {
  const found = await Promise.all(urls.map((url) => addressesOfOne(url, resolve)));
  return [...new Set(found.flat())];
}

/** Gives the IP addresses of a name; rejects when nobody knows it just now. */
export type Resolve = (name: string) => Promise<string[]>;

async function addressesOfOne(url: string, resolve: Resolve): Promise<string[]> {
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol !== 'http:' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return [url];
  const addresses = await resolve(hostname).catch(() => []);
  const rest = (port === '' ? '' : `:${port}`) + (pathname === '/' ? '' : pathname);
  const found = addresses.map((address) => `http://${isIP(address) === 6 ? `[${address}]` : address}${rest}`);
  return found.length > 0 ? found : [url];
}

/** IPv4 where there is any: `localhost` is also ::1, where hardly anybody listens. */
async function resolveName(name: string): Promise<string[]> {
  const all = await lookup(name, { all: true });
  const v4 = all.filter(({ family }) => family === 4);
  return (v4.length > 0 ? v4 : all).map(({ address }) => address).sort();
}
