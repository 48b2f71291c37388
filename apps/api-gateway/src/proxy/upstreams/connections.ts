import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

/** Every long poll holds a connection for half a minute, so their number has no bound here. */
const KEPT = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: 256 };

/** Kept connections to upstreams; one that is not established in time is given up. */
export function agentFor(url: string, patienceMs: number): HttpAgent {
  const secure = url.startsWith('https:');
  const agent: HttpAgent = secure ? new HttpsAgent(KEPT) : new HttpAgent(KEPT);
  const plain = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const connection = plain(options, callback);
    if (connection) giveUpAfter(connection, secure ? 'secureConnect' : 'connect', patienceMs);
    return connection;
  };
  return agent;
}

function giveUpAfter(connection: Duplex, established: string, patienceMs: number): void {
  const error = Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => connection.destroy(error), patienceMs);
  for (const event of [established, 'close']) connection.once(event, () => clearTimeout(timer));
}
