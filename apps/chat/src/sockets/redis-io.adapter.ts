import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type INestApplication, Logger } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import type { Namespace, Server, ServerOptions } from 'socket.io';
import type { Adapter, ClusterAdapter } from 'socket.io-adapter';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { DIALECTS } from '../dialects/dialects.js';
import { type ChatEnv, NODE_ID } from '../env.js';
import { Lanes } from '../lanes/lanes.js';
import { ClassicAdapter } from './adapters/classic.adapter.js';
import type { HeadFlag } from './adapters/flags.js';
import { localFirst } from './adapters/local-first.js';
import { HandshakeLimits } from './limits/handshake.limits.js';
import { cutSlowReader, queuedBytes, type Reader } from './limits/slow-reader.js';
import { isAllowedOrigin } from './origin.rules.js';
import { socketMetrics } from './socket.metrics.js';

/** Injection token of the connections that nodes talk to each other over. */
export const BUS = Symbol('BUS');

/** One connection speaks, the other listens: Redis allows no other commands on a listening one. */
export interface Bus {
  pub: Redis;
  sub: Redis;
}

/** What Socket.IO tells of a connection that it did not take. */
interface RefusedConnection {
  code: number;
  message: string;
  /** What we said of it ourselves, where we did. */
  context?: { message?: string };
  req?: IncomingMessage;
}

/** Engine.IO's codes of a refused connection, from 0 on. */
const REASONS = socketMetrics.refused.labels.reason;

/** A connection that asks for no namespace within this time is closed. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Socket.IO on the Redis adapter, with session ids that name the node, so that a gateway routes polling without cookies. */
export class RedisIoAdapter extends IoAdapter {
  private readonly log = new Logger(RedisIoAdapter.name);
  private readonly env: ChatEnv;

  constructor(private readonly application: INestApplication) {
    super(application);
    this.env = application.get<ChatEnv>(ENV);
  }

  override createIOServer(port: number, options?: Partial<ServerOptions>): Server {
    const { SOCKET_PING_INTERVAL, SOCKET_PING_TIMEOUT, MAX_PAYLOAD_BYTES, FRONTEND_URL } = this.env;
    const server = super.createIOServer(port, {
      ...options,
      pingInterval: SOCKET_PING_INTERVAL,
      pingTimeout: SOCKET_PING_TIMEOUT,
      maxHttpBufferSize: MAX_PAYLOAD_BYTES,
      connectTimeout: CONNECT_TIMEOUT_MS,
      perMessageDeflate: false,
      serveClient: false,
      cors: FRONTEND_URL.includes('*') ? { origin: '*' } : { origin: FRONTEND_URL, credentials: true },
      allowRequest: this.admission(),
    } as ServerOptions);
    const nodeId = this.application.get<string>(NODE_ID);
    server.engine.generateId = () => `${nodeId}.${randomBytes(15).toString('base64url')}`;
    server.adapter(this.adapterOf());
    this.guard(server);
    return server;
  }

  /** The start of every connection. CORS does not hold for WebSocket, where a browser only says its `Origin`. */
  private admission(): ServerOptions['allowRequest'] {
    const limits = this.application.get(HandshakeLimits);
    return (request, answer) => {
      if (!limits.arrived(request)) return answer('Too many connections from this address; wait.', false);
      const allowed = isAllowedOrigin(request.headers, this.env.FRONTEND_URL);
      answer(allowed ? null : 'This origin is not allowed.', allowed);
    };
  }

  private guard(server: Server): void {
    // A socket in no namespace of ours would be kept, and every request of it would wait for ever.
    server.of('/').use((_socket, next) => next(nowhere()));
    const { cut, refused, queued } = this.application.get(Metrics).of(socketMetrics);
    const { clients } = server.engine as unknown as { clients: Record<string, Reader> };
    queued.reads(() => Object.values(clients).reduce((sum, reader) => sum + queuedBytes(reader), 0));
    server.engine.on('connection', (connection: Reader & { id: string }) => {
      cutSlowReader(connection, this.env.MAX_QUEUED_BYTES, (bytes) => {
        cut.with({ reason: 'slow' }).inc();
        this.log.warn({ connectionId: connection.id, bytes }, 'a slow reader was cut');
      });
    });
    // The request of a refused connection is not logged: its address may hold a token.
    server.engine.on('connection_error', ({ code, message, context, req }: RefusedConnection) => {
      refused.with({ reason: REASONS[code] ?? 'request' }).inc();
      const reason = context?.message ?? message;
      this.log.debug({ code, reason, origin: req?.headers.origin }, 'a connection was refused');
    });
  }

  private adapterOf(): (nsp: Namespace) => Adapter {
    const { pub, sub } = this.application.get<Bus>(BUS);
    const lanes = this.application.get(Lanes);
    const heard = ({ conversationId, seq, at, membershipSeq }: HeadFlag) =>
      lanes.raise(conversationId, { seq, at }, membershipSeq);
    // Socket.IO calls these with `new`, which an arrow function refuses.
    if (this.env.SOCKET_ADAPTER === 'classic') {
      return function (nsp: Namespace) {
        return new ClassicAdapter(nsp, { pub, sub, heard });
      };
    }
    // Rooms of people and conversations each have a channel, so a message wakes only nodes that hold its people.
    const sharded = createShardedAdapter(pub, sub, { subscriptionMode: 'dynamic' }) as (
      nsp: Namespace,
    ) => ClusterAdapter;
    return function (nsp: Namespace) {
      return localFirst(sharded(nsp), heard);
    };
  }
}

function nowhere(): Error {
  const message = `Connect to a namespace: ${DIALECTS.map(({ namespace }) => namespace).join(', ')}.`;
  const error = new AppError('NOT_FOUND', { message });
  return Object.assign(new Error(message), { data: error.toWire() });
}
