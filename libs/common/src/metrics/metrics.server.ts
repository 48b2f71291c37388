import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import { SettingsError } from '../env/env.js';
import type { SharedEnv } from '../env/shared.settings.js';
import type { Metrics } from './metrics.js';

type Place = Pick<SharedEnv, 'METRICS_PORT' | 'HOST' | 'PORT'> & Partial<Pick<SharedEnv, 'METRICS_HOST'>>;

const log = new Logger('metrics');

/** Answers `GET /metrics` on a port that no client of the app reaches; gives a way to end it. */
export async function serveMetrics(
  metrics: Metrics,
  { METRICS_PORT, METRICS_HOST, HOST, PORT }: Place,
): Promise<() => Promise<void>> {
  if (METRICS_PORT === 'off') return () => Promise.resolve();
  if (METRICS_PORT === PORT) throw new SettingsError([`METRICS_PORT: ${PORT} is the app's own port; choose another`]);
  const server = createServer((request, response) => void answer(metrics, request, response)).listen(
    METRICS_PORT,
    METRICS_HOST ?? HOST,
  );
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new SettingsError([`METRICS_PORT: port ${METRICS_PORT} is taken; choose another, or \`off\``]);
  }
  return async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url?.split('?')[0] !== '/metrics') return end(response, 404);
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405);
  try {
    const { type, body } = await metrics.text();
    response.writeHead(200, { 'content-type': type }).end(body);
  } catch (error) {
    log.error({ err: error }, 'the metrics could not be read');
    end(response, 500);
  }
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0 }).end();
}
