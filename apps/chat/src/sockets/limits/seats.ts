import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Socket } from 'socket.io';
import { ENV } from '@app/common/env/shared.settings.js';
import { keys } from '@app/common/redis/keys.js';
import { type ChatEnv, NODE_ID } from '../../env.js';
import { LIMITER_REDIS } from '../../messages/send.limiter.js';

/**
 * Limits a person's sockets: exactly on this node, and over the cluster by what presence knows of the other nodes. A
 * burst at several nodes at once may pass that by what is not yet known; while Redis is away, each node counts alone.
 */
@Injectable()
export class Seats {
  private readonly taken = new Map<string, Set<string>>();

  constructor(
    @Inject(LIMITER_REDIS) private readonly redis: Redis,
    @Inject(NODE_ID) private readonly nodeId: string,
    @Inject(ENV) private readonly env: ChatEnv,
  ) {}

  /** Takes a seat for a socket until it closes; false when the person has all there are. */
  async take(userId: string, socket: Socket): Promise<boolean> {
    const most = this.env.SOCKETS_PER_USER;
    const own = this.taken.get(userId) ?? new Set();
    if (own.size >= most) return false;
    // Before anything is waited for, so that those who come at once are counted too.
    this.taken.set(userId, own.add(socket.id));
    const leave = () => this.leave(userId, socket.id);
    socket.once('disconnect', leave);
    socket.conn.once('close', leave);
    const elsewhere = await this.elsewhere(userId).catch(() => 0);
    if (own.size + elsewhere <= most) return true;
    leave();
    return false;
  }

  private leave(userId: string, socketId: string): void {
    const own = this.taken.get(userId);
    own?.delete(socketId);
    if (own?.size === 0) this.taken.delete(userId);
  }

  /** The person's sockets at other living nodes. */
  private async elsewhere(userId: string): Promise<number> {
    const sockets = await this.redis.smembers(keys.userSockets(userId));
    const runs = sockets
      .map((socket) => socket.slice(0, socket.indexOf('/')))
      .filter((run) => run.split('~')[0] !== this.nodeId);
    if (runs.length === 0) return 0;
    const leases = await this.redis.mget(runs.map(keys.nodeLease));
    return leases.filter((lease) => lease !== null).length;
  }
}
