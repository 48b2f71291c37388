import { messages, sockets } from './chat.row.ts';
import { gateway } from './gateway.row.ts';
import type { Panel, Row } from './panel.ts';
import { engines, now, processes, requests } from './processes.row.ts';
import { events, media, pushes } from './pushes.row.ts';

const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const WIDTH = 24;
const PLACES = { number: { w: 3, h: 4 }, lines: { w: 8, h: 8 } };

/** The rows of the dashboard, from top to bottom. */
const ROWS: readonly Row[] = [now, requests, gateway, sockets, messages, pushes, events, media, engines, processes];

/** `k8s/components/monitoring/dashboard.json`, as Grafana imports it. */
export function renderDashboard(rows: readonly Row[] = ROWS): string {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: own } of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of own) {
      const { w, h } = PLACES[panel.now ? 'number' : 'lines'];
      if (x + w > WIDTH) [x, y] = [0, y + h];
      panels.push({ id: panels.length + 1, ...shown(panel), gridPos: { x, y, w, h } });
      x += w;
      height = h;
    }
    y += height;
  }
  return JSON.stringify({ ...HEAD, panels });
}

function shown({ title, unit, lines, says, now: number }: Panel): object {
  const { redFrom, redBelow } = number ?? {};
  const green = { color: 'green', value: null };
  const red = { color: 'red', value: null };
  const steps =
    redBelow !== undefined
      ? [red, { ...green, value: redBelow }]
      : [green, ...(redFrom !== undefined ? [{ ...red, value: redFrom }] : [])];
  return {
    type: number ? 'stat' : 'timeseries',
    title,
    ...(says && { description: says }),
    datasource: SOURCE,
    fieldConfig: { defaults: { unit, min: 0, thresholds: { mode: 'absolute', steps } }, overrides: [] },
    options: number
      ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' }
      : {
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
    targets: lines.map(([expr, legendFormat], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: SOURCE,
      expr,
      legendFormat,
    })),
  };
}

/** Any value of a label, also none: outside Kubernetes there is no namespace. */
const chosen = (name: string, label: string) => ({
  name,
  label,
  type: 'query',
  datasource: SOURCE,
  query: { query: `label_values(http_request_duration_seconds_count, ${name})`, refId: name },
  includeAll: true,
  allValue: '.*',
  multi: true,
  refresh: 2,
  sort: 1,
  current: { text: ['All'], value: ['$__all'] },
});

const HEAD = {
  title: 'Parley',
  uid: 'parley',
  description: 'Everything that Parley tells of itself; docs/metrics.md says what each metric means.',
  tags: ['parley'],
  schemaVersion: 39,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  timezone: '',
  annotations: { list: [] },
  links: [],
  templating: {
    list: [
      { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', refresh: 1, current: {} },
      chosen('namespace', 'Namespace'),
      chosen('job', 'App'),
    ],
  },
};
