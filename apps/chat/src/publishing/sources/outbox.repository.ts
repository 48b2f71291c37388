import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import { type Connection, type mongo, type Schema, Types } from 'mongoose';
import { type Change, ChangeSchema } from '@app/common/schemas/change.schema.js';
import { type Conversation, ConversationSchema } from '@app/common/schemas/conversation.schema.js';
import { type Member, MemberSchema } from '@app/common/schemas/member.schema.js';
import type { EventConversation } from '@app/contracts/events.js';
import { NAMED } from '../event.rules.js';

/** A change in plain types. */
export interface KeptChange extends Pick<Change, 'kind' | 'by' | 'n'> {
  id: string;
  conversationId: string;
  messageId: string;
  at: Date;
}

/** Rows of a whole number of seconds, and where the rest begins; no `next` when that is all. */
interface Seconds<Row> {
  rows: Row[];
  next?: Date;
}

interface Begun extends Pick<Conversation, 'createdBy' | 'propertyId' | 'createdAt'> {
  place: EventConversation;
}

interface Read {
  place: EventConversation;
  userId: string;
  upToSeq: number;
  readAt: Date;
}

/** Reads what chat keeps in the order of time, to tell of it again; writes nothing. */
@Injectable()
export class OutboxRepository {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  /** At most `limit` changes after an id, in the order of their ids. */
  async changes(after: string, limit: number): Promise<KeptChange[]> {
    const found = await this.collection<Change>(ChangeSchema)
      .find({ _id: { $gt: new Types.ObjectId(after) } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id, conversationId, messageId, kind, by, n, createdAt: at }) => ({
      id: _id.toHexString(),
      conversationId: conversationId.toHexString(),
      messageId: messageId.toHexString(),
      kind,
      by,
      n,
      at,
    }));
  }

  /** Conversations that began since, in that order. */
  async begun(since: Date, limit: number): Promise<Seconds<Begun>> {
    const found = await this.wholeSeconds<Conversation, 'createdAt'>(ConversationSchema, 'createdAt', { since, limit });
    const places = await this.placesOf(found.rows);
    const rows = found.rows.map(({ _id, createdBy, propertyId, createdAt }) => ({
      place: places.get(_id.toHexString()) as EventConversation,
      createdBy,
      ...(propertyId !== undefined && { propertyId }),
      createdAt,
    }));
    return { ...found, rows };
  }

  /** Marks that people have moved since, in that order. */
  async read(since: Date, limit: number): Promise<Seconds<Read>> {
    const found = await this.wholeSeconds<Member, 'readAt'>(MemberSchema, 'readAt', { since, limit });
    const ids = [...new Map(found.rows.map(({ conversationId: id }) => [id.toHexString(), id])).values()];
    const conversations = await this.collection<Conversation>(ConversationSchema)
      .find({ _id: { $in: ids } })
      .toArray();
    const places = await this.placesOf(conversations);
    const rows = found.rows.flatMap(({ conversationId, userId, readSeq: upToSeq, readAt }) => {
      const place = places.get(conversationId.toHexString());
      return place && readAt ? [{ place, userId, upToSeq, readAt }] : [];
    });
    return { ...found, rows };
  }

  /** At least `limit` rows by a time, the last second whole, so that a walk may go on behind it. */
  private async wholeSeconds<T extends object, K extends keyof T & string>(
    schema: Schema<T>,
    field: K,
    { since, limit }: { since: Date; limit: number },
  ): Promise<Seconds<T>> {
    const rows = this.collection<T>(schema);
    const between = (range: mongo.Condition<unknown>) =>
      rows.find({ [field]: range } as mongo.Filter<T>).sort({ [field]: 1 });
    const first = (await between({ $gte: since }).limit(limit).toArray()) as T[];
    const last = first.at(-1)?.[field] as Date | undefined;
    if (first.length < limit || !last) return { rows: first };
    const start = new Date(Math.floor(last.getTime() / 1000) * 1000);
    const next = new Date(start.getTime() + 1000);
    const before = first.filter((row) => (row[field] as Date) < start);
    const second = (await between({ $gte: start, $lt: next }).toArray()) as T[];
    return { rows: [...before, ...second], next };
  }

  /** What events say of these conversations. */
  private async placesOf(conversations: readonly Conversation[]): Promise<Map<string, EventConversation>> {
    const places = conversations.map(async ({ _id, kind, name, participantIds, participantCount }) => {
      const ids = participantIds.length > 0 ? participantIds : await this.someOf(_id);
      const conversation = { id: _id.toHexString(), kind, ...(name !== undefined && { name }) };
      return [conversation.id, { conversation, participantCount, participantIds: ids }] as const;
    });
    return new Map(await Promise.all(places));
  }

  private async someOf(conversationId: Types.ObjectId): Promise<string[]> {
    const found = await this.collection<Member>(MemberSchema)
      .find({ conversationId })
      .project<Pick<Member, 'userId'>>({ _id: 0, userId: 1 })
      .limit(NAMED)
      .toArray();
    return found.map(({ userId }) => userId);
  }

  /** By the connection: whoever only reads makes no model. */
  private collection<T extends object>(schema: Schema<T>): mongo.Collection<T> {
    return this.connection.collection<T>(String(schema.get('collection')));
  }
}
