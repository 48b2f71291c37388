import { Inject, Injectable, Logger } from '@nestjs/common';
import { Metrics } from '@app/common/metrics/metrics.js';
import { PLATFORMS, PROVIDERS } from '@app/common/schemas/device.schema.js';
import type { AttemptState } from '@app/common/schemas/push-attempt.schema.js';
import { lineOf } from '@app/common/tracing/tracing.js';
import { DeviceRepository, type KnownDevice } from '../devices/device.repository.js';
import { deviceMetrics } from '../devices/device.metrics.js';
import { reaches } from '../devices/device.rules.js';
import { PACE, type Pace } from '../pace.js';
import type { Outcome } from '../senders/sender.js';
import { Senders } from '../senders/senders.js';
import { AttemptRepository, type ClaimedAttempt } from './attempt.repository.js';
import { type Next, nextOf } from './attempt.rules.js';
import { Breaker } from './breaker.js';
import { outcomeNameOf, reasonNameOf } from './outcome.rules.js';
import { pushMetrics } from './push.metrics.js';
import { asked } from './push.spans.js';
import { madeAt } from './push.rules.js';

/** Carries one claimed attempt out: to the device's sender, and into the books what became of it. */
@Injectable()
export class AttemptService {
  private readonly log = new Logger(AttemptService.name);
  private readonly breaker = new Breaker();
  private readonly counts;
  private readonly dead;

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly devices: DeviceRepository,
    private readonly senders: Senders,
    @Inject(PACE) private readonly pace: Pace,
    metrics: Metrics,
  ) {
    this.counts = metrics.of(pushMetrics);
    this.dead = metrics.of(deviceMetrics).removed.with({ why: 'dead' });
    for (const provider of PROVIDERS) {
      for (const platform of PLATFORMS.filter((each) => reaches(provider, each))) {
        const route = routeOf({ provider, platform });
        this.counts.breakers.with({ provider, platform }).reads(() => (this.breaker.isOpen(route) ? 1 : 0));
      }
    }
  }

  /** The devices as they are now, by installation: the token may be newer than the message, or the device someone else's. */
  async devicesOf(attempts: ClaimedAttempt[]): Promise<Map<string, KnownDevice>> {
    const devices = await this.devices.ofInstallations(attempts.map(({ installationId }) => installationId));
    return new Map(devices.map((device) => [device.installationId, device]));
  }

  /** Tries once, and says what became of the attempt. */
  async carryOut(attempt: ClaimedAttempt, device: KnownDevice | undefined): Promise<AttemptState> {
    const now = new Date();
    const { provider } = attempt;
    if (attempt.push.expiresAt <= now) {
      this.counts.sends.with({ provider, outcome: 'given_up' }).inc();
      return this.settle(attempt, { state: 'expired', reason: 'not sent in time' });
    }
    if (device?.userId !== attempt.userId) {
      this.counts.sends.with({ provider, outcome: 'device_gone' }).inc();
      return this.settle(attempt, { state: 'refused', reason: 'the device is gone' });
    }
    const parkedUntil = this.breaker.parkedUntil(routeOf(device), now);
    if (parkedUntil) {
      await this.attempts.postpone(attempt, parkedUntil);
      return 'pending';
    }
    const started = performance.now();
    const outcome = await asked(attempt, () => this.senders.of(device.provider).send(attempt.push, device));
    this.counts.duration.with({ provider: device.provider }).since(started);
    return this.conclude(attempt, device, outcome);
  }

  private async conclude(attempt: ClaimedAttempt, device: KnownDevice, outcome: Outcome): Promise<AttemptState> {
    const now = new Date();
    const parkedUntil = new Date(now.getTime() + this.pace.pauseMs);
    if (outcome.is === 'misconfigured') this.park(device, outcome, parkedUntil);
    if (outcome.is === 'dead') await this.removeDead(attempt, device, outcome);
    if (outcome.is === 'accepted' && this.breaker.works(routeOf(device))) {
      this.log.log({ route: routeOf(device) }, 'pushes are taken again');
    }
    const { attempts, push } = attempt;
    const step = { attempts, expiresAt: push.expiresAt, now, parkedUntil, chance: Math.random() };
    const next = nextOf(outcome, { ...step, backoffMs: this.pace.backoffMs });
    this.count(attempt, outcome, next);
    return this.settle(attempt, next);
  }

  private count({ provider, push }: ClaimedAttempt, outcome: Outcome, next: Next): void {
    const { sends, failures, delay } = this.counts;
    const name = outcomeNameOf(outcome, next);
    sends.with({ provider, outcome: name }).inc();
    if (name === 'sent') delay.with({ provider }).observe((Date.now() - madeAt(push)) / 1000);
    if (outcome.is !== 'accepted') failures.with({ provider, reason: reasonNameOf(outcome.reason) }).inc();
  }

  private park(device: KnownDevice, { reason, platform }: Outcome & { is: 'misconfigured' }, until: Date): void {
    const platforms = platform === undefined ? PLATFORMS : [platform];
    const first = platforms.filter((each) => this.breaker.park(routeOf({ ...device, platform: each }), until));
    if (first.length === 0) return;
    const about = { provider: device.provider, platforms: first, reason, pauseMs: this.pace.pauseMs };
    this.log.error(about, 'the provider refuses our credentials or project; pushes wait');
  }

  /** A device that registered after its token died, as the provider says, has it anew; so has one since this attempt. */
  private async removeDead({ startedAt }: ClaimedAttempt, device: KnownDevice, dead: Outcome & { is: 'dead' }) {
    const { reason, since = startedAt } = dead;
    const removed = await this.devices.removeDead(device, since < startedAt ? since : startedAt);
    const { installationId, userId, platform } = device;
    if (!removed) return;
    this.dead.inc();
    this.log.log({ userId, installationId, platform, reason }, 'device removed: its token is dead');
  }

  private async settle(attempt: ClaimedAttempt, next: Next): Promise<AttemptState> {
    await this.attempts.settle(attempt, next, new Date());
    const { id, installationId, userId, provider, attempts, push } = attempt;
    const { messageId, conversationId } = push;
    const about = {
      attemptId: id.toHexString(),
      messageId,
      conversationId,
      userId,
      installationId,
      provider,
      attempts,
      ...lineOf(push.traceparent),
    };
    if (next.state === 'accepted') this.log.log(about, 'push accepted');
    else this.log.warn({ ...about, ...next }, SAYS[next.state]);
    return next.state;
  }
}

const SAYS = {
  refused: 'push refused',
  expired: 'push given up: it was not taken in time',
  pending: 'push not taken; trying again',
};

const routeOf = ({ provider, platform }: { provider: string; platform: string }) => `${provider}/${platform}`;
