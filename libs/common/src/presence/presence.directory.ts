import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { keys } from '../redis/keys.js';
import { REDIS } from '../redis/redis.module.js';

/** What a dead node left behind vanishes by itself after this time. */
const LEFTOVER_S = 24 * 60 * 60;
/** Redis ids of people asked at once. */
const CHUNK = 500;

/**
 * Who has a live socket: each person's set of `<nodeId>/<socketId>`, of which those count whose node's lease lives. So a
 * killed node's people are offline when its lease ends, without anyone tidying up.
 */
@Injectable()
export class PresenceDirectory {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  async connected(userId: string, nodeId: string, socketId: string): Promise<void> {
    await this.redis
      .pipeline()
      .sadd(keys.userSockets(userId), `${nodeId}/${socketId}`)
      .expire(keys.userSockets(userId), LEFTOVER_S)
      .set(keys.userOnline(userId), '1', 'EX', LEFTOVER_S)
      .set(keys.socketUser(socketId), userId, 'EX', LEFTOVER_S)
      .exec();
  }

  async disconnected(userId: string, nodeId: string, socketId: string): Promise<void> {
    await this.redis
      .pipeline()
      .srem(keys.userSockets(userId), `${nodeId}/${socketId}`)
      .del(keys.socketUser(socketId))
      .exec();
    if (!(await this.online([userId])).has(userId)) await this.redis.del(keys.userOnline(userId));
  }

  /** Those of `userIds` who have a live socket. */
  async online(userIds: readonly string[]): Promise<Set<string>> {
    const online = new Set<string>();
    for (let at = 0; at < userIds.length; at += CHUNK) {
      for (const id of await this.onlineOf(userIds.slice(at, at + CHUNK))) online.add(id);
    }
    return online;
  }

  private async onlineOf(userIds: readonly string[]): Promise<string[]> {
    const sets = await Promise.all(userIds.map((id) => this.redis.smembers(keys.userSockets(id))));
    const nodesOf = sets.map((sockets) => new Set(sockets.map((socket) => socket.slice(0, socket.indexOf('/')))));
    const nodes = [...new Set(nodesOf.flatMap((names) => [...names]))];
    if (nodes.length === 0) return [];
    const leases = await this.redis.mget(nodes.map(keys.nodeLease));
    const alive = new Set(nodes.filter((_, index) => leases[index] !== null));
    return userIds.filter((_, index) => [...(nodesOf[index] ?? [])].some((node) => alive.has(node)));
  }
}
