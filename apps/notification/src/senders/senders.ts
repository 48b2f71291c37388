import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { ENV } from '@app/common/env/shared.settings.js';
import type { Provider } from '@app/common/schemas/device.schema.js';
import type { Env } from '../env.js';
import { FcmSender } from './fcm.sender.js';
import { LogSender } from './log.sender.js';
import type { Sender } from './sender.js';

/** Which sender pushes for a provider: its own when it is configured, else the log. */
@Injectable()
export class Senders implements OnApplicationShutdown {
  private readonly log = new LogSender();
  private readonly own: Partial<Record<Provider, Sender>>;

  constructor(@Inject(ENV) env: Env) {
    this.own = FcmSender.isConfigured(env) ? { fcm: new FcmSender(env) } : {};
    const how = this.own.fcm ? { fcm: env.FCM_EMULATOR_HOST ? 'emulator' : 'FCM' } : { fcm: 'log only' };
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
