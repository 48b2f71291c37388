import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ENV } from '@app/common/env/shared.settings.js';
import type { Provider } from '@app/common/schemas/device.schema.js';
import type { Env } from '../env.js';
import { apnsOptions } from './apns/apns.options.js';
import { ApnsSender } from './apns/apns.sender.js';
import { FcmSender } from './fcm/fcm.sender.js';
import { LogSender } from './log.sender.js';
import type { Sender } from './sender.js';

const LOG_ONLY = 'log only';

/** Which sender pushes for a provider: its own when it is configured, else the log. */
@Injectable()
export class Senders implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new LogSender();
  private readonly own: Partial<Record<Provider, Sender>>;

  constructor(@Inject(ENV) private readonly env: Env) {
    const apns = apnsOptions(env);
    this.own = {
      ...(FcmSender.isConfigured(env) && { fcm: new FcmSender(env) }),
      ...(apns && { apns: new ApnsSender(apns) }),
    };
  }

  onApplicationBootstrap(): void {
    const { FCM_EMULATOR_HOST, APNS_HOST, APNS_PRODUCTION } = this.env;
    const apns = APNS_HOST ?? (APNS_PRODUCTION ? 'production' : 'sandbox');
    const how = {
      fcm: this.own.fcm ? (FCM_EMULATOR_HOST ?? 'FCM') : LOG_ONLY,
      apns: this.own.apns ? apns : LOG_ONLY,
    };
    new Logger(Senders.name).log(how, 'senders of pushes');
  }

  of(provider: Provider): Sender {
    return this.own[provider] ?? this.log;
  }

  /** After the last push: the pushes under way are waited for earlier, when modules are destroyed. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(Object.values(this.own).map((sender) => sender.close()));
  }
}
