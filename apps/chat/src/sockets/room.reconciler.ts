import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { MemberRepository } from '../conversations/member.repository.js';
import { FanOut } from './fan-out.js';
import type { SocketData } from './handshake.js';
import type { Moves } from './moves.js';
import { rooms } from './rooms.js';

/** Everyone is compared in this time, however many there are … */
const EVERY_MS = 30_000;
/** … in so many turns, so that it is little work at a time. */
const TURNS = 10;
/** People whose membership is read at once. */
const AT_ONCE = 100;

/** Compares the rooms of this node's sockets with membership, as a node may have missed that somebody came or left. */
@Injectable()
export class RoomReconciler {
  private readonly log = new Logger(RoomReconciler.name);
  private timer: NodeJS.Timeout | undefined;
  private passing: Promise<void> = Promise.resolve();
  private underWay = 0;
  private last = '';

  constructor(
    private readonly members: MemberRepository,
    private readonly fanOut: FanOut,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.turn(), EVERY_MS / TURNS).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  /** Compares everyone here, once the bus is back and brings what happens from now on. */
  async everyone(): Promise<void> {
    await this.fanOut.confirmed();
    await this.pass(Infinity);
  }

  /** Compares the next of as many parts of the people here as there are turns; none while the last is still under way. */
  async turn(): Promise<void> {
    if (this.underWay === 0) await this.pass(Math.ceil(this.people().size / TURNS));
  }

  /** Compares the next `most` people, by their ids; passes do not overlap. */
  pass(most: number): Promise<void> {
    this.underWay++;
    this.passing = this.passing
      .then(() => this.compare(most))
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'rooms were not compared with membership');
      })
      .finally(() => this.underWay--);
    return this.passing;
  }

  private async compare(most: number): Promise<void> {
    const people = this.people();
    const ids = [...people.keys()].sort();
    const next = Math.max(
      0,
      ids.findIndex((id) => id > this.last),
    );
    const turn = [...ids.slice(next), ...ids.slice(0, next)].slice(0, Math.min(most, ids.length));
    for (let at = 0; at < turn.length; at += AT_ONCE) {
      const batch = turn.slice(at, at + AT_ONCE);
      await this.compareBatch(batch, people);
      this.last = batch.at(-1) ?? '';
    }
  }

  private async compareBatch(userIds: readonly string[], people: ReadonlyMap<string, Socket[]>): Promise<void> {
    const sockets = userIds.flatMap((userId) => people.get(userId) ?? []);
    const moved = this.fanOut.moves.of(sockets.map(({ id }) => id));
    try {
      const memberships = await this.members.conversationsOfMany(userIds);
      for (const userId of userIds) {
        const right = new Set((memberships.get(userId) ?? []).map(rooms.conversation));
        for (const socket of people.get(userId) ?? []) await setRight(socket, right, moved);
      }
    } finally {
      moved.end();
    }
  }

  private people(): Map<string, Socket[]> {
    const people = new Map<string, Socket[]>();
    for (const namespace of this.fanOut.namespaces()) {
      for (const socket of namespace.sockets.values()) {
        const { id } = (socket.data as SocketData).bearer;
        people.set(id, [...(people.get(id) ?? []), socket]);
      }
    }
    return people;
  }
}

async function setRight(socket: Socket, right: ReadonlySet<string>, moved: ReturnType<Moves['of']>): Promise<void> {
  if (!socket.connected) return;
  const missing = [...right].filter((room) => !socket.rooms.has(room) && !moved.has(room, socket.id));
  const wrong = [...socket.rooms].filter(
    (room) => rooms.isConversation(room) && !right.has(room) && !moved.has(room, socket.id),
  );
  if (missing.length > 0) await socket.join(missing);
  for (const room of wrong) await socket.leave(room);
}
