import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { sessionHasEnded } from '@app/common/auth/token.rules.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { type Instruments, Metrics } from '@app/common/metrics/metrics.js';
import type { Histogram } from '@app/common/metrics/series.js';
import type { ErrorCode } from '@app/contracts/errors.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { speak, type Dialect, type Outcome } from '../dialects/dialect.js';
import type { ChatEnv } from '../env.js';
import { PresenceService } from '../presence/presence.service.js';
import { PresenceTracker } from '../presence/presence.tracker.js';
import { TypingService } from '../presence/typing.service.js';
import { SessionService, type Why } from '../sessions/session.service.js';
import { type VerbName, Verbs } from '../verbs.js';
import { FanOut } from './fan-out.js';
import type { SocketData } from './handshake.js';
import { RefusalLimits } from './limits/refusal.limits.js';
import { VerbLimits } from './limits/verb.limits.js';
import { rooms } from './rooms.js';
import { socketMetrics } from './socket.metrics.js';

/** When a client that was refused too often may come back. */
const REFUSED_RETRY_MS = 60_000;

/** What happens when a socket comes and goes, whatever its dialect. */
@Injectable()
export class Connections {
  private readonly log = new Logger(Connections.name);
  private readonly open = new Map<string, string>();
  private readonly told: Instruments<typeof socketMetrics>;
  private readonly durations = new Map<string, Histogram>();
  private readonly tellsAll: boolean;

  constructor(
    private readonly verbs: Verbs,
    private readonly members: MemberRepository,
    private readonly presence: PresenceService,
    private readonly tracker: PresenceTracker,
    private readonly typing: TypingService,
    private readonly sessions: SessionService,
    private readonly limits: VerbLimits,
    private readonly refusals: RefusalLimits,
    private readonly fanOut: FanOut,
    @Inject(ENV) private readonly env: ChatEnv,
    metrics: Metrics,
  ) {
    this.told = metrics.of(socketMetrics);
    this.told.sockets.reads(() => this.open.size);
    this.told.people.reads(() => tracker.here);
    this.told.subscriptions.reads(() => presence.watched);
    this.tellsAll = ['debug', 'trace'].includes(env.LOG_LEVEL);
  }

  /** Everything that must be bound before the first packet is bound before this returns; rooms follow. */
  connected(socket: Socket, dialect: Dialect): void {
    const { id, role, expiresAt, sessionId } = (socket.data as SocketData).bearer;
    const who = { id, role, connectionId: socket.id };
    const limits = {
      mostInFlight: this.env.REQUESTS_IN_FLIGHT,
      take: (verb: VerbName) => this.limits.take(id, verb),
      refused: (code: ErrorCode) => {
        if (socket.connected && this.refusals.isTooMuch(id, code)) this.refusedTooOften(socket, dialect);
      },
      answered: (how: Outcome) => {
        this.observe(how);
        if (this.tellsAll) this.log.debug({ ...how, userId: id, socketId: socket.id }, 'socket event');
      },
    };
    speak({ socket, who, dialect, verbs: this.verbs, log: this.log, ...limits });
    const cut = (why: Why) => this.isOver(socket, dialect, why);
    const token = { ...(expiresAt !== undefined && { expiresAt }), ...(sessionId !== undefined && { sessionId }) };
    this.sessions.begin({ who, cut, ...token });
    this.open.set(socket.id, id);
    this.log.log({ userId: id, socketId: socket.id, dialect: dialect.name }, 'socket connected');
    this.tracker.arrived(id, socket.id).catch((error: unknown) => this.missed(error, socket.id));
    this.joinRooms(socket, id).catch((error: unknown) => {
      // A socket without its rooms would hear nothing and seem well. Cut off, its client connects anew; told to go, it would not.
      this.log.warn({ err: error, userId: id, socketId: socket.id }, 'joining rooms failed');
      this.told.cut.with({ reason: 'rooms' }).inc();
      socket.conn.close();
    });
  }

  disconnected(socket: Socket): void {
    const userId = this.open.get(socket.id);
    if (userId === undefined) return;
    this.open.delete(socket.id);
    this.typing.stopAll(socket.id);
    this.sessions.end(socket.id);
    this.presence.stopAll(socket.id);
    this.log.log({ userId, socketId: socket.id }, 'socket disconnected');
    this.tracker.left(userId, socket.id).catch((error: unknown) => this.missed(error, socket.id));
  }

  /** The person's room first: whoever becomes a member meanwhile is admitted through it. */
  private async joinRooms(socket: Socket, userId: string): Promise<void> {
    await socket.join(rooms.person(userId));
    const moved = this.fanOut.moves.of([socket.id]);
    try {
      for await (const batch of this.members.conversationsOf(userId)) {
        // Whoever was taken out of one meanwhile was a member when this was read, and is no more.
        await socket.join(batch.map(rooms.conversation).filter((room) => !moved.has(room, socket.id)));
      }
    } finally {
      moved.end();
    }
  }

  /** Says why, and closes: whoever goes on asking for what is refused keeps the node from serving others. */
  private refusedTooOften(socket: Socket, dialect: Dialect): void {
    const { id } = (socket.data as SocketData).bearer;
    this.log.warn({ userId: id, socketId: socket.id }, 'a socket was cut, as too much of it was refused');
    this.told.cut.with({ reason: 'refused' }).inc();
    const message = 'Too many requests were refused; connect anew, and wait for retryAfterMs.';
    const event = dialect.fails(new AppError('RATE_LIMITED', { message, retryAfterMs: REFUSED_RETRY_MS }), 'refused');
    if (event) socket.emit(...event);
    socket.disconnect(true);
  }

  /** Says why, and closes: a client must not come back by itself with a token that is refused. */
  private isOver(socket: Socket, dialect: Dialect, why: Why): void {
    const expired = new AppError('UNAUTHENTICATED', { message: 'The token has expired; connect with a fresh one.' });
    const error = why === 'expired' ? expired : sessionHasEnded();
    this.told.cut.with({ reason: why }).inc();
    const event = dialect.fails(error, 'authenticate');
    if (event) socket.emit(...event);
    socket.disconnect(true);
  }

  private observe({ event, code, ms }: Outcome): void {
    const key = `${event} ${code}`;
    let series = this.durations.get(key);
    if (!series) this.durations.set(key, (series = this.told.events.with({ event, code })));
    series.observe(ms / 1000);
  }

  private missed(error: unknown, socketId: string): void {
    this.log.warn({ err: error, socketId }, 'presence was not written');
  }
}
