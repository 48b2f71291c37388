import { RedisAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import type { Namespace } from 'socket.io';
import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import type { Flags, HeadFlag } from './flags.js';
import { Told } from './told.js';

/** A packet on its way between nodes: who sent it, what, and to whom. */
type Travelling = [
  uid: string,
  packet: { nsp?: string } | undefined,
  opts: { rooms: string[]; except: string[]; flags?: Flags },
];

/** What the classic adapter keeps to itself, and we change. */
interface Inner extends Adapter {
  readonly nsp: Namespace;
  readonly uid: string;
  readonly channel: string;
  readonly requestChannel: string;
  readonly parser: { decode(message: Buffer): unknown; encode(message: unknown): Buffer };
  onmessage(pattern: string, channel: Buffer, message: Buffer): void;
  onrequest(channel: Buffer, message: Buffer): Promise<void>;
}

const Classic = RedisAdapter as unknown as new (nsp: Namespace, pub: Redis, sub: Redis, options: object) => Inner;
const REMOTE_JOIN = 2;
const REMOTE_LEAVE = 3;
const local = Adapter.prototype;

/** Where the other nodes are, and who wants to know what they say of conversations. */
export interface ClassicBus {
  pub: Redis;
  sub: Redis;
  heard: (head: HeadFlag) => void;
}

/**
 * The classic Redis adapter, local first: as it comes, a socket joins a room only when its own request is back from
 * Redis, and a publishing that Redis refuses would end the process.
 */
export class ClassicAdapter extends Classic {
  private readonly pub: Redis;
  private readonly heard: (head: HeadFlag) => void;
  private readonly told = new Told();

  constructor(namespace: Namespace, { pub, sub, heard }: ClassicBus) {
    super(namespace, pub, sub, { publishOnSpecificResponseChannel: true });
    this.pub = pub;
    this.heard = heard;
  }

  override broadcast(packet: { nsp?: string }, opts: BroadcastOptions): void {
    if (!this.told.isFirst(opts)) return;
    packet.nsp = this.nsp.name;
    local.broadcast.call(this, packet, opts);
    if (opts.flags?.local) return;
    const [room, another] = opts.rooms;
    const channel = room !== undefined && another === undefined ? `${this.channel}${room}#` : this.channel;
    const travelling: Travelling = [this.uid, packet, { ...encoded(opts), flags: opts.flags }];
    this.publish(channel, this.parser.encode(travelling));
  }

  override addSockets(opts: BroadcastOptions, rooms: string[]): void {
    local.addSockets.call(this, opts, rooms);
    if (!opts.flags?.local) this.request(REMOTE_JOIN, opts, rooms);
  }

  override delSockets(opts: BroadcastOptions, rooms: string[]): void {
    local.delSockets.call(this, opts, rooms);
    if (!opts.flags?.local) this.request(REMOTE_LEAVE, opts, rooms);
  }

  override onmessage(_pattern: string, channel: Buffer, message: Buffer): void {
    const name = channel.toString();
    const room = name.slice(this.channel.length, -1);
    if (!name.startsWith(this.channel) || (room !== '' && !this.rooms.has(room))) return;
    const [uid, packet, { rooms, except, flags }] = this.parser.decode(message) as Travelling;
    if (uid === this.uid || packet?.nsp !== this.nsp.name) return;
    if (flags?.head) this.heard(flags.head);
    if (!this.told.isFirst({ rooms, flags })) return;
    local.broadcast.call(this, packet, { rooms: new Set(rooms), except: new Set(except), flags: flags as object });
  }

  /** One's own request has been done already; done again now, it might undo what happened since. */
  override async onrequest(channel: Buffer, message: Buffer): Promise<void> {
    const own = message.includes(`"uid":"${this.uid}"`) && channel.toString().startsWith(this.requestChannel);
    if (!own) await super.onrequest(channel, message);
  }

  private request(type: number, opts: BroadcastOptions, rooms: string[]): void {
    this.publish(this.requestChannel, JSON.stringify({ uid: this.uid, type, opts: encoded(opts), rooms }));
  }

  /** Live events are hints: without Redis they reach this node only. */
  private publish(channel: string, message: Buffer | string): void {
    this.pub.publish(channel, message).catch(() => undefined);
  }
}

const encoded = ({ rooms, except }: BroadcastOptions) => ({ rooms: [...rooms], except: [...(except ?? [])] });
