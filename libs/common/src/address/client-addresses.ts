import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { clientAddress } from './address.rules.js';

/** Knows who asks, as far as the connection and the proxies of `TRUSTED_PROXIES` can tell. */
export class ClientAddresses {
  private readonly proxies = new BlockList();
  private readonly known = new WeakMap<IncomingMessage, string>();

  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', bits] = network.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.proxies.addAddress(address, family);
      else this.proxies.addSubnet(address, Number(bits), family);
    }
  }

  /** The client's address, in one spelling; the same for a request's whole life, whatever becomes of its headers. */
  of(request: IncomingMessage): string {
    const known = this.known.get(request);
    if (known !== undefined) return known;
    const said = request.headers['x-forwarded-for'];
    const forwardedFor = Array.isArray(said) ? said.join(',') : said;
    const remote = request.socket.remoteAddress ?? '';
    const address = clientAddress({ remote, forwardedFor }, (hop) => this.trusts(hop));
    this.known.set(request, address);
    return address;
  }

  /** Whether this address is that of a trusted proxy. */
  trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}
