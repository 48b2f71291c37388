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

  /** True when the file is attached to a message of a conversation that the person is a member of. */
  async isAttachedFor(userId: string, mediaId: string): Promise<boolean> {
    const conversations = await this.connection
      .collection<Message>('messages')
      .aggregate<Pick<Message, '_id'>>([
        { $match: { 'attachments.mediaId': mediaId, deletedAt: null } },
        { $limit: MOST_MESSAGES },
        { $group: { _id: '$conversationId' } },
      ])
      .toArray();
    if (conversations.length === 0) return false;
    const membership = await this.connection
      .collection<Member>('members')
      .findOne({ userId, conversationId: { $in: conversations.map(({ _id }) => _id) } }, { projection: { _id: 1 } });
    return membership !== null;
  }
}
