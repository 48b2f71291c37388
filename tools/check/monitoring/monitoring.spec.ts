import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readBase } from '../manifests/kubernetes.ts';
import { boardProblems, type Dashboard } from './board.ts';
import { monitorProblems, type PodMonitor } from './monitor.ts';
import { metricsOf, queryProblems } from './monitoring.ts';
import { headingsOf, ruleProblems, type Rules } from './rules.ts';
import { seriesOf } from './usage.ts';

const root = join(import.meta.dirname, '../../..');
const series = seriesOf([{ name: 'sends_total', type: 'counter', labels: ['provider'] }]);

describe('a dashboard', () => {
  const uid = '${datasource}';
  const target = (expr: string, legendFormat = '', from = uid) => ({ expr, legendFormat, datasource: { uid: from } });
  const board = (...targets: ReturnType<typeof target>[]): Dashboard => ({
    panels: [{ title: 'Sends', targets }],
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        { name: 'provider', type: 'query', query: { query: 'label_values(sends_total, provider)' } },
      ],
    },
  });
  const right = target('sum by (provider) (rate(sends_total{provider=~"$provider"}[5m]))', '{{provider}} a second');

  it('is right', () => {
    expect(boardProblems(board(right), series)).toEqual([]);
  });

  it.each([
    [target('rate(send_total[5m])'), 'panel "Sends": nobody exports send_total'],
    [target('sum(rate(sends_total[5m]))', '{{provider}}'), 'speaks of provider, which is not there'],
    [target('sends_total{provider="$providers"}'), 'there is no variable providers'],
    [target('sends_total', '', 'prometheus'), 'asks prometheus, not the datasource that is chosen'],
  ])('is wrong: %j', (wrong, problem) => {
    expect(boardProblems(board(wrong), series).join()).toContain(problem);
  });

  it('offers values of labels that there are, and the choice of the datasource', () => {
    const { panels, templating } = board(right);
    const list = [{ name: 'provider', type: 'query', query: { query: 'label_values(sends_total, outcome)' } }];
    expect(boardProblems({ panels, templating: { list } }, series).join()).toMatch(/no variable datasource.*no label/);
    expect(boardProblems({ panels, templating }, seriesOf([])).join()).toContain('nobody exports sends_total');
  });
});

describe('alert rules', () => {
  const headings = new Set(headingsOf('docs/a.md', '# A\n\n## No push: why?\n'));
  const annotations = {
    summary: '{{ $labels.provider }} takes {{ $value | humanizeDuration }}.',
    description: 'So it is.',
    runbook: 'docs/a.md#no-push-why',
  };
  const rule = {
    alert: 'A',
    expr: 'sum by (provider) (rate(sends_total[5m])) > 1',
    for: '5m',
    labels: { severity: 'critical' },
    annotations,
  };
  const of = (...rules: object[]) => ruleProblems({ groups: [{ name: 'g', rules }] } as Rules, series, headings);

  it('are right', () => {
    expect(of(rule)).toEqual([]);
  });

  it.each([
    [{ expr: 'rate(send_total[5m]) > 1' }, 'A: nobody exports send_total'],
    [{ expr: 'rate(sends_total[5m])' }, 'A: it compares with nothing'],
    [{ expr: 'sum(rate(sends_total[5m])) > 1' }, 'speaks of provider, which is not there'],
    [{ For: '5m' }, 'A: Prometheus knows no For'],
    [{ for: 'long' }, 'A: long is no duration'],
    [{ labels: { severity: 'page' } }, 'A: severity is critical or warning'],
    [{ annotations: { ...annotations, runbook: 'docs/a.md#no-pushes' } }, 'A: docs/a.md#no-pushes is not there'],
    [{ annotations: { summary: 'So.', runbook: annotations.runbook } }, 'A: it has no description'],
  ])('are wrong: %j', (change, problem) => {
    expect(of({ ...rule, ...change }).join()).toContain(problem);
  });

  it('are there once', () => {
    expect(of(rule, rule)).toEqual(['A is there twice']);
  });
});

describe('k8s/components/monitoring', () => {
  it('asks for metrics that the apps declare, and for no other', async () => {
    const declared = await metricsOf(root, (file) => import(join(root, `${file}.ts`)));
    expect(await queryProblems(root, declared)).toEqual([]);
    const other = declared.map((metric) =>
      metric.name === 'parley_push_sends_total' ? { ...metric, name: 'parley_pushes_total' } : metric,
    );
    const problems = (await queryProblems(root, other)).join('\n');
    expect(problems).toContain('dashboard.json: panel "Tries by outcome": nobody exports parley_push_sends_total');
    expect(problems).toContain('rules.yaml: ParleyPushesFailing: nobody exports parley_push_sends_total');
  });
});

describe('the monitor of the pods', () => {
  it('finds all apps where they tell their metrics', async () => {
    const text = await readFile(join(root, 'k8s/components/monitoring/pod-monitor.yaml'), 'utf8');
    const { objects } = await readBase(root);
    const changed = (from: string, to: string) => parse(text.replace(from, to)) as PodMonitor;
    expect(monitorProblems(changed('', ''), objects)).toEqual([]);
    expect(monitorProblems(changed('chat-service, ', ''), objects)).toEqual(['it does not find chat-service']);
    expect(monitorProblems(changed('port: metrics', 'port: http'), objects)).toHaveLength(4);
    expect(monitorProblems(changed('jobLabel: app.kubernetes.io/name', 'jobLabel: app'), objects)).toHaveLength(4);
  });
});
