import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import { type Connection, type mongo, type Schema, Types } from 'mongoose';
import type { MessageCreated } from '@app/contracts/events.js';
import type { Message as WireMessage, Person } from '@app/contracts/shapes.js';
import { type Conversation, ConversationSchema } from '../schemas/conversation.schema.js';
import { type Member, MemberSchema } from '../schemas/member.schema.js';
import { type Message, MessageSchema } from '../schemas/message.schema.js';
import { type User, UserSchema } from '../schemas/user.schema.js';

type Row = Pick<Member, 'conversationId' | 'userId' | 'joinedSeq' | 'readSeq'>;
type Described = Pick<Conversation, '_id' | 'kind' | 'name' | 'participantCount'>;

/** What the messages of a page need to be told. */
interface Context {
  conversations: Map<string, Described>;
  members: Map<string, Row[]>;
  people: Map<string, Person>;
}

/** Up to here a conversation's events name everyone in it. */
const LISTED = 50;

/** Reads chat's messages in the order of their ids, as `message.created` tells them, and writes nothing. */
@Injectable()
export class MessageLogRepository {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  /** At most `limit` ids after one and before another, in their order. */
  async ids(range: { after: string; before: string }, limit: number): Promise<string[]> {
    const found = await this.collection<Message>(MessageSchema)
      .find({ _id: { $gt: new Types.ObjectId(range.after), $lt: new Types.ObjectId(range.before) } })
      .project<Pick<Message, '_id'>>({ _id: 1 })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id }) => _id.toHexString());
  }

  /** These messages, as they are now, in the order of their ids; those whose conversation is gone are left out. */
  async told(ids: readonly string[]): Promise<MessageCreated[]> {
    const messages = await this.collection<Message>(MessageSchema)
      .find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } })
      .sort({ _id: 1 })
      .toArray();
    const context = await this.contextOf(messages);
    return messages.flatMap((message) => tellingOf(message, context) ?? []);
  }

  private async contextOf(messages: Message[]): Promise<Context> {
    const ids = [...new Map(messages.map(({ conversationId: id }) => [id.toHexString(), id])).values()];
    const found = await this.collection<Conversation>(ConversationSchema)
      .find({ _id: { $in: ids } })
      .project<Described>({ kind: 1, name: 1, participantCount: 1 })
      .toArray();
    const [members, people] = await Promise.all([
      this.membersOf(found),
      this.peopleOf(messages.map(({ senderId }) => senderId)),
    ]);
    return { conversations: new Map(found.map((one) => [one._id.toHexString(), one])), members, people };
  }

  /** All members of small conversations at once, the first 50 of each large one. */
  private async membersOf(conversations: Described[]): Promise<Map<string, Row[]>> {
    const [large, small] = [true, false].map((is) =>
      conversations.filter(({ participantCount }) => participantCount > LISTED === is).map(({ _id }) => _id),
    ) as [Types.ObjectId[], Types.ObjectId[]];
    const rows = this.collection<Member>(MemberSchema);
    const fields = { _id: 0, conversationId: 1, userId: 1, joinedSeq: 1, readSeq: 1 };
    const found = await Promise.all([
      small.length === 0
        ? []
        : rows
            .find({ conversationId: { $in: small } })
            .project<Row>(fields)
            .toArray(),
      ...large.map((conversationId) => rows.find({ conversationId }).project<Row>(fields).limit(LISTED).toArray()),
    ]);
    return Map.groupBy(found.flat(), ({ conversationId }) => conversationId.toHexString());
  }

  private async peopleOf(ids: string[]): Promise<Map<string, Person>> {
    const found = await this.collection<User>(UserSchema)
      .find({ _id: { $in: [...new Set(ids)] } })
      .project<Pick<User, '_id' | 'name' | 'picture'>>({ name: 1, picture: 1 })
      .toArray();
    return new Map(found.map(({ _id, name, picture }) => [_id, { id: _id, name, ...(picture && { picture }) }]));
  }

  /** By the connection: whoever only reads makes no model, and so no index. */
  private collection<T extends object>(schema: Schema<T>): mongo.Collection<T> {
    return this.connection.collection<T>(String(schema.get('collection')));
  }
}

function tellingOf(message: Message, context: Context): MessageCreated | undefined {
  const id = message.conversationId.toHexString();
  const conversation = context.conversations.get(id);
  if (!conversation) return undefined;
  const { kind, name, participantCount } = conversation;
  const there = (context.members.get(id) ?? []).filter(({ joinedSeq }) => joinedSeq <= message.seq);
  const sender = context.people.get(message.senderId) ?? { id: message.senderId, name: message.senderId };
  const readers = there.filter(({ userId, readSeq }) => userId === message.senderId || readSeq >= message.seq);
  return {
    message: shown(
      message,
      sender,
      readers.map(({ userId }) => userId),
    ),
    conversation: { id, kind, ...(name !== undefined && { name }) },
    sender,
    participantCount: participantCount > LISTED ? participantCount : there.length,
    participantIds: there.map(({ userId }) => userId),
  };
}

function shown(message: Message, sender: Person, readBy: string[]): WireMessage {
  const { _id, conversationId, seq, senderId, text, attachments, editedAt, createdAt, deletedAt, system } = message;
  return {
    _id: _id.toHexString(),
    conversationId: conversationId.toHexString(),
    seq,
    senderId,
    sender,
    text,
    attachments,
    meta: { edited: editedAt !== undefined, editedAt: editedAt?.toISOString() ?? null },
    readBy,
    createdAt: createdAt.toISOString(),
    ...(deletedAt && { deletedAt: deletedAt.toISOString() }),
    ...(system && { system }),
  };
}
