import { AppError } from '../errors/app-error.js';
import { ROLES, type Role } from '../schemas/user.schema.js';

/** Whoever asks: the bearer of a verified token. */
export interface Caller {
  id: string;
  role: Role;
}

/** What a verified token says of its bearer; fields are there only when the token has them. */
export interface Profile {
  username?: string;
  name?: string;
  picture?: string;
  email?: string;
  phone?: string;
}

const MAX_ID = 128;
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 256) : undefined;

/** The subject is `sub`, else `userId`, else `id`; an unusable one is refused. */
export function callerOf(claims: Record<string, unknown>): Caller {
  const id = [claims.sub, claims.userId, claims.id].find((value) => value !== undefined && value !== null);
  const usable = typeof id === 'number' ? String(id) : id;
  if (typeof usable !== 'string' || usable === '' || usable.length > MAX_ID) throw new AppError('UNAUTHENTICATED');
  // MongoDB would keep every half of a character as the same sign, and so take two people for one.
  if (!usable.isWellFormed()) throw new AppError('UNAUTHENTICATED');
  const role = ROLES.find((known) => known === claims.role) ?? 'user';
  return { id: usable, role };
}

/** The profile claims of a token: `username`, `name` (or `first_name` and `last_name`), `email`, `phone`, `picture`. */
export function profileOf(claims: Record<string, unknown>): Profile {
  const joined = [text(claims.first_name), text(claims.last_name)].filter(Boolean).join(' ');
  const found: Profile = {
    username: text(claims.username),
    name: text(claims.name) ?? text(joined),
    picture: text(claims.picture),
    email: text(claims.email),
    phone: text(claims.phone),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
