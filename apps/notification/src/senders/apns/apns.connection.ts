import type { ClientHttp2Session } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { Notification, Provider, type ProviderToken } from '@parse/node-apn';
import { type ApnsFailure, failureOf, needsConnection } from './apns.failure.rules.js';

/** One of Apple's two services, or a stand-in, and how we are known there. */
export interface ApnsAddress {
  host: string;
  port: number;
  ca?: string;
  token: ProviderToken;
  /** How long an answer is waited for. */
  patienceMs: number;
}

/** What became of one request: the id that Apple gave it, or why it was not taken. */
export type ApnsAnswer = { is: 'taken'; id?: string } | ({ is: 'failed' } & ApnsFailure);

/** The library answers a time-out by itself, except while it waits for a session to end that has ended already. */
const DEADLINES = 1.5;
const CLOSE_MS = 1000;

/** One HTTP/2 session with APNs, kept open and opened anew when it is gone or says nothing any more. */
export class ApnsConnection {
  private readonly provider: Provider;
  private readonly patienceMs: number;
  private readonly sessions = new Set<ClientHttp2Session>();
  private retirements = 0;
  private closed = false;
  /** The library has no public way to its session; tests see what it would do with it. */
  private readonly client: { session?: ClientHttp2Session; connect(): Promise<void> };

  constructor({ host, port, ca, token, patienceMs }: ApnsAddress) {
    this.patienceMs = patienceMs;
    // Its own repeats come at once and know no pause; ours is the one policy for them.
    const once = { connectionRetryLimit: 0, requestTimeout: patienceMs };
    this.provider = new Provider({ address: host, port, token, ...once, ...(ca !== undefined && { ca: [ca] }) });
    this.client = (this.provider as unknown as { client: ApnsConnection['client'] }).client;
  }

  /** Asks once; never throws. */
  async ask(notification: object, deviceToken: string): Promise<ApnsAnswer> {
    const retirements = this.retirements;
    const answer = await this.answered(new Notification(notification), deviceToken);
    // One of many that waited in vain gives the session up, which may be dead without a word.
    if (answer.is === 'failed' && needsConnection(answer) && retirements === this.retirements) this.retire();
    return answer;
  }

  /** Ends the sessions; what is still under way is cut after a second. */
  async close(): Promise<void> {
    this.closed = true;
    const ended = new Promise<void>((resolve) => void this.provider.shutdown(resolve));
    // The library waits for ever when its session is gone already.
    await Promise.race([ended, pause(CLOSE_MS, undefined, { ref: false })]);
    for (const session of this.sessions) session.destroy();
  }

  private async answered(notification: Notification, deviceToken: string): Promise<ApnsAnswer> {
    const done = new AbortController();
    const late = pause(this.patienceMs * DEADLINES, undefined, { ref: false, signal: done.signal });
    try {
      const sent = this.opened().then(() => this.provider.send(notification, deviceToken));
      const result = await Promise.race([sent, late.catch(() => undefined)]);
      if (result === undefined) return { is: 'failed', reason: 'timeout' };
      const [taken] = result.sent as { 'apns-id'?: string }[];
      if (taken === undefined) return { is: 'failed', ...failureOf(result.failed[0]) };
      return { is: 'taken', ...(taken['apns-id'] && { id: taken['apns-id'] }) };
    } catch (error) {
      return { is: 'failed', ...failureOf({ error }) };
    } finally {
      done.abort();
    }
  }

  /** At GOAWAY the library cuts what is under way; Node by itself lets it end, and asks no more over that session. */
  private async opened(): Promise<void> {
    if (this.closed) throw new Error('the sender is closed');
    const { session } = this.client;
    if (session && !session.closed && !session.destroyed) return;
    await this.client.connect();
    const opened = this.client.session;
    if (!opened || this.sessions.has(opened)) return;
    this.sessions.add(opened);
    opened.removeAllListeners('goaway').once('close', () => this.sessions.delete(opened));
  }

  /** The next push opens another session; those under way on this one may still be answered. */
  private retire(): void {
    const { session } = this.client;
    if (!session || session.destroyed) return;
    this.retirements += 1;
    session.close();
    setTimeout(() => session.destroy(), this.patienceMs * DEADLINES).unref();
  }
}
