import { Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { MemberRepository } from '../conversations/member.repository.js';
import { speak, type Dialect } from '../dialects/dialect.js';
import { PresenceService } from '../presence/presence.service.js';
import { PresenceTracker } from '../presence/presence.tracker.js';
import { TypingService } from '../presence/typing.service.js';
import { Verbs } from '../verbs.js';
import type { SocketData } from './handshake.js';
import { rooms } from './rooms.js';

/** What happens when a socket comes and goes, whatever its dialect. */
@Injectable()
export class Connections {
  private readonly log = new Logger(Connections.name);
  private readonly open = new Map<string, string>();

  constructor(
    private readonly verbs: Verbs,
    private readonly members: MemberRepository,
    private readonly presence: PresenceService,
    private readonly tracker: PresenceTracker,
    private readonly typing: TypingService,
  ) {}

  /** Everything that must be bound before the first packet is bound before this returns; rooms follow. */
  connected(socket: Socket, dialect: Dialect): void {
    const { id, role } = (socket.data as SocketData).bearer;
    speak({ socket, who: { id, role, connectionId: socket.id }, dialect, verbs: this.verbs, log: this.log });
    this.open.set(socket.id, id);
    this.log.log({ userId: id, socketId: socket.id, dialect: dialect.name }, 'socket connected');
    this.tracker.arrived(id, socket.id).catch((error: unknown) => this.missed(error, socket.id));
    this.joinRooms(socket, id).catch((error: unknown) => {
      // A socket without its rooms would hear nothing and seem well; its client connects anew.
      this.log.warn({ err: error, userId: id, socketId: socket.id }, 'joining rooms failed');
      socket.disconnect(true);
    });
  }

  disconnected(socket: Socket): void {
    const userId = this.open.get(socket.id);
    if (userId === undefined) return;
    this.open.delete(socket.id);
    this.typing.stopAll(socket.id);
    this.presence.stopAll(socket.id);
    this.log.log({ userId, socketId: socket.id }, 'socket disconnected');
    this.tracker.left(userId, socket.id).catch((error: unknown) => this.missed(error, socket.id));
  }

  /** The person's room first: whoever becomes a member meanwhile is admitted through it. */
  private async joinRooms(socket: Socket, userId: string): Promise<void> {
    await socket.join(rooms.person(userId));
    for await (const batch of this.members.conversationsOf(userId)) await socket.join(batch.map(rooms.conversation));
  }

  private missed(error: unknown, socketId: string): void {
    this.log.warn({ err: error, socketId }, 'presence was not written');
  }
}
