import {
  Adapter,
  type BroadcastOptions,
  type ClusterAdapter,
  type ClusterMessage,
  MessageType,
} from 'socket.io-adapter';
import type { HeadFlag, Flags } from './flags.js';
import { Told } from './told.js';

/** What a cluster adapter keeps to itself, and we change. */
interface Inner {
  uid: string;
  broadcast(packet: unknown, opts: BroadcastOptions): void;
  addSockets(opts: BroadcastOptions, rooms: string[]): void;
  delSockets(opts: BroadcastOptions, rooms: string[]): void;
  publish(message: { type: MessageType; data: unknown }): void;
  onMessage(message: ClusterMessage & { uid: string }): void;
}

const local = Adapter.prototype;
const encoded = ({ rooms, except, flags }: BroadcastOptions) => ({
  rooms: [...rooms],
  except: [...(except ?? [])],
  flags,
});

/**
 * Makes a cluster adapter deliver on its own node first, and then tell the others: as it comes, it waits for Redis
 * before it delivers to anyone, so a Redis that hangs would hold up the sockets of this very node.
 */
export function localFirst(adapter: ClusterAdapter, heard: (head: HeadFlag) => void): ClusterAdapter {
  const inner = adapter as unknown as Inner;
  const receive = inner.onMessage.bind(inner);
  const told = new Told();
  inner.broadcast = (packet, opts) => {
    if (!told.isFirst(opts)) return;
    local.broadcast.call(adapter, packet, opts);
    if (opts.flags?.local) return;
    inner.publish({ type: MessageType.BROADCAST, data: { packet, opts: encoded(opts) } });
  };
  inner.addSockets = (opts, rooms) => {
    local.addSockets.call(adapter, opts, rooms);
    if (!opts.flags?.local) inner.publish({ type: MessageType.SOCKETS_JOIN, data: { opts: encoded(opts), rooms } });
  };
  inner.delSockets = (opts, rooms) => {
    local.delSockets.call(adapter, opts, rooms);
    if (!opts.flags?.local) inner.publish({ type: MessageType.SOCKETS_LEAVE, data: { opts: encoded(opts), rooms } });
  };
  inner.onMessage = (message) => {
    if (message.uid !== inner.uid && message.type === MessageType.BROADCAST) {
      const { opts } = message.data;
      const { head } = opts.flags as Flags;
      if (head) heard(head);
      if (!told.isFirst(opts)) return;
    }
    receive(message);
  };
  return adapter;
}
