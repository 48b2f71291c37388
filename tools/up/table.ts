import { relative } from 'node:path';
import { addressOf, LOOPBACK, metricsPortOf, type Ports, reachedAt } from './suite/apps.ts';
import { DEMO_PEOPLE } from './seed.ts';

interface Shown {
  ports: Ports;
  /** Where the gateway listens. */
  host?: string | undefined;
  engines: { mongodb: string; redis: string };
  dataDir: string;
  demo: boolean;
}

/** What one needs to know to begin: one table. */
export function table({ ports, host = LOOPBACK, engines, dataDir, demo }: Shown): string {
  const gateway = reachedAt(host, ports.gateway).replace(LOOPBACK, 'localhost');
  const near = relative(process.cwd(), dataDir);
  const here = near.startsWith('..') ? dataDir : near;
  const logins = DEMO_PEOPLE.map(({ username, password }) => ['', `${username} / ${password}`]);
  const others = ['chat-1', 'chat-2', 'notification', 'media'] as const;
  const rows = [
    ['API gateway', gateway],
    ...(host === LOOPBACK ? [] : [['', 'your network reaches it too: with the demo logins, anybody']]),
    ['API docs', `${gateway}/docs`],
    ['Chat nodes', `${addressOf(ports['chat-1'])}  ${addressOf(ports['chat-2'])}`],
    ['Notification', addressOf(ports.notification)],
    ['Media', addressOf(ports.media)],
    ['Metrics', `${addressOf(metricsPortOf(ports.gateway))}/metrics`],
    ['', `of the others at ${others.map((name) => metricsPortOf(ports[name])).join(', ')}`],
    ['MongoDB', withoutPassword(engines.mongodb)],
    ['Redis', withoutPassword(engines.redis)],
    ...(demo ? [['Demo logins', logins[0]?.[1] ?? ''], ...logins.slice(1)] : []),
    ['Logs', `${here}/logs/`],
    ['Processes', `${here}/up.json`],
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(14)}${value}`);
  return ['', 'Parley is up', '', ...lines, '', 'Ctrl-C stops everything; the data stays.', ''].join('\n');
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/]*@/, '//…@');
}
