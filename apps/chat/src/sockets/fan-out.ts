import { Inject, Injectable } from '@nestjs/common';
import type { Namespace, Server, Socket } from 'socket.io';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Counter } from '@app/common/metrics/series.js';
import { DIALECTS } from '../dialects/dialects.js';
import { type DomainEvent, type DomainEvents, Teller } from '../domain-events.js';
import { countDeliveries } from './adapters/deliveries.js';
import type { Flags } from './adapters/flags.js';
import { Moves } from './moves.js';
import { BUS, type Bus } from './redis-io.adapter.js';
import type { SocketData } from './handshake.js';
import { rooms } from './rooms.js';
import { socketMetrics } from './socket.metrics.js';

/** One emit: to whom, and whether they are the sender's own sockets. */
interface Audience {
  to: string[];
  except?: string[];
  listener: 'sender' | 'others';
}

type Audiences = { [E in DomainEvent]: (event: DomainEvents[E]) => Audience[] };

/** Socket.IO's packet type of an event. */
const EVENT_PACKET = 2;
/** How long a join waits for Redis to confirm the subscription. */
const CONFIRM_MS = 1000;

/** Who hears what. One room an emit where possible: only then it goes to the nodes that hold the room, and not to all. */
const audiences: Audiences = {
  'message.created': ({ conversationId, message, localId, alsoTo = [], notTo = [] }) => {
    const own = rooms.person(message.senderId);
    const to = [rooms.conversation(conversationId), ...alsoTo.map(rooms.person)];
    if (localId === undefined) return [{ to, except: notTo.map(rooms.person), listener: 'others' }];
    return [
      { to, except: [own], listener: 'others' },
      { to: [own], listener: 'sender' },
    ];
  },
  'message.updated': (event) => [toMembers(event)],
  'message.deleted': (event) => [toMembers(event)],
  'conversation.updated': ({ conversationId, addedIds, removedIds }) => [
    { to: [rooms.conversation(conversationId), ...[...addedIds, ...removedIds].map(rooms.person)], listener: 'others' },
  ],
  'message.read': ({ conversationId }) => [{ to: [rooms.conversation(conversationId)], listener: 'others' }],
  typing: ({ conversationId, user }) => [
    { to: [rooms.conversation(conversationId)], except: [rooms.person(user.id)], listener: 'others' },
  ],
  'presence.changed': ({ userId }) => [{ to: [rooms.watchers(userId)], listener: 'others' }],
};

/** Tells domain events to sockets on every node, once a dialect and conversation. */
@Injectable()
export class FanOut extends Teller {
  private server: Server | undefined;
  private unwatched: (connectionId: string, userId: string) => void = () => undefined;

  /** What happens to rooms while membership is read. */
  readonly moves = new Moves();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  /** Takes the server whose namespaces it tells. */
  attach(server: Server): void {
    if (this.server === server) return;
    this.server = server;
    const { deliveries } = this.metrics.of(socketMetrics);
    const told = new Map<string, Counter>();
    for (const namespace of this.namespaces()) {
      countDeliveries(namespace.adapter, (event, sockets) => {
        let series = told.get(event);
        if (!series) told.set(event, (series = deliveries.with({ event })));
        series.inc(sockets);
      });
      this.moves.attach(namespace);
      namespace.adapter.on('leave-room', (room: string, socketId: string) => {
        const userId = rooms.watchedBy(room);
        if (userId !== undefined) this.unwatched(socketId, userId);
      });
    }
  }

  /** Cuts the sockets of this node off: their clients connect anew, to another. Told to go, they would not. */
  closeSockets(): void {
    for (const { sockets } of this.namespaces()) for (const { conn } of [...sockets.values()]) conn.close();
  }

  /** The namespaces of all dialects. */
  namespaces(): Namespace[] {
    return this.server ? DIALECTS.map(({ namespace }) => (this.server as Server).of(namespace)) : [];
  }

  /** The names of the dialects that sockets of this node speak now. */
  spokenHere(): string[] {
    return DIALECTS.filter(({ namespace }) => (this.server?.of(namespace).sockets.size ?? 0) > 0).map(
      ({ name }) => name,
    );
  }

  tell<E extends DomainEvent>(name: E, event: DomainEvents[E]): void {
    this.say(name, event, flagsOf(name, event));
  }

  tellHere<E extends DomainEvent>(name: E, event: DomainEvents[E]): void {
    this.say(name, event, { ...flagsOf(name, event), local: true });
  }

  /** True when a socket of this node hears the conversation. */
  isHeardHere(conversationId: string): boolean {
    return this.namespaces().some(({ adapter }) => adapter.rooms.has(rooms.conversation(conversationId)));
  }

  /** Who hears the conversation at this node and is not one of these. */
  othersHere(conversationId: string, userIds: readonly string[]): string[] {
    const known = new Set(userIds);
    const here = this.namespaces().flatMap(({ adapter, sockets }) =>
      [...(adapter.rooms.get(rooms.conversation(conversationId)) ?? [])].flatMap((id) => sockets.get(id) ?? []),
    );
    return [...new Set(here.map(({ data }) => (data as SocketData).bearer.id))].filter((id) => !known.has(id));
  }

  private say<E extends DomainEvent>(name: E, event: DomainEvents[E], flags: Flags): void {
    for (const { to, except, listener } of audiences[name](event)) {
      for (const dialect of DIALECTS) {
        const said = dialect.says[name](event, listener);
        const adapter = this.server?.of(dialect.namespace).adapter;
        if (!said || !adapter) continue;
        const opts = { rooms: new Set(to), except: new Set(except), flags };
        adapter.broadcast({ type: EVENT_PACKET, data: said }, opts);
      }
    }
  }

  admit(conversationId: string, userIds: readonly string[]): void {
    // Nobody's rooms would mean everybody's sockets.
    if (userIds.length === 0) return;
    for (const { namespace } of DIALECTS) {
      this.server?.of(namespace).in(userIds.map(rooms.person)).socketsJoin(rooms.conversation(conversationId));
    }
  }

  dismiss(conversationId: string, userIds: readonly string[]): void {
    if (userIds.length === 0) return;
    for (const { namespace } of DIALECTS) {
      this.server?.of(namespace).in(userIds.map(rooms.person)).socketsLeave(rooms.conversation(conversationId));
    }
  }

  async listen(connectionId: string, conversationId: string, check: () => Promise<unknown>): Promise<boolean> {
    const room = rooms.conversation(conversationId);
    const moved = this.moves.of([connectionId]);
    try {
      await check();
      const socket = this.socketOf(connectionId);
      if (!moved.has(room, connectionId)) await socket?.join(room);
      await this.confirmed();
      return socket?.rooms.has(room) ?? true;
    } finally {
      moved.end();
    }
  }

  async watch(connectionId: string, userId: string): Promise<boolean> {
    const socket = this.socketOf(connectionId);
    if (!socket) return false;
    await socket.join(rooms.watchers(userId));
    await this.confirmed();
    return true;
  }

  unwatch(connectionId: string, userId: string): void {
    void this.socketOf(connectionId)?.leave(rooms.watchers(userId));
  }

  part(conversationId: string, leftIds: readonly string[], stayIds: readonly string[]): void {
    if (leftIds.length === 0 || stayIds.length === 0) return;
    for (const namespace of this.namespaces()) {
      namespace.in(rooms.conversation(conversationId)).socketsLeave(leftIds.map(rooms.watchers));
      namespace.in(leftIds.map(rooms.person)).socketsLeave(stayIds.map(rooms.watchers));
    }
  }

  whenUnwatched(hear: (connectionId: string, userId: string) => void): void {
    this.unwatched = hear;
  }

  private socketOf(connectionId: string): Socket | undefined {
    for (const { namespace } of DIALECTS) {
      const socket = this.server?.of(namespace).sockets.get(connectionId);
      if (socket) return socket;
    }
    return undefined;
  }

  /** Redis answers in order: when it answers this, it has every subscription that was asked for before. */
  async confirmed(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, CONFIRM_MS).unref());
    // While Redis is away nothing of other nodes arrives anyhow; the client's sync makes up for it.
    await Promise.race([this.bus.sub.ping().catch(() => undefined), patience]);
  }
}

function toMembers({
  conversationId,
  alsoTo = [],
  notTo = [],
}: DomainEvents['message.updated' | 'message.deleted']): Audience {
  const to = [rooms.conversation(conversationId), ...alsoTo.map(rooms.person)];
  return { to, except: notTo.map(rooms.person), listener: 'others' };
}

function flagsOf<E extends DomainEvent>(name: E, event: DomainEvents[E]): Flags {
  if (name !== 'message.created') return {};
  const { conversationId, message, membershipSeq } = event as DomainEvents['message.created'];
  return { head: { conversationId, seq: message.seq, at: Date.parse(message.createdAt), membershipSeq } };
}
