import { randomBytes } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import type { Namespace, Server, ServerOptions } from 'socket.io';
import type { ClusterAdapter } from 'socket.io-adapter';
import { ENV } from '@app/common/env/shared.settings.js';
import { type ChatEnv, NODE_ID } from '../env.js';
import { Lanes } from '../lanes/lanes.js';
import { localFirst } from './local-first.js';

/** Injection token of the connections that nodes talk to each other over. */
export const BUS = Symbol('BUS');

/** One connection speaks, the other listens: Redis allows no other commands on a listening one. */
export interface Bus {
  pub: Redis;
  sub: Redis;
}

/** The largest packet a client may send, in bytes. */
const MAX_PACKET = 64 * 1024;

/** Socket.IO on the Redis adapter, with session ids that name the node, so that a gateway routes polling without cookies. */
export class RedisIoAdapter extends IoAdapter {
  private readonly env: ChatEnv;

  constructor(private readonly application: INestApplication) {
    super(application);
    this.env = application.get<ChatEnv>(ENV);
  }

  override createIOServer(port: number, options?: Partial<ServerOptions>): Server {
    const { SOCKET_PING_INTERVAL, SOCKET_PING_TIMEOUT, FRONTEND_URL } = this.env;
    const server = super.createIOServer(port, {
      ...options,
      pingInterval: SOCKET_PING_INTERVAL,
      pingTimeout: SOCKET_PING_TIMEOUT,
      maxHttpBufferSize: MAX_PACKET,
      perMessageDeflate: false,
      serveClient: false,
      cors: { origin: FRONTEND_URL, credentials: true },
    } as ServerOptions);
    const nodeId = this.application.get<string>(NODE_ID);
    server.engine.generateId = () => `${nodeId}.${randomBytes(15).toString('base64url')}`;
    server.adapter(this.adapterOf());
    return server;
  }

  private adapterOf(): (nsp: Namespace) => ClusterAdapter {
    const { pub, sub } = this.application.get<Bus>(BUS);
    const lanes = this.application.get(Lanes);
    // Rooms of people and conversations each have a channel, so a message wakes only nodes that hold its people.
    const sharded = createShardedAdapter(pub, sub, { subscriptionMode: 'dynamic' }) as (
      nsp: Namespace,
    ) => ClusterAdapter;
    // Socket.IO calls it with `new`, which an arrow function refuses.
    return function (nsp: Namespace) {
      return localFirst(sharded(nsp), ({ conversationId, seq, at, membershipSeq }) =>
        lanes.raise(conversationId, { seq, at }, membershipSeq),
      );
    };
  }
}
