import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ENV } from '@app/common/env/shared.settings.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { Env } from '../../env.js';
import { SERVICES, type Service } from '../../routes.js';
import { proxyMetrics } from '../proxy.metrics.js';
import { addressesOf } from './names.js';
import { Pool, type Upstream } from './pool.js';

const LOOK_EVERY_MS = 2000;
const LOOK_PATIENCE_MS = 1500;

/** Where the services are: a pool of addresses for each, looked after all the time. */
@Injectable()
export class Upstreams implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Upstreams.name);
  private readonly urls: Record<Service, string[]>;
  private readonly pools: Record<Service, Pool>;
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(ENV) env: Env, metrics: Metrics) {
    const pool = (service: Service, urls: string[]) => new Pool(urls, look, (upstream) => this.say(service, upstream));
    this.urls = { chat: env.CHAT_URLS, media: env.MEDIA_URLS, notification: env.NOTIFICATION_URLS };
    this.pools = {
      chat: pool('chat', env.CHAT_URLS),
      media: pool('media', env.MEDIA_URLS),
      notification: pool('notification', env.NOTIFICATION_URLS),
    };
    const { upstreams } = metrics.of(proxyMetrics);
    const count = (service: Service, wanted: boolean) =>
      this.pools[service].upstreams.filter(({ healthy }) => healthy === wanted).length;
    for (const service of SERVICES) {
      upstreams.with({ service, state: 'up' }).reads(() => count(service, true));
      upstreams.with({ service, state: 'down' }).reads(() => count(service, false));
    }
  }

  of(service: Service): Pool {
    return this.pools[service];
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.lookAround(), LOOK_EVERY_MS);
    this.lookAround();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private lookAround(): void {
    for (const service of SERVICES) void this.lookAt(service);
  }

  private async lookAt(service: Service): Promise<void> {
    const pool = this.pools[service];
    pool.moveTo(await addressesOf(this.urls[service]));
    await pool.lookAround();
  }

  private say(service: Service, { url, healthy, node }: Upstream): void {
    if (healthy) this.log.log({ service, url, node }, 'a service answers again');
    else this.log.warn({ service, url }, 'a service does not answer');
  }
}

async function look(url: string): Promise<{ node?: string }> {
  const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(LOOK_PATIENCE_MS) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const said: unknown = await answer.json();
  const { status, node } = typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  // It lives, but still waits for its engines.
  if (status === 'starting') throw new Error(`${url} is starting`);
  return typeof node === 'string' ? { node } : {};
}
