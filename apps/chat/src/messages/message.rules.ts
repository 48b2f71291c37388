import { AppError } from '@app/common/errors/app-error.js';
import type { Attachment, Message, Person, Preview, SystemNote } from '@app/contracts/shapes.js';
import { checkText, previewOf } from './text.rules.js';

/** A message before it has a place in its conversation. */
export interface Draft {
  conversationId: string;
  senderId: string;
  text: string;
  attachments: Attachment[];
  localId?: string;
  /** A change of membership, which the message tells of: both are kept, or neither. */
  system?: SystemNote;
}

/** A message as it is kept, in plain types. */
export interface KeptMessage extends Draft {
  id: string;
  seq: number;
  createdAt: Date;
  editedAt?: Date;
  deletedAt?: Date;
}

/** A member, as far as it says which messages the person has read. */
interface Reader {
  userId: string;
  joinedSeq: number;
  readSeq: number;
}

/** Where a conversation stands: its last `seq`, and when that was taken (milliseconds since 1970). */
export interface Head {
  seq: number;
  at: number;
}

/** Throws `INVALID_INPUT` for what cannot be a message. */
export function checkContent(text: string, attachmentCount: number): void {
  checkText(text);
  if (text.trim() === '' && attachmentCount === 0) {
    throw new AppError('INVALID_INPUT', { message: 'text must not be empty' });
  }
}

/** Gives a draft the next place after `head`; its time never runs behind its place. */
export function placed(draft: Draft, { id, head, now }: { id: string; head: Head; now: number }): KeptMessage {
  return { ...draft, id, seq: head.seq + 1, createdAt: new Date(Math.max(now, head.at + 1)) };
}

/** The later of two heads. */
export function laterHead(a: Head, b: Head): Head {
  return b.seq > a.seq ? b : a;
}

/** A message in the native wire shape, without `localId`. */
export function asMessage(kept: KeptMessage, sender: Person, readBy: string[]): Message {
  return {
    _id: kept.id,
    conversationId: kept.conversationId,
    seq: kept.seq,
    senderId: kept.senderId,
    sender,
    text: kept.text,
    attachments: kept.attachments,
    meta: { edited: kept.editedAt !== undefined, editedAt: kept.editedAt?.toISOString() ?? null },
    readBy,
    createdAt: kept.createdAt.toISOString(),
    ...(kept.deletedAt && { deletedAt: kept.deletedAt.toISOString() }),
    ...(kept.system && { system: kept.system }),
  };
}

/** Who has read a message: its sender, and every member whose mark has reached it, of those who were there. */
export function readersOf(message: KeptMessage, members: readonly Reader[]): string[] {
  return members
    .filter(
      ({ userId, joinedSeq, readSeq }) =>
        userId === message.senderId || (joinedSeq <= message.seq && message.seq <= readSeq),
    )
    .map(({ userId }) => userId);
}

/** The same message as its sender sees it. */
export function forSender(message: Message, localId: string | undefined): Message {
  return localId === undefined ? message : { ...message, localId };
}

/** What a list shows of a message. */
export function asPreview(kept: KeptMessage): Preview {
  return {
    _id: kept.id,
    seq: kept.seq,
    text: previewOf(kept.text),
    senderId: kept.senderId,
    createdAt: kept.createdAt.toISOString(),
  };
}
