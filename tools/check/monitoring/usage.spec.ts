import { problemsIn, seriesOf } from './usage.ts';

const series = seriesOf([
  { name: 'sends_total', type: 'counter', labels: ['provider', 'outcome'] },
  { name: 'duration_seconds', type: 'histogram', labels: ['provider'] },
  { name: 'waiting', type: 'gauge', labels: ['provider'] },
]);

describe('a query of metrics that there are', () => {
  it.each([
    'sum by (provider) (rate(sends_total{outcome!="sent"}[5m])) > 1',
    'histogram_quantile(0.99, sum by (le, provider) (rate(duration_seconds_bucket[5m])))',
    'rate(duration_seconds_sum[5m]) / rate(duration_seconds_count[5m])',
    'max by (provider, instance) (waiting) and on (instance) up{job="parley"}',
    'sum(rate(sends_total[5m])) or vector(0)',
    'predict_linear(waiting[1h], 3600)',
    'sum(waiting) < 0.5 * max_over_time(sum(waiting)[10m:30s])',
    'topk(3, sum by (provider) (waiting))',
  ])('is right: %s', (query) => {
    expect(problemsIn(query, series)).toEqual([]);
  });

  it.each([
    ['rate(send_total[5m])', 'nobody exports send_total'],
    ['duration_seconds > 1', 'nobody exports duration_seconds'],
    ['waiting{outcome="sent"}', 'waiting has no label outcome'],
    ['sum by (outcome) (waiting)', 'there is no label outcome to go by'],
    ['max(waiting) and on (provider) up', 'there is no label provider to go by'],
    ['sum by (provider) (waiting) / sum(waiting)', 'sides by (provider) and () never meet'],
    ['rate(waiting[5m])', 'waiting is no counter to take the rate of'],
    ['deriv(sends_total[5m])', 'sends_total is no gauge to take the deriv of'],
    ['rate(sends_total)', 'rate needs a range'],
    ['max_over_time(sum by (outcome) (waiting)[10m:])', 'there is no label outcome to go by'],
    ['max_over_time(sum(waiting)[10m])', 'a range of what is no selector'],
    ['histogram_quantile(0.5, sum(rate(duration_seconds_bucket[5m])))', 'histogram_quantile needs the label le'],
    ['waiting >', 'No parse at 9'],
  ])('is wrong: %s', (query, problem) => {
    expect(problemsIn(query, series)).toContain(problem);
  });
});
