import type { mongo } from 'mongoose';
import type { Metrics } from '../metrics/metrics.js';
import type { Histogram } from '../metrics/series.js';
import { mongoMetrics } from './mongo.metrics.js';

/** Servers that take writes. */
const PRIMARIES = new Set<string>(['RSPrimary', 'Mongos', 'LoadBalancer', 'Standalone']);

/** Tells what a client of MongoDB asks, how long that takes, and how its pool does. Its commands must be monitored. */
export function watchMongo(client: mongo.MongoClient, metrics: Metrics): void {
  watchCommands(client, metrics);
  watchPool(client, metrics);
  const { up } = metrics.of(mongoMetrics);
  up.set(0);
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    up.set([...newDescription.servers.values()].some(({ type }) => PRIMARIES.has(type)) ? 1 : 0);
  });
}

function watchCommands(client: mongo.MongoClient, metrics: Metrics): void {
  const { commands } = metrics.of(mongoMetrics);
  const known = { ok: new Map<string, Histogram>(), failed: new Map<string, Histogram>() };
  // The driver's own durations are whole milliseconds, and most answers come sooner.
  const started = new Map<number, number>();
  const observed = (outcome: 'ok' | 'failed') => {
    const series = known[outcome];
    return ({ commandName, requestId }: { commandName: string; requestId: number }) => {
      const since = started.get(requestId);
      if (since === undefined) return;
      started.delete(requestId);
      let one = series.get(commandName);
      if (!one) series.set(commandName, (one = commands.with({ command: commandName, outcome })));
      one.since(since);
    };
  };
  client.on('commandStarted', ({ requestId }) => started.set(requestId, performance.now()));
  client.on('commandSucceeded', observed('ok'));
  client.on('commandFailed', observed('failed'));
}

function watchPool(client: mongo.MongoClient, metrics: Metrics): void {
  const { connections, waits, refusals } = metrics.of(mongoMetrics);
  // Of those that fail to open, a close is told too.
  const open = new Set<string>();
  let inUse = 0;
  client.on('connectionReady', ({ address, connectionId }) => open.add(`${address} ${connectionId}`));
  client.on('connectionClosed', ({ address, connectionId }) => open.delete(`${address} ${connectionId}`));
  client.on('connectionCheckedOut', ({ durationMS }) => {
    inUse++;
    waits.observe(durationMS / 1000);
  });
  client.on('connectionCheckedIn', () => inUse--);
  client.on('connectionCheckOutFailed', ({ reason }) => {
    refusals.with({ reason: reason === 'timeout' || reason === 'poolClosed' ? reason : 'connectionError' }).inc();
  });
  connections.with({ state: 'in_use' }).reads(() => inUse);
  connections.with({ state: 'idle' }).reads(() => Math.max(0, open.size - inUse));
}
