import type { EndedSessions } from '@app/common/auth/sessions/ended-sessions.js';
import type { TokenVerifier } from '@app/common/auth/token.verifier.js';
import type { ChatEnv } from '../env.js';
import { SessionService, type Why } from './session.service.js';

let timer: NodeJS.Timeout | undefined;

afterEach(() => clearTimeout(timer));

describe('a connection', () => {
  it('whose session ended between its handshake and its beginning is cut, but not before it has begun', async () => {
    const ended = { has: (id: string) => id === 'over', listen: () => undefined } as unknown as EndedSessions;
    const sessions = new SessionService({} as TokenVerifier, ended, { TOKEN_MAX_AGE: 60 } as ChatEnv);
    const who = { id: 'ana', role: 'user' as const, connectionId: 'c1' };
    let begun = false;
    const cut = new Promise<[Why, boolean]>((resolve) => {
      sessions.begin({ who, cut: (why) => resolve([why, begun]), sessionId: 'over', expiresAt: Date.now() + 60_000 });
    });
    begun = true;
    // Its own timer keeps nothing alive.
    const late = new Promise((_, reject) => (timer = setTimeout(reject, 2000, new Error('never cut'))));
    expect(await Promise.race([cut, late])).toEqual(['ended', true]);
  });
});
