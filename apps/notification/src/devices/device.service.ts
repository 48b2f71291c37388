import { Injectable, Logger } from '@nestjs/common';
import type { Caller } from '@app/common/auth/claims.js';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { deviceMetrics } from './device.metrics.js';
import { type DeviceAsk, DeviceRepository, type KnownDevice } from './device.repository.js';
import { canonicalLocale, canonicalToken, MAX_DEVICES, reaches } from './device.rules.js';

/** Which devices a person's pushes go to. */
@Injectable()
export class DeviceService {
  private readonly log = new Logger(DeviceService.name);

  private readonly counts;

  constructor(
    private readonly devices: DeviceRepository,
    metrics: Metrics,
  ) {
    this.counts = metrics.of(deviceMetrics);
  }

  /** Registers a device for whoever asks, as often as it likes; a token or an installation of someone else's moves. */
  async register(who: Caller, ask: DeviceAsk): Promise<KnownDevice> {
    const { environment, ...stated } = ask;
    const { provider, platform, installationId, locale } = stated;
    if (!reaches(provider, platform)) {
      throw new AppError('INVALID_INPUT', { message: `${provider} does not push to ${platform} devices.` });
    }
    const token = canonicalToken(provider, ask.token);
    if (token === undefined) {
      throw new AppError('INVALID_INPUT', { message: 'token must be 64 to 200 hexadecimal digits for apns.' });
    }
    const device = await this.devices.save(who.id, {
      ...stated,
      token,
      ...(provider === 'apns' && environment !== undefined && { environment }),
      ...(locale !== undefined && { locale: canonicalLocale(locale) }),
    });
    this.counts.registered.with({ provider }).inc();
    this.counts.removed.with({ why: 'surplus' }).inc(await this.devices.trim(who.id, MAX_DEVICES));
    this.log.log({ userId: who.id, installationId, platform, provider }, 'device registered');
    return device;
  }

  /** The devices of whoever asks, the latest seen first. */
  async list(who: Caller): Promise<KnownDevice[]> {
    return this.devices.ofUser(who.id);
  }

  /** Removes a device of whoever asks, as an app does at logout. */
  async remove(who: Caller, installationId: string): Promise<KnownDevice> {
    const device = await this.devices.remove(who.id, installationId);
    if (!device) throw new AppError('NOT_FOUND');
    this.counts.removed.with({ why: 'asked' }).inc();
    this.log.log({ userId: who.id, installationId }, 'device removed');
    return device;
  }
}
