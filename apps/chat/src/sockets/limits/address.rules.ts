/** Who asks: the address of the connection, or what a trusted proxy says it was asked from. Each proxy adds its own client at the end. */
export function clientAddress(
  asked: { remote: string; forwardedFor: string | undefined },
  isTrusted: (address: string) => boolean,
): string {
  const hops = (asked.forwardedFor ?? '').split(',').map((hop) => hop.trim());
  let address = plain(asked.remote);
  while (hops.length > 0 && isTrusted(address)) {
    const before = plain(hops.pop() ?? '');
    if (before === '') break;
    address = before;
  }
  return address;
}

/** An IPv4 address in IPv6's clothes is that IPv4 address; a port is no part of it. */
function plain(address: string): string {
  return address
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}
