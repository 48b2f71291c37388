import type { Adapter, BroadcastOptions } from 'socket.io-adapter';

type Tell = (socket: unknown) => void;

/** What an adapter keeps to itself, and we listen to. */
interface Inner {
  _encode(packet: { data?: unknown }, opts: object): unknown;
  apply(opts: BroadcastOptions, tell: Tell): void;
}

/** Says of each broadcast how many sockets of this node were told, whichever node it came from. */
export function countDeliveries(adapter: Adapter, told: (event: string, sockets: number) => void): void {
  const inner = adapter as unknown as Inner;
  const encode = inner._encode.bind(inner);
  const apply = inner.apply.bind(inner);
  let event: string | undefined;
  // A broadcast is encoded, and at once told to each socket; what else is done to sockets is not encoded.
  inner._encode = (packet, opts) => {
    event = Array.isArray(packet.data) ? String(packet.data[0]) : undefined;
    return encode(packet, opts);
  };
  inner.apply = (opts, tell) => {
    if (event === undefined) return apply(opts, tell);
    const name = event;
    event = undefined;
    let sockets = 0;
    apply(opts, (socket) => {
      sockets++;
      tell(socket);
    });
    if (sockets > 0) told(name, sockets);
  };
}
