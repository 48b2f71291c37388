import type { EventPublisher } from '@app/common/events/event.publisher.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import type { ChatEnv } from '../env.js';
import { EventOutlet, type Told } from './event.outlet.js';
import { PUBLISHING } from './pace.js';

const event = { id: 'm1', subject: 'c1', time: new Date(0).toISOString(), data: {} } as Told<'message.created'>;

/** An outlet before a Redis that answers when it is told to. */
function outlet(more: Partial<typeof PUBLISHING> = {}) {
  const asked: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const publish = () => new Promise<void>((resolve, reject) => asked.push({ resolve, reject }));
  const env = { NOTIFICATION_REDIS_CHANNEL: 'a-channel' } as ChatEnv;
  const pace = { ...PUBLISHING, mostWaiting: 2, ...more };
  return { asked, outlet: new EventOutlet({ publish } as unknown as EventPublisher, env, pace, new Metrics()) };
}

describe('an event outlet', () => {
  it('has missed nothing while Redis takes what it is given', async () => {
    const { asked, outlet: out } = outlet();
    for (let n = 0; n < 5; n++) {
      out.publish('message.created', event);
      asked.at(-1)?.resolve();
      await out.idle();
    }
    expect(asked).toHaveLength(5);
    expect(out.takeMissed()).toBeUndefined();
  });

  it('holds a bounded number of events, and says once since when others are missing', () => {
    const { asked, outlet: out } = outlet();
    const began = Date.now();
    for (let n = 0; n < 5; n++) out.publish('message.created', event);
    expect(asked).toHaveLength(2);
    expect(out.takeMissed()).toBeGreaterThanOrEqual(began);
    expect(out.takeMissed()).toBeUndefined();
  });

  it('has missed what Redis refused', async () => {
    const { asked, outlet: out } = outlet();
    out.publish('message.created', event);
    asked[0]?.reject(new Error('OOM'));
    await out.idle();
    expect(out.takeMissed()).toBeDefined();
  });

  it('takes for missed what Redis has not answered in its time: the node may die with it', async () => {
    const { outlet: out } = outlet({ patienceMs: 5 });
    out.publish('message.created', event);
    const began = Date.now();
    await out.idle();
    while (Date.now() - began <= 6);
    expect(out.takeMissed()).toBeLessThanOrEqual(began);
  });
});
