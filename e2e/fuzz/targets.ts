import type { TestSuite } from '../suite.ts';
import type { Target } from './fuzz.ts';
import type { World } from './world.ts';

/** A target with a name, and as whom it is asked. */
export interface Named extends Target {
  name: string;
  as: keyof Pick<World, 'token' | 'endlessToken'>;
}

/** These end the login that asks. */
const ENDING = '/auth/sessions';
/** A service's health, and what it says of itself, are for those who reach its port; the gateway asks for a token there. */
const ITSELF = '^/(health.*)?$';
const HOME = '^/$';

/** All routes: those of the services at the gateway, and at their own ports. */
export function targets({ gateway, chat, media, notification }: TestSuite): Named[] {
  const as = 'token';
  const api = `${gateway}/api/v1`;
  return [
    { name: 'the gateway’s own', as, document: 'api-gateway', url: gateway, not: ENDING },
    { name: 'those that end logins', as: 'endlessToken', document: 'api-gateway', url: gateway, paths: ENDING },
    { name: 'chat, at the gateway', as, document: 'chat', url: `${api}/chat`, not: ITSELF },
    { name: 'chat, at its port', as, document: 'chat', url: chat[0], not: HOME },
    { name: 'media, at the gateway', as, document: 'media', url: api, not: ITSELF },
    { name: 'media, at its port', as, document: 'media', url: media },
    { name: 'notification, at the gateway', as, document: 'notification', url: api, not: ITSELF },
    { name: 'notification, at its port', as, document: 'notification', url: notification },
  ];
}
