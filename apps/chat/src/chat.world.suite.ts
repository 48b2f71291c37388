import type { AddressInfo } from 'node:net';
import { getConnectionToken } from '@nestjs/mongoose';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import type { Connection } from 'mongoose';
import { readEnv } from '@app/common/env/env.js';
import { configureRest } from '@app/common/serve/serve.js';
import type { Conversation, Envelope, ErrorEnvelope, Message } from '@app/contracts/shapes.js';
import { startTestRedis, testMongo, type TestRedis } from '@app/testing/engines.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { TEST_SECRET, tokenOf } from '@app/testing/tokens.js';
import { ChatModule } from './chat.module.js';
import { settings } from './env.js';
import { front } from './front.middleware.js';
import { HeadWriter } from './conversations/head.writer.js';
import { BUS, type Bus } from './sockets/redis-io.adapter.js';

/** An answer of the native REST. */
export interface Answer<T> {
  status: number;
  body: Omit<Envelope<T>, 'success'> & { success: boolean } & Partial<Pick<ErrorEnvelope, 'code' | 'retryAfterMs'>>;
}

/** Somebody who chats on one node: over REST, and over a socket once connected. */
export class Chatter {
  socket: TestSocket;

  constructor(
    readonly id: string,
    readonly url: string,
  ) {}

  async connect(): Promise<this> {
    this.socket = await TestSocket.connect(`${this.url}/chat`, tokenOf(this.id));
    return this;
  }

  async get<T>(path: string): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${tokenOf(this.id)}` } });
    return { status: response.status, body: (await response.json()) as Answer<T>['body'] };
  }

  post<T>(path: string, body: unknown = {}): Promise<Answer<T>> {
    return this.write('POST', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<Answer<T>> {
    return this.write('PATCH', path, body);
  }

  delete<T>(path: string): Promise<Answer<T>> {
    return this.write('DELETE', path);
  }

  private async write<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const headers = {
      authorization: `Bearer ${tokenOf(this.id)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer<T>['body'] };
  }

  async opens(participantIds: string[], more: Record<string, unknown> = {}): Promise<Conversation> {
    return (await this.post<Conversation>('/conversations', { participantIds, ...more })).body.data;
  }

  sends(conversationId: string, text: string, localId?: string): Promise<Message> {
    return this.socket.asks<Message>('message_send', { conversationId, text, ...(localId && { localId }) });
  }
}

/** Chat nodes on one database and one Redis of their own. */
export async function chatWorld(nodes = 1, more: Record<string, string> = {}) {
  const redis = await startTestRedis();
  const { uri } = testMongo('chat');
  const apps: NestExpressApplication[] = [];
  try {
    for (let node = 1; node <= nodes; node++)
      apps.push(await startNode(redis, uri, { NODE_NAME: `chat-${node}`, ...more }));
  } catch (error) {
    // Nobody else can: what is left open keeps the test's process alive.
    await Promise.allSettled(apps.map((app) => app.close()));
    await redis.stop();
    throw error;
  }
  const urls = apps.map((app) => `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`);
  const chatters: Chatter[] = [];
  const stopped = new Set<number>();
  let closed = false;
  return {
    redis,
    uri,
    urls,
    apps,
    db: apps[0]?.get<Connection>(getConnectionToken()) as Connection,
    /** Somebody on the given node (1, 2 …), connected. */
    connect: async (id: string, node = 1): Promise<Chatter> => {
      const chatter = await new Chatter(id, urls[node - 1] as string).connect();
      chatters.push(chatter);
      return chatter;
    },
    /** Somebody on the given node, over REST only. */
    someone: (id: string, node = 1) => new Chatter(id, urls[node - 1] as string),
    /** Writes down the heads that a node has noted. */
    headsOf: (node: number) => apps[node - 1]?.get(HeadWriter).flush(),
    /** A node hears nothing of the others, until the end. */
    mute: (node: number) => {
      const { sub } = apps[node - 1]?.get<Bus>(BUS) as Bus;
      const listeners = sub.listeners('smessageBuffer');
      sub.removeAllListeners('smessageBuffer');
      return { end: () => listeners.forEach((listener) => sub.on('smessageBuffer', listener as () => void)) };
    },
    /** Redis loses all it has. */
    forget: async () => {
      const any = new Redis(redis.url);
      await any.flushall();
      any.disconnect();
    },
    /** Stops a node as SIGTERM does. */
    stop: async (node: number) => {
      stopped.add(node);
      await apps[node - 1]?.close();
    },
    close: async () => {
      if (closed) return;
      closed = true;
      // A test that ran out of time may have left it frozen.
      redis.thaw();
      for (const { socket } of chatters) socket.close();
      await Promise.all(apps.filter((_, index) => !stopped.has(index + 1)).map((app) => app.close()));
      await redis.stop();
    },
  };
}

async function startNode(redis: TestRedis, uri: string, more: Record<string, string>): Promise<NestExpressApplication> {
  const env = readEnv(settings, {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    MONGODB_URI: uri,
    REDIS_URL: redis.url,
    JWT_SECRET: TEST_SECRET,
    MESSAGE_RATE_LIMIT: '100000',
    ...more,
  });
  const module = await Test.createTestingModule({ imports: [ChatModule.with(env)] }).compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false, forceCloseConnections: true });
  configureRest(app);
  front(app, env);
  await app.listen(0, '127.0.0.1').catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  return app;
}

export type ChatWorld = Awaited<ReturnType<typeof chatWorld>>;
