import type { TestSuite } from '../suite.ts';
import type { World } from './world.ts';

/** What a document says, to be held against what answers at an address. */
export interface Target {
  name: string;
  document: 'api-gateway' | 'chat' | 'media' | 'notification';
  url: string;
  /** The operations whose paths look like this, and none of those. */
  paths?: string;
  not?: string;
  /** As whom it is asked. */
  as: keyof Pick<World, 'token' | 'endlessToken'>;
}

type Addresses = Pick<TestSuite, 'gateway' | 'chat' | 'media' | 'notification'>;

/** These end the login that asks. */
const ENDING = '/auth/sessions';
/** A service's health, and what it says of itself, are for those who reach its port; the gateway asks for a token there. */
const ITSELF = '^/(health.*)?$';
const HOME = '^/$';

/** All routes: those of the services at the gateway, and at their own ports. */
export function targets({ gateway, chat, media, notification }: Addresses): Target[] {
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
