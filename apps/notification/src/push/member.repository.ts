import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import { type Connection, Types } from 'mongoose';
import { type Member, MemberSchema } from '@app/common/schemas/member.schema.js';

const PAGE = 1000;

/** Reads chat's `members`, and writes nothing there: no model, so that no index is made either. */
@Injectable()
export class MemberRepository {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  /** Everyone who was in the conversation when it was at `seq` and has not read it, a page at a time. */
  async *pagesOf(conversationId: string, seq: number): AsyncGenerator<string[]> {
    const members = this.connection.collection<Member>(String(MemberSchema.get('collection')));
    const found = members
      .find({ conversationId: new Types.ObjectId(conversationId), joinedSeq: { $lte: seq }, readSeq: { $lt: seq } })
      .project<Pick<Member, 'userId'>>({ _id: 0, userId: 1 })
      .sort({ userId: 1 })
      .batchSize(PAGE);
    let page: string[] = [];
    for await (const { userId } of found) {
      page.push(userId);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }
}
