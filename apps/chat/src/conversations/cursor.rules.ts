import { AppError } from '@app/common/errors/app-error.js';

/** Where a list of conversations goes on: after the one with this time and id. */
export interface Cursor {
  headAt: Date;
  id: string;
}

const FORM = /^(\d{1,15})\.([0-9a-f]{24})$/;

/** The cursor as clients carry it; they look into it at their own risk. */
export function encodeCursor({ headAt, id }: Cursor): string {
  return Buffer.from(`${headAt.getTime()}.${id}`).toString('base64url');
}

/** Throws `INVALID_INPUT` for anything that {@link encodeCursor} did not make. */
export function decodeCursor(text: string): Cursor {
  const [, time, id] = FORM.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (time === undefined || id === undefined) {
    throw new AppError('INVALID_INPUT', { message: 'before must be the pagination.before of the page before' });
  }
  return { headAt: new Date(Number(time)), id };
}
