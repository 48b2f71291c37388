import type { ApnsEnvironment, Platform, Provider } from '@app/common/schemas/device.schema.js';

/** A push, in nobody's words yet. */
export interface Push {
  messageId: string;
  conversationId: string;
  senderId: string;
  seq: number;
  title: string;
  body: string;
  /** Not worth showing after this. */
  expiresAt: Date;
}

/** The device a push goes to. */
export interface Target {
  installationId: string;
  userId: string;
  platform: Platform;
  provider: Provider;
  /** Of APNs, when the device knows it. */
  environment?: ApnsEnvironment;
  token: string;
}

/** What a provider made of a push. */
export type Outcome =
  | { is: 'accepted'; providerMessageId?: string }
  /** This push will never be taken; the token is not to blame. */
  | { is: 'refused'; reason: string }
  /** The token will never be taken again; `since` when the provider says when it died. */
  | { is: 'dead'; reason: string; since?: Date }
  /** Not now, or not known; `maxTries` bounds what nobody can explain. */
  | { is: 'later'; reason: string; retryAfterMs?: number; maxTries?: number }
  /** Our own settings at the provider are wrong; for one platform, or for all. */
  | { is: 'misconfigured'; reason: string; platform?: Platform };

/** A way to push to devices of some provider. */
export interface Sender {
  /** Tries once; a failure is an outcome, never thrown. */
  send(push: Push, to: Target): Promise<Outcome>;
  close(): Promise<void>;
}
