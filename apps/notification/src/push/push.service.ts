import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Heard } from '@app/common/events/stream.consumer.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Counter } from '@app/common/metrics/series.js';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import type { MessageCreated } from '@app/contracts/events.js';
import { DeviceRepository } from '../devices/device.repository.js';
import type { Push } from '../senders/sender.js';
import { AttemptRepository } from './attempt.repository.js';
import { DeliveryService } from './delivery.service.js';
import { MemberRepository } from './member.repository.js';
import { pushMetrics } from './push.metrics.js';
import { audienceOf, bodyOf, expiryOf, namesAll, titleOf } from './push.rules.js';

/** A push, and the people it is for, online or not. */
interface Announcement {
  push: Push;
  userIds: string[];
}

/** Questions without an answer above which nobody is asked: Redis hangs, and each would be remembered. */
const MOST_UNANSWERED = 8;
/** Presence that takes longer is not waited for: a push too many is better than one lost. */
const PRESENCE_PATIENCE_MS = 1000;

/** Decides whom a message is pushed to, and keeps these pushes; once that is done, no one can lose them. */
@Injectable()
export class PushService {
  private readonly log = new Logger(PushService.name);
  private readonly added: Counter;
  private unanswered = 0;

  constructor(
    private readonly presence: PresenceDirectory,
    private readonly members: MemberRepository,
    private readonly devices: DeviceRepository,
    private readonly attempts: AttemptRepository,
    private readonly delivery: DeliveryService,
    metrics: Metrics,
  ) {
    this.added = metrics.of(pushMetrics).added;
  }

  /** Takes new messages; resolves when every push about them is kept. The same message again adds nothing. */
  async accept(events: readonly Pick<Heard<'message.created'>, 'data' | 'traceparent'>[]): Promise<void> {
    const now = new Date();
    const fresh = events
      .map((event) => ({ data: event.data, push: pushOf(event) }))
      .filter(({ push }) => push.expiresAt > now);
    await this.announce(
      fresh
        .filter(({ data }) => namesAll(data))
        .map(({ data, push }) => ({ push, userIds: audienceOf(data.participantIds, data) })),
    );
    for (const { data, push } of fresh.filter(({ data }) => !namesAll(data))) {
      for await (const page of this.members.pagesOf(push.conversationId, push.seq)) {
        await this.announce([{ push, userIds: audienceOf(page, data) }]);
      }
    }
  }

  private async announce(all: Announcement[]): Promise<void> {
    const people = [...new Set(all.flatMap(({ userIds }) => userIds))];
    const online = await this.online(people);
    const devices = await this.devices.ofUsers(people.filter((id) => !online.has(id)));
    const devicesOf = Map.groupBy(devices, ({ userId }) => userId);
    const pushes = all.flatMap(({ push, userIds }) =>
      userIds.flatMap((id) => (devicesOf.get(id) ?? []).map((to) => ({ push, to }))),
    );
    const added = await this.attempts.add(pushes, new Date());
    this.added.inc(added);
    if (added > 0) this.delivery.wake();
  }

  /** Those with a live socket; nobody when Redis does not say so in time. */
  private async online(userIds: string[]): Promise<Set<string>> {
    if (userIds.length === 0 || this.unanswered >= MOST_UNANSWERED) return new Set();
    const done = new AbortController();
    const late = pause(PRESENCE_PATIENCE_MS, undefined, { signal: done.signal }).then(() => {
      throw new Error('presence did not answer in time');
    });
    try {
      this.unanswered += 1;
      const answer = this.presence.online(userIds).finally(() => (this.unanswered -= 1));
      return await Promise.race([answer, late]);
    } catch (error) {
      this.log.warn({ err: error, people: userIds.length }, 'presence is unknown; pushing to everyone');
      return new Set();
    } finally {
      late.catch(() => undefined);
      done.abort();
    }
  }
}

function pushOf({ data, traceparent }: { data: MessageCreated; traceparent?: string }): Push {
  const { message } = data;
  return {
    messageId: message._id,
    conversationId: message.conversationId,
    senderId: message.senderId,
    seq: message.seq,
    title: titleOf(data),
    body: bodyOf(message),
    expiresAt: expiryOf(message),
    ...(traceparent !== undefined && { traceparent }),
  };
}
