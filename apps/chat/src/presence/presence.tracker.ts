import { Inject, Injectable, Logger } from '@nestjs/common';
import { LastSeenWriter } from '@app/common/identity/last-seen.writer.js';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import { Teller } from '../domain-events.js';
import { RUN_ID } from './run.js';

/** Somebody who is back within this time has only reloaded. */
export const RELOAD_MS = 4000;
/** Everything in Redis that somebody here owns is written again this often, long before it ends by itself. */
const ANNOUNCE_MS = 10 * 60 * 1000;

/** Who has a socket at this node, kept in the shared directory; tells when somebody comes online or goes offline. */
@Injectable()
export class PresenceTracker {
  private readonly log = new Logger(PresenceTracker.name);
  private readonly sockets = new Map<string, Set<string>>();
  private readonly leaving = new Map<string, NodeJS.Timeout>();
  private announcing: NodeJS.Timeout | undefined;

  constructor(
    private readonly directory: PresenceDirectory,
    private readonly seen: LastSeenWriter,
    private readonly teller: Teller,
    @Inject(RUN_ID) private readonly run: string,
  ) {}

  start(): void {
    this.announcing = setInterval(() => void this.announceAll(), ANNOUNCE_MS).unref();
  }

  /** Nobody is said to be offline from here on: another node does that for those who do not come back. */
  end(): void {
    clearInterval(this.announcing);
    for (const timer of this.leaving.values()) clearTimeout(timer);
    this.leaving.clear();
  }

  /** A socket has opened. */
  async arrived(userId: string, socketId: string): Promise<void> {
    clearTimeout(this.leaving.get(userId));
    this.leaving.delete(userId);
    const own = this.sockets.get(userId) ?? new Set();
    this.sockets.set(userId, own.add(socketId));
    if (await this.directory.connected(userId, this.run, socketId)) this.tellOnline([userId]);
  }

  /** A socket has closed; its person is offline unless one comes back within seconds. */
  async left(userId: string, socketId: string): Promise<void> {
    const own = this.sockets.get(userId);
    own?.delete(socketId);
    if (own?.size === 0) {
      this.sockets.delete(userId);
      const at = new Date();
      const timer = setTimeout(() => {
        this.leaving.delete(userId);
        this.turnOffline(this.run, [userId], at).catch((error: unknown) => this.missed(error));
      }, RELOAD_MS);
      this.leaving.set(userId, timer.unref());
    }
    await this.directory.disconnected(userId, this.run, socketId);
  }

  /** How many people have a socket at this node. */
  get here(): number {
    return this.sockets.size;
  }

  /** True for somebody with a socket at this node. */
  isHere(userId: string): boolean {
    return this.sockets.has(userId);
  }

  /** Says again who is here, after Redis has forgotten it. */
  async announceAll(): Promise<void> {
    const everyone = [...this.sockets].flatMap(([userId, ids]) => [...ids].map((socketId) => ({ userId, socketId })));
    try {
      // Whoever left a moment ago must not be announced behind their leaving: so in small steps, each of who is here now.
      for (let at = 0; at < everyone.length; at += 500) {
        const here = everyone.slice(at, at + 500).filter(({ userId, socketId }) => this.has(userId, socketId));
        this.tellOnline(await this.directory.announce(this.run, here));
      }
    } catch (error) {
      this.missed(error);
    }
  }

  /** Says who of a run's people is offline now, everywhere; they were last seen at `at`. */
  async turnOffline(run: string, userIds: readonly string[], at: Date): Promise<void> {
    const offline = await this.directory.settle(run, userIds);
    const lastSeen = at.toISOString();
    for (const userId of offline) this.teller.tell('presence.changed', { userId, online: false, lastSeen });
    if (offline.length > 0) this.seen.saw(offline, at);
  }

  private has(userId: string, socketId: string): boolean {
    return this.sockets.get(userId)?.has(socketId) === true;
  }

  private tellOnline(userIds: readonly string[]): void {
    for (const userId of userIds) this.teller.tell('presence.changed', { userId, online: true });
  }

  private missed(error: unknown): void {
    this.log.warn({ err: error }, 'presence was not written');
  }
}
