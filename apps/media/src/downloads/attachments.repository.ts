import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import type { Member } from '@app/common/schemas/member.schema.js';
import type { Message } from '@app/common/schemas/message.schema.js';

/** A file that was attached more often than this is looked for in its first so many messages only. */
const MOST_MESSAGES = 1000;

/** Reads where files were attached, from what chat writes; it makes no model, so that chat alone makes the indexes. */
@Injectable()
export class AttachmentsRepository {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  /** True when the file is attached to a message that the person may see: of a conversation they are in, since they came. */
  async isAttachedFor(userId: string, mediaId: string): Promise<boolean> {
    const conversations = await this.connection
      .collection<Message>('messages')
      .aggregate<Pick<Message, '_id' | 'seq'>>([
        { $match: { 'attachments.mediaId': mediaId, deletedAt: null } },
        { $limit: MOST_MESSAGES },
        { $group: { _id: '$conversationId', seq: { $max: '$seq' } } },
      ])
      .toArray();
    if (conversations.length === 0) return false;
    const latest = new Map(conversations.map(({ _id, seq }) => [_id.toHexString(), seq]));
    const memberships = await this.connection
      .collection<Member>('members')
      .find({ userId, conversationId: { $in: conversations.map(({ _id }) => _id) } })
      .project<Pick<Member, 'conversationId' | 'joinedSeq'>>({ _id: 0, conversationId: 1, joinedSeq: 1 })
      .toArray();
    return memberships.some(
      ({ conversationId, joinedSeq }) => joinedSeq <= (latest.get(conversationId.toHexString()) ?? 0),
    );
  }
}
