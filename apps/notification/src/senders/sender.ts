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
  /** Where it goes on in its message's trace, if that is traced. */
  traceparent?: string;
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

/** How a push is tried again. */
export interface Patience {
  /** As the provider wants it. */
  retryAfterMs?: number;
  /** Bounds what nobody can explain. */
  maxTries?: number;
  /** We push too much. */
  limited?: true;
}

/** What a provider made of a push. */
export type Outcome =
  /** `logged` when no provider was asked, as there are no credentials. */
  | { is: 'accepted'; providerMessageId?: string; logged?: true }
  /** This push will never be taken; the token is not to blame. */
  | { is: 'refused'; reason: string }
  /** The token will never be taken again; `since` when the provider says when it died. */
  | { is: 'dead'; reason: string; since?: Date }
  /** Not now, or not known. */
  | ({ is: 'later'; reason: string } & Patience)
  /** Our own settings at the provider are wrong; for one platform, or for all. */
  | { is: 'misconfigured'; reason: string; platform?: Platform };

/** A way to push to devices of some provider. */
export interface Sender {
  /** Tries once; a failure is an outcome, never thrown. */
  send(push: Push, to: Target): Promise<Outcome>;
  close(): Promise<void>;
}
