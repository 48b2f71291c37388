import { JwtService } from '@nestjs/jwt';

/** The secret of the tests, long enough for the settings. */
export const TEST_SECRET = 'a-secret-of-the-tests-with-32-letters';

/** A token as a host app would sign it; `ana` is called Ana. */
export function tokenOf(id: string, claims: Record<string, unknown> = {}, secret = TEST_SECRET): string {
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return new JwtService().sign({ sub: id, name, ...claims }, { secret, expiresIn: '1h' });
}
