import type { KnownUser } from '@app/common/identity/user.repository.js';
import type { Login } from './auth/auth.service.js';
import { given } from './given.rules.js';
import type { KnownSession } from './sessions/session.repository.js';
import type { SessionShape } from './sessions/session.shapes.js';
import type { MeShape, PersonShape, SignedInShape } from './identity.shapes.js';

/** What others see of a person: nothing that could be used to reach or to become them. */
export function personOf({ id, username, name, picture }: KnownUser): PersonShape {
  return given({ _id: id, username, name, picture });
}

/** What people see of themselves. */
export function meOf(user: KnownUser): MeShape {
  const { email, phone, role, createdAt } = user;
  return given({ ...personOf(user), email, phone, role, createdAt: createdAt.toISOString() });
}

/** What a login answers. */
export function signedInOf({ user, ...tokens }: Login): SignedInShape {
  return { ...tokens, user: meOf(user) };
}

/** A login as its owner sees it, asking from the login `current`. */
export function sessionOf(
  { id, device, createdAt, lastUsedAt }: KnownSession,
  current: string | undefined,
): SessionShape {
  const times = { createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt.toISOString() };
  return given({ _id: id, device, current: id === current, ...times });
}
