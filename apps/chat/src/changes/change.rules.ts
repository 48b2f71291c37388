import { AppError } from '@app/common/errors/app-error.js';
import type { MemberRole } from '@app/common/schemas/member.schema.js';
import type { KeptMessage } from '../messages/message.rules.js';

const MINUTE = 60_000;

/** Throws unless this person may edit this message now. */
export function checkEdit(message: KeptMessage, who: string, at: { now: number; windowMinutes: number }): void {
  checkIsThere(message);
  if (message.senderId !== who) throw new AppError('FORBIDDEN', { message: 'Only its author edits a message.' });
  if (at.now > message.createdAt.getTime() + at.windowMinutes * MINUTE) {
    throw new AppError('FORBIDDEN', { message: `A message can be edited for ${at.windowMinutes} minutes.` });
  }
}

/** Throws unless this person may delete this message: its author, or the owner of the group that it is in. */
export function checkDelete(message: KeptMessage, who: string, role: MemberRole): void {
  if (message.system) throw new AppError('FORBIDDEN', { message: 'A system message stays.' });
  if (message.senderId === who || role === 'owner') return;
  throw new AppError('FORBIDDEN', { message: 'Only its author, or the owner of the group, deletes a message.' });
}

/** An edited message. */
export function edited(message: KeptMessage, text: string, now: Date): KeptMessage {
  return { ...message, text, editedAt: now };
}

/** A deleted message: its place stays, what it said is gone. */
export function tombstone(message: KeptMessage, now: Date): KeptMessage {
  return { ...message, text: '', attachments: [], deletedAt: now };
}

function checkIsThere(message: KeptMessage): void {
  if (message.system) throw new AppError('FORBIDDEN', { message: 'Nobody wrote a system message.' });
  if (message.deletedAt) throw new AppError('NOT_FOUND', { message: 'The message is deleted.' });
}
