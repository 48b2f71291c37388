import { Inject, Injectable, Logger } from '@nestjs/common';
import { type DeadRun, LEASE_MS, NodeDirectory } from '@app/common/presence/node.directory.js';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import { EventOutlet } from '../publishing/event.outlet.js';
import { PresenceService } from './presence.service.js';
import { PresenceTracker, RELOAD_MS } from './presence.tracker.js';
import { RUN_ID } from './run.js';

const RENEW_MS = 3000;
/** A renewal that takes longer than this says that Redis was not well. */
const SLOW_MS = 2000;
/** How long a node may take to deal with a dead one's people before another tries. */
const CLAIM_MS = 15_000;

/** Says every three seconds that this node lives, and buries nodes that no longer do: their people are offline. */
@Injectable()
export class PresenceLease {
  private readonly log = new Logger(PresenceLease.name);
  private timer: NodeJS.Timeout | undefined;
  private ticking = false;
  private spoken: () => string[] = () => [];
  /** Since when Redis has been well. After an outage every lease seems to have ended: the living renew theirs first. */
  private wellSince = Date.now();

  constructor(
    private readonly nodes: NodeDirectory,
    private readonly directory: PresenceDirectory,
    private readonly tracker: PresenceTracker,
    private readonly presence: PresenceService,
    private readonly events: EventOutlet,
    @Inject(RUN_ID) private readonly run: string,
  ) {}

  /** Begins; `spoken` says which dialects the sockets of this node speak. */
  start(spoken: () => string[]): void {
    this.spoken = spoken;
    void this.tick();
    this.timer = setInterval(() => void this.tick(), RENEW_MS);
    this.tracker.start();
  }

  /** Gives the lease up; those who do not come back to another node within the time of a reload are offline. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    this.tracker.end();
    const patience = new Promise((resolve) => setTimeout(resolve, SLOW_MS).unref());
    await Promise.race([this.nodes.end(this.run, RELOAD_MS).catch(() => undefined), patience]);
  }

  /** Renews the lease and looks for dead nodes; one at a time, as a Redis that hangs answers none. */
  async tick(now = () => Date.now()): Promise<void> {
    if (this.ticking) return;
    this.ticking = true;
    try {
      await this.renew(now);
      if (now() - this.wellSince > LEASE_MS) await this.bury();
    } catch (error) {
      this.wellSince = now();
      this.log.warn({ err: error }, 'the node lease was not renewed');
    } finally {
      this.ticking = false;
    }
  }

  private async renew(now: () => number): Promise<void> {
    const asked = now();
    const lived = await this.nodes.renew(this.run, this.spoken());
    if (lived && now() - asked < SLOW_MS) return;
    this.wellSince = now();
    if (lived) return;
    // Redis has forgotten this node, or this node was away so long that it was taken for dead.
    await this.tracker.announceAll();
    this.presence.refreshSoon();
  }

  private async bury(): Promise<void> {
    for (const dead of await this.nodes.dead()) {
      if (dead.run !== this.run && (await this.nodes.claim(dead.run, this.run, CLAIM_MS))) await this.buryOne(dead);
    }
  }

  private async buryOne({ run, lastAliveAt }: DeadRun): Promise<void> {
    this.log.log({ run }, 'a node is gone; its people are offline unless they are elsewhere');
    // It may have died between keeping a message and publishing it.
    this.events.suspect(lastAliveAt.getTime());
    for await (const userIds of this.directory.peopleOf(run)) await this.tracker.turnOffline(run, userIds, lastAliveAt);
    await this.nodes.strike(run);
  }
}
