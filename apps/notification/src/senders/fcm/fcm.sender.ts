import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type App, applicationDefault, cert, type Credential, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Messaging } from 'firebase-admin/messaging';
import type { Env } from '../../env.js';
import { fcmAgent } from './fcm.agent.js';
import { type FcmFailure, failureOf, outcomeOf } from './fcm.failure.rules.js';
import { messageOf } from './fcm.message.rules.js';
import type { Outcome, Push, Sender, Target } from '../sender.js';
import { mayBeForeign } from '../sender.rules.js';

/** The SDK gives a send 15 s; this also bounds its fetching of an access token. It is well below a lease. */
const DEADLINE_MS = 30_000;
/** Firebase's emulators take project names that begin with `demo-` without credentials. */
const EMULATED_PROJECT = 'demo-parley';
const EMULATED: Credential = { getAccessToken: () => Promise.resolve({ access_token: 'emulated', expires_in: 3600 }) };

/** Pushes through Firebase Cloud Messaging, to any platform: one app, one request a push, on connections that stay open. */
export class FcmSender implements Sender {
  private readonly agent;
  private readonly app: App;
  private readonly messaging: Messaging;
  private sends = 0;
  private mismatches = 0;

  constructor(env: Env) {
    this.agent = fcmAgent(env.PUSH_CONCURRENCY, env.FCM_EMULATOR_HOST);
    const projectId = env.FIREBASE_PROJECT_ID ?? (env.FCM_EMULATOR_HOST && EMULATED_PROJECT);
    const options = { credential: credentialOf(env), httpAgent: this.agent, ...(projectId && { projectId }) };
    this.app = initializeApp(options, `parley-${randomUUID()}`);
    this.messaging = withoutRetries(getMessaging(this.app));
  }

  /** True when the settings name FCM credentials or an emulator. */
  static isConfigured(env: Env): boolean {
    return [env.FCM_EMULATOR_HOST, env.FIREBASE_SERVICE_ACCOUNT, env.GOOGLE_APPLICATION_CREDENTIALS].some(Boolean);
  }

  async send(push: Push, to: Target): Promise<Outcome> {
    const done = new AbortController();
    const late = pause(DEADLINE_MS, undefined, { ref: false, signal: done.signal }).catch(() => undefined);
    this.sends += 1;
    try {
      const sent = this.messaging.send(messageOf(push, to, new Date()));
      const providerMessageId = await Promise.race([sent, late]);
      if (providerMessageId === undefined) return { is: 'later', reason: 'no answer' };
      return { is: 'accepted', providerMessageId };
    } catch (error) {
      return this.failed(failureOf(error), to);
    } finally {
      done.abort();
    }
  }

  async close(): Promise<void> {
    await deleteApp(this.app);
    this.agent.destroy();
  }

  private failed(failure: FcmFailure, { platform }: Target): Outcome {
    const outcome = outcomeOf(failure, new Date());
    if (failure.errorCode === 'SENDER_ID_MISMATCH') {
      this.mismatches += 1;
      if (!mayBeForeign(this.mismatches, this.sends)) {
        return { is: 'refused', reason: `${failure.errorCode}, too often: is FIREBASE_PROJECT_ID the app's project?` };
      }
    }
    // Apple's or a browser's key is missing at FCM; Android goes on.
    const onlyHere = outcome.is === 'misconfigured' && failure.errorCode === 'THIRD_PARTY_AUTH_ERROR';
    return onlyHere ? { ...outcome, platform } : outcome;
  }
}

function credentialOf(env: Env): Credential {
  if (env.FCM_EMULATOR_HOST) return EMULATED;
  return env.FIREBASE_SERVICE_ACCOUNT ? cert(env.FIREBASE_SERVICE_ACCOUNT) : applicationDefault();
}

/**
 * The SDK repeats a 503 up to four times by itself, at once at first, while the push holds its place; ours is the one
 * policy for retries. There is no public setting; a test sees that a 503 is sent once.
 */
function withoutRetries(messaging: Messaging): Messaging {
  const { httpClient } = (messaging as unknown as { messagingRequestHandler: { httpClient: { retry?: object } } })
    .messagingRequestHandler;
  delete httpClient.retry;
  return messaging;
}
