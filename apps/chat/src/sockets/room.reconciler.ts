import { Injectable, Logger } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { MemberRepository } from '../conversations/member.repository.js';
import { FanOut } from './fan-out.js';
import type { SocketData } from './handshake.js';
import { rooms } from './rooms.js';

const EVERY_MS = 30_000;
/** People whose membership is read at once. */
const AT_ONCE = 100;
/** People that one regular pass compares; the next goes on behind them. */
const A_PASS = 2000;

/** Compares the rooms of this node's sockets with membership, as a node may have missed that somebody came or left. */
@Injectable()
export class RoomReconciler {
  private readonly log = new Logger(RoomReconciler.name);
  private timer: NodeJS.Timeout | undefined;
  private passing: Promise<void> = Promise.resolve();
  private last = '';

  constructor(
    private readonly members: MemberRepository,
    private readonly fanOut: FanOut,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.pass(A_PASS), EVERY_MS).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  /** Compares everyone here, once the bus is back and brings what happens from now on. */
  async everyone(): Promise<void> {
    await this.fanOut.confirmed();
    await this.pass(Infinity);
  }

  /** Compares the next `most` people, by their ids; passes do not overlap. */
  pass(most: number): Promise<void> {
    this.passing = this.passing
      .then(() => this.compare(most))
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'rooms were not compared with membership');
      });
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
    const moved = new Moves(this.fanOut.namespaces());
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

async function setRight(socket: Socket, right: ReadonlySet<string>, moved: Moves): Promise<void> {
  if (!socket.connected) return;
  const missing = [...right].filter((room) => !socket.rooms.has(room) && !moved.has(room, socket.id));
  const wrong = [...socket.rooms].filter(
    (room) => rooms.isConversation(room) && !right.has(room) && !moved.has(room, socket.id),
  );
  if (missing.length > 0) await socket.join(missing);
  for (const room of wrong) await socket.leave(room);
}

/** Who joins or leaves while membership is being read: what was read is older than that. */
class Moves {
  private readonly seen = new Set<string>();

  constructor(private readonly namespaces: readonly Namespace[]) {
    for (const { adapter } of namespaces) adapter.on('join-room', this.note).on('leave-room', this.note);
  }

  has(room: string, socketId: string): boolean {
    return this.seen.has(`${socketId} ${room}`);
  }

  end(): void {
    for (const { adapter } of this.namespaces) adapter.off('join-room', this.note).off('leave-room', this.note);
  }

  private readonly note = (room: string, socketId: string): void => void this.seen.add(`${socketId} ${room}`);
}
