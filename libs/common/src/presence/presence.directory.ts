import { Inject, Injectable } from '@nestjs/common';
import type { ChainableCommander, Redis } from 'ioredis';
import { keys } from '../redis/keys.js';
import { REDIS } from '../redis/redis.module.js';

/** What is not announced again within this time vanishes by itself. */
const LEFTOVER_S = 60 * 60;
/** Redis ids of people asked, or sockets announced, at once. */
const CHUNK = 500;
/** Commands of one arrival; its last but one says whether the person was offline until now. */
const ARRIVAL_STEPS = 7;
const ARRIVAL_ANSWER = 5;

/**
 * Forgets a person's sockets at dead runs; without a living one the person is offline, which one caller is told.
 * KEYS: the person's sockets, the person's mark, the run's people. ARGV: user, own run, the form of a lease's key.
 */
const SETTLE = `
local here, live = false, false
for _, member in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local run = string.match(member, '^(.-)/') or ''
  if run == ARGV[2] then here = true end
  if redis.call('EXISTS', (string.gsub(ARGV[3], '%*', function() return run end))) == 1 then live = true
  else redis.call('SREM', KEYS[1], member) end
end
if not here then redis.call('SREM', KEYS[3], ARGV[1]) end
if live then return 0 end
return redis.call('DEL', KEYS[2])
`;

/** A socket of a person. */
export interface Arrival {
  userId: string;
  socketId: string;
}

/**
 * Who has a live socket: each person's set of `<run>/<socketId>`, of which those count whose run's lease lives. Beside
 * it a mark, `user:{id}:online`, of who is *said* to be online: whoever sets or removes it tells the others, so that
 * they hear each change once, from whatever node.
 */
@Injectable()
export class PresenceDirectory {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** A socket has come; answers whether its person was offline until now. */
  async connected(userId: string, run: string, socketId: string): Promise<boolean> {
    return (await this.announce(run, [{ userId, socketId }])).length > 0;
  }

  /** Many sockets are here; answers who was offline until now. */
  async announce(run: string, arrivals: readonly Arrival[]): Promise<string[]> {
    const turned: string[] = [];
    for (let at = 0; at < arrivals.length; at += CHUNK) {
      const chunk = arrivals.slice(at, at + CHUNK);
      const pipeline = this.redis.pipeline();
      for (const arrival of chunk) arrive(pipeline, run, arrival);
      const answers = (await pipeline.exec()) ?? [];
      chunk.forEach(({ userId }, index) => {
        if (answers[index * ARRIVAL_STEPS + ARRIVAL_ANSWER]?.[1] === 'OK') turned.push(userId);
      });
    }
    return turned;
  }

  /** A socket has gone: it counts no more at once. {@link settle} decides whether its person is offline. */
  async disconnected(userId: string, run: string, socketId: string): Promise<void> {
    await this.redis
      .pipeline()
      .srem(keys.userSockets(userId), `${run}/${socketId}`)
      .del(keys.socketUser(socketId))
      .exec();
  }

  /** Those of a run's people who have just turned offline: without a live socket anywhere, and said to be online until now. */
  async settle(run: string, userIds: readonly string[]): Promise<string[]> {
    const pipeline = this.redis.pipeline();
    for (const id of userIds) {
      const own = [keys.userSockets(id), keys.userOnline(id), keys.nodePeople(run)];
      pipeline.eval(SETTLE, 3, ...own, id, run, keys.nodeLease('*'));
    }
    const answers = (await pipeline.exec()) ?? [];
    return userIds.filter((_, index) => answers[index]?.[1] === 1);
  }

  /** The people who had a socket at a run, some hundreds at a time. */
  async *peopleOf(run: string): AsyncGenerator<string[]> {
    for await (const ids of this.redis.sscanStream(keys.nodePeople(run), { count: CHUNK })) {
      if ((ids as string[]).length > 0) yield ids as string[];
    }
  }

  /** Those of `userIds` who are said to be online; it may lag behind {@link online} by the time of a reload. */
  async said(userIds: readonly string[]): Promise<Set<string>> {
    const said = new Set<string>();
    for (let at = 0; at < userIds.length; at += CHUNK) {
      const chunk = userIds.slice(at, at + CHUNK);
      const marks = await this.redis.mget(chunk.map(keys.userOnline));
      chunk.forEach((id, index) => marks[index] !== null && said.add(id));
    }
    return said;
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
    const runsOf = sets.map((sockets) => new Set(sockets.map((socket) => socket.slice(0, socket.indexOf('/')))));
    const runs = [...new Set(runsOf.flatMap((names) => [...names]))];
    if (runs.length === 0) return [];
    const leases = await this.redis.mget(runs.map(keys.nodeLease));
    const alive = new Set(runs.filter((_, index) => leases[index] !== null));
    return userIds.filter((_, index) => [...(runsOf[index] ?? [])].some((run) => alive.has(run)));
  }
}

/** The set before the mark: whoever settles the person in between finds the socket. */
function arrive(pipeline: ChainableCommander, run: string, { userId, socketId }: Arrival): void {
  pipeline
    .sadd(keys.userSockets(userId), `${run}/${socketId}`)
    .expire(keys.userSockets(userId), LEFTOVER_S)
    .sadd(keys.nodePeople(run), userId)
    .expire(keys.nodePeople(run), LEFTOVER_S)
    .set(keys.socketUser(socketId), userId, 'EX', LEFTOVER_S)
    .set(keys.userOnline(userId), '1', 'EX', LEFTOVER_S, 'NX')
    .expire(keys.userOnline(userId), LEFTOVER_S);
}
