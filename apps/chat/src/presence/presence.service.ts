import { Inject, Injectable, Logger } from '@nestjs/common';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { UserRepository } from '@app/common/identity/user.repository.js';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import type { Presence } from '@app/contracts/shapes.js';
import type { Asker } from '../asker.js';
import { directId } from '../conversations/conversation.rules.js';
import { MemberRepository } from '../conversations/member.repository.js';
import { Teller } from '../domain-events.js';
import type { ChatEnv } from '../env.js';
import { PresenceTracker } from './presence.tracker.js';

/** How long Redis may take to say who is online. */
const PATIENCE_MS = 1000;
/** After an outage the other nodes have announced their people by then. */
const SETTLED_MS = 5000;
/** People looked up at once. */
const CHUNK = 500;
/** How often it is compared with membership who may watch whom, as a node may have missed that somebody left. */
const CHECK_MS = 30_000;
/** What somebody who watches too many is asked to wait. */
const RETRY_MS = 10_000;

/** Whom a socket watches, and whose socket it is. */
interface Watching {
  by: string;
  userIds: Set<string>;
}

/** Who watches whom: over a socket, the presence of people one shares a conversation with. */
@Injectable()
export class PresenceService {
  private readonly log = new Logger(PresenceService.name);
  private readonly watching = new Map<string, Watching>();
  private refreshing: NodeJS.Timeout | undefined;
  private checks: NodeJS.Timeout | undefined;

  constructor(
    private readonly directory: PresenceDirectory,
    private readonly tracker: PresenceTracker,
    private readonly members: MemberRepository,
    private readonly users: UserRepository,
    private readonly teller: Teller,
    @Inject(ENV) private readonly env: ChatEnv,
  ) {
    teller.whenUnwatched((connectionId, userId) => {
      // A socket that closes leaves its rooms first, and is forgotten in the same turn.
      setImmediate(() => void this.settle(connectionId, userId));
    });
  }

  /** How many people are watched, over all sockets of this node. */
  get watched(): number {
    return [...this.watching.values()].reduce((sum, { userIds }) => sum + userIds.size, 0);
  }

  start(): void {
    this.checks = setInterval(() => void this.check(), CHECK_MS).unref();
  }

  end(): void {
    clearInterval(this.checks);
    clearTimeout(this.refreshing);
  }

  /** Watches somebody over this socket, from the answered state on; throws `FORBIDDEN` without a shared conversation. */
  async watch(who: Asker, { userId }: { userId: string }): Promise<Presence> {
    if ((await this.sharing(who.id, [userId])).size === 0) throw new AppError('FORBIDDEN');
    if (who.connectionId !== undefined) {
      this.note(who, userId);
      // First heard, then asked: a change in between is told, not lost.
      if (!(await this.teller.watch(who.connectionId, userId))) this.watching.delete(who.connectionId);
    }
    return (await this.states([userId]))[0] as Presence;
  }

  /** Watches somebody no more over this socket. */
  unwatch(who: Asker, { userId }: { userId: string }): Promise<{ userId: string }> {
    this.stop(who.connectionId, [userId]);
    return Promise.resolve({ userId });
  }

  /** Watches these people no more over a socket. */
  stop(connectionId: string | undefined, userIds: Iterable<string>): void {
    const own = connectionId === undefined ? undefined : this.watching.get(connectionId);
    if (connectionId === undefined || !own) return;
    for (const id of userIds) if (own.userIds.delete(id)) this.teller.unwatch(connectionId, id);
  }

  /** A socket has closed, and its watching with it. */
  stopAll(connectionId: string): void {
    this.watching.delete(connectionId);
  }

  /** Tells this node's sockets the state of whom they watch, once others have settled: changes may have been missed. */
  refreshSoon(): void {
    clearTimeout(this.refreshing);
    this.refreshing = setTimeout(() => {
      this.refresh().catch((error: unknown) => this.log.warn({ err: error }, 'presence was not refreshed'));
    }, SETTLED_MS).unref();
  }

  /** Ends all watching over this node's sockets that no shared conversation allows any more. */
  async check(): Promise<void> {
    try {
      for (const [connectionId, { by, userIds }] of [...this.watching]) {
        const asked = [...userIds];
        const allowed = await this.sharing(by, asked);
        this.stop(
          connectionId,
          asked.filter((id) => !allowed.has(id)),
        );
      }
    } catch (error) {
      this.log.warn({ err: error }, 'who watches whom was not compared with membership');
    }
  }

  /** A socket was taken out of a watching because a conversation was left; another one may still be shared. */
  private async settle(connectionId: string, userId: string): Promise<void> {
    const own = this.watching.get(connectionId);
    if (!own?.userIds.has(userId)) return;
    try {
      if ((await this.sharing(own.by, [userId])).size === 0) return this.stop(connectionId, [userId]);
      if (!own.userIds.has(userId) || !(await this.teller.watch(connectionId, userId))) return;
      for (const state of await this.states([userId])) this.teller.tellHere('presence.changed', state);
    } catch (error) {
      this.stop(connectionId, [userId]);
      this.log.warn({ err: error }, 'a watching has ended, as it was not known whether it may go on');
    }
  }

  private async refresh(): Promise<void> {
    await this.check();
    const watched = [...new Set([...this.watching.values()].flatMap(({ userIds }) => [...userIds]))];
    for (let at = 0; at < watched.length; at += CHUNK) {
      for (const state of await this.states(watched.slice(at, at + CHUNK))) {
        this.teller.tellHere('presence.changed', state);
      }
    }
  }

  private note({ id: by, connectionId = '' }: Asker, userId: string): void {
    const own = this.watching.get(connectionId) ?? { by, userIds: new Set() };
    const limit = this.env.PRESENCE_SUBSCRIPTIONS_MAX;
    if (own.userIds.size >= limit && !own.userIds.has(userId)) {
      const message = `A socket watches at most ${limit} people.`;
      throw new AppError('RATE_LIMITED', { message, retryAfterMs: RETRY_MS });
    }
    own.userIds.add(userId);
    this.watching.set(connectionId, own);
  }

  /** Those of `others` whom somebody shares a conversation with; oneself always. */
  private async sharing(me: string, others: readonly string[]): Promise<Set<string>> {
    const direct = new Map(others.map((other) => [directId(me, other), other]));
    const talks = await this.members.inWhich(me, [...direct.keys()]);
    const found = new Set([...talks.map((id) => direct.get(id) as string), ...others.filter((id) => id === me)]);
    const left = () => others.filter((id) => !found.has(id));
    if (left().length === 0) return found;
    for await (const ids of this.members.conversationsOf(me)) {
      for (const id of await this.members.inAny(left(), ids)) found.add(id);
      if (left().length === 0) break;
    }
    return found;
  }

  private async states(userIds: readonly string[]): Promise<Presence[]> {
    const lastSeen = await this.users.lastSeen(userIds);
    const online = await this.said(userIds);
    return userIds.map((userId) => {
      const at = lastSeen.get(userId);
      return online.has(userId) || !at
        ? { userId, online: online.has(userId) }
        : { userId, online: false, lastSeen: at.toISOString() };
    });
  }

  /** Without Redis a node knows its own people only; of others it says that it does not know. */
  private async said(userIds: readonly string[]): Promise<Set<string>> {
    const patience = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined).unref());
    const said = await Promise.race([this.directory.said(userIds).catch(() => undefined), patience]);
    if (said) return said;
    if (userIds.every((id) => this.tracker.isHere(id))) return new Set(userIds);
    throw new AppError('UNAVAILABLE', { message: 'Who is online is not known just now.', retryAfterMs: RETRY_MS });
  }
}
