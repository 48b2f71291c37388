import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';

/** A session that has ended, and until when a token of it might be believed (milliseconds since 1970). */
export interface EndedSession {
  id: string;
  until: number;
}

interface Kept {
  _id: string;
  endedAt: Date;
  expiresAt: Date;
}

/** Reads which sessions of `sessions` have ended; the gateway writes it. */
@Injectable()
export class EndedSessionRepository {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  /** Those that ended at this time or later, by MongoDB's clock, and the time of the last ending. */
  async since(time: Date): Promise<{ ended: EndedSession[]; last: Date }> {
    const found = await this.connection
      .collection<Kept>('sessions')
      .find({ endedAt: { $gte: time } }, { projection: { endedAt: 1, expiresAt: 1 } })
      .toArray();
    return {
      ended: found.map(({ _id, expiresAt }) => ({ id: _id, until: expiresAt.getTime() })),
      last: new Date(Math.max(time.getTime(), ...found.map(({ endedAt }) => endedAt.getTime()))),
    };
  }
}
