import { counter, gauge, histogram } from './metric.js';
import { Metrics } from './metrics.js';

const table = {
  sent: counter({ name: 'sent_total', help: 'Sent.' }),
  answered: counter({ name: 'answered_total', help: 'By answer.', labels: { answer: ['yes', 'no'] } }),
  open: gauge({ name: 'open', help: 'Open.', labels: { place: 'a place' } }),
  took: histogram({ name: 'took_seconds', help: 'Took.', labels: { event: 'its name' }, buckets: [0.1, 1] }),
};

let metrics: Metrics;
beforeEach(() => (metrics = new Metrics()));

const lines = async () => (await metrics.text()).body.split('\n').filter((line) => line && !line.startsWith('# HELP'));

it('tells what was raised, in the words of Prometheus', async () => {
  const { sent, answered, open, took } = metrics.of(table);
  sent.inc();
  sent.inc(2);
  answered.with({ answer: 'no' }).inc();
  open.with({ place: 'a "quoted" one' }).set(3);
  for (const value of [0.1, 0.5, 7]) took.with({ event: 'send' }).observe(value);
  expect(await lines()).toEqual([
    '# TYPE sent_total counter',
    'sent_total 3',
    '# TYPE answered_total counter',
    'answered_total{answer="yes"} 0',
    'answered_total{answer="no"} 1',
    '# TYPE open gauge',
    'open{place="a \\"quoted\\" one"} 3',
    '# TYPE took_seconds histogram',
    'took_seconds_bucket{event="send",le="0.1"} 1',
    'took_seconds_bucket{event="send",le="1"} 2',
    'took_seconds_bucket{event="send",le="+Inf"} 3',
    'took_seconds_sum{event="send"} 7.6',
    'took_seconds_count{event="send"} 3',
  ]);
});

it('reads a gauge when it is asked, and leaves out one that cannot be read', async () => {
  const { open } = metrics.of(table);
  open.with({ place: 'here' }).reads(() => 5);
  open.with({ place: 'there' }).reads(() => Promise.resolve(6));
  open.with({ place: 'nowhere' }).reads(() => Promise.reject(new Error('away')));
  expect((await lines()).filter((line) => line.startsWith('open'))).toEqual([
    'open{place="here"} 5',
    'open{place="there"} 6',
  ]);
});

it('gives the same instruments to whoever asks with the same table, and takes no name twice', () => {
  expect(metrics.of(table).sent).toBe(metrics.of(table).sent);
  const other = { sent: counter({ name: 'sent_total', help: 'Another.' }) };
  expect(() => metrics.of(other)).toThrow('two metrics are called sent_total');
});

it('has no more series than it can bear: what comes later is other', async () => {
  const { met } = metrics.of({ met: counter({ name: 'met_total', help: 'Met.', labels: { place: 'a place' } }) });
  for (let n = 0; n < 3000; n++) met.with({ place: `place-${n}` }).inc();
  const told = (await lines()).filter((line) => line.startsWith('met_total{'));
  expect(told).toHaveLength(1001);
  expect(told.at(-1)).toBe('met_total{place="other"} 2000');
});
