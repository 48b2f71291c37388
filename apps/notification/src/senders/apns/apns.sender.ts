import { Logger } from '@nestjs/common';
import { APNS_ENVIRONMENTS, type ApnsEnvironment } from '@app/common/schemas/device.schema.js';
import { type ApnsAddress, type ApnsAnswer, ApnsConnection } from './apns.connection.js';
import { outcomeOf } from './apns.failure.rules.js';
import { notificationOf } from './apns.message.rules.js';
import type { Outcome, Push, Sender, Target } from '../sender.js';
import { mayBeForeign } from '../sender.rules.js';

/** How to push to the devices of an app. */
export interface ApnsOptions {
  topic: string;
  /** Where devices belong that do not say so. */
  environment: ApnsEnvironment;
  /** One address for both is a stand-in. */
  addresses: Record<ApnsEnvironment, ApnsAddress>;
}

type Failed = ApnsAnswer & { is: 'failed' };

/** Pushes through Apple's own service: one HTTP/2 session an environment, one request a push. */
export class ApnsSender implements Sender {
  private readonly log = new Logger(ApnsSender.name);
  private readonly connections: Record<ApnsEnvironment, ApnsConnection>;
  private sends = 0;
  private mismatches = 0;
  private saidMisplaced = false;

  constructor(private readonly options: ApnsOptions) {
    const { production, sandbox } = options.addresses;
    const first = new ApnsConnection(production);
    this.connections = { production: first, sandbox: sandbox === production ? first : new ApnsConnection(sandbox) };
  }

  async send(push: Push, to: Target): Promise<Outcome> {
    this.sends += 1;
    const environment = to.environment ?? this.options.environment;
    const answer = await this.ask(environment, push, to);
    if (answer.is === 'taken') return accepted(answer);
    if (answer.reason === 'BadDeviceToken') return this.sendElsewhere(environment, push, to);
    return this.concluded(answer, environment);
  }

  async close(): Promise<void> {
    await Promise.all([...new Set(Object.values(this.connections))].map((connection) => connection.close()));
  }

  /** Asks, and once more when the provider token was too old: the library has made a new one by then. */
  private async ask(environment: ApnsEnvironment, push: Push, { token }: Target): Promise<ApnsAnswer> {
    const connection = this.connections[environment];
    const notification = notificationOf(push, this.options.topic);
    const answer = await connection.ask(notification, token);
    const tooOld = answer.is === 'failed' && answer.reason === 'ExpiredProviderToken';
    return tooOld ? connection.ask(notification, token) : answer;
  }

  /** A token of one environment is bad in the other: only one that neither knows is dead. */
  private async sendElsewhere(environment: ApnsEnvironment, push: Push, to: Target): Promise<Outcome> {
    const bad: Outcome = { is: 'dead', reason: '400 BadDeviceToken' };
    const other = APNS_ENVIRONMENTS.find((each) => each !== environment) ?? environment;
    if (this.connections[other] === this.connections[environment]) return bad;
    const answer = await this.ask(other, push, to);
    if (answer.is === 'taken') {
      if (!this.saidMisplaced) this.log.warn({ environment: other }, 'devices belong to the other environment of APNs');
      this.saidMisplaced = true;
      return accepted(answer);
    }
    const outcome = outcomeOf(answer);
    return outcome.is === 'later' ? outcome : bad;
  }

  private concluded(failed: Failed, environment: ApnsEnvironment): Outcome {
    const outcome = outcomeOf(failed);
    if (failed.reason === 'DeviceTokenNotForTopic') {
      this.mismatches += 1;
      if (!mayBeForeign(this.mismatches, this.sends)) {
        return { is: 'refused', reason: `${failed.reason}, too often: is APNS_TOPIC the app's bundle id?` };
      }
    }
    // A key may be made for one environment only: that must not stop the pushes to the other.
    const onlyThere = outcome.is === 'misconfigured' && environment !== this.options.environment;
    return onlyThere ? { is: 'refused', reason: `${outcome.reason} (${environment})` } : outcome;
  }
}

function accepted({ id }: ApnsAnswer & { is: 'taken' }): Outcome {
  return { is: 'accepted', ...(id !== undefined && { providerMessageId: id }) };
}
