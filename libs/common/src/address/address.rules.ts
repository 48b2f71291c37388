const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** Two groups of hexadecimals that hold an IPv4 address. */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * The one spelling of an IP address: without port, brackets and zone, IPv6 as short as it can be, and IPv4 in IPv6's
 * clothes as IPv4. Undefined for anything that is no address.
 */
export function plainAddress(text: string): string | undefined {
  const said = text.trim();
  const v4 = said.replace(/:\d{1,5}$/, '');
  if (IPV4.test(v4)) return v4;
  const v6 = said.replace(/^\[(.*)\](?::\d{1,5})?$/, '$1').replace(/%[\w.-]+$/, '');
  if (!/^[0-9a-f:.]{2,45}$/i.test(v6) || !URL.canParse(`http://[${v6}]`)) return undefined;
  const short = new URL(`http://[${v6}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bits = [high, low].map((group) => Number.parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
}

/**
 * Who asks: the address of the connection, or what a trusted proxy says it was asked from. Each proxy adds its own client
 * at the end, so the list is read from there; what is no address ends it, as nobody can vouch for what is before.
 */
export function clientAddress(
  asked: { remote: string; forwardedFor: string | undefined },
  isTrusted: (address: string) => boolean,
): string {
  const hops = (asked.forwardedFor ?? '').split(',');
  let address = plainAddress(asked.remote) ?? asked.remote;
  while (isTrusted(address)) {
    const before = plainAddress(hops.pop() ?? '');
    if (before === undefined) break;
    address = before;
  }
  return address;
}

/** What limits count as one address: of IPv6 the /64 network, as whoever has one has all of its addresses. */
export function countedAs(address: string): string {
  if (!address.includes(':')) return address;
  const [before = '', after] = address.split('::');
  const groups = before === '' ? [] : before.split(':');
  const rest = after === undefined || after === '' ? [] : after.split(':');
  const gap = after === undefined ? [] : Array<string>(8 - groups.length - rest.length).fill('0');
  return `${[...groups, ...gap, ...rest].slice(0, 4).join(':')}::/64`;
}
