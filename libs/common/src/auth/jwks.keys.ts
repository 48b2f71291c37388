import { KeyObject } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import { ENV, type SharedEnv } from '../env/shared.settings.js';
import { AppError } from '../errors/app-error.js';
import type { TokenHeader } from './token.rules.js';

/** An unknown key is asked for at most this often, however many tokens name one. */
const ASK_AGAIN_MS = 30_000;
/** The same, while no key is known at all. */
const ASK_SOONER_MS = 1_000;
/** Keys older than this are read again beside the work, so that a withdrawn one stops counting. */
const OLD_MS = 10 * 60_000;
const PATIENCE_MS = 5_000;
/** Shorter RSA keys can be broken. */
const LEAST_RSA_BITS = 2048;

/** The public keys at `JWKS_URI`: remembered, read again for a key nobody knows, and kept while nobody answers there. */
@Injectable()
export class JwksKeys {
  private readonly log = new Logger(JwksKeys.name);
  private readonly pems = new WeakMap<object, string>();
  private keys: LocalJWKSet | undefined;
  private asking: Promise<void> | undefined;
  private askedAt = -Infinity;
  private failed = false;

  constructor(@Inject(ENV) private readonly env: SharedEnv) {}

  /** The key that a token names, as PEM. Throws `UNAUTHENTICATED`, or `UNAVAILABLE` when it may be one that cannot be read now. */
  async find(header: TokenHeader): Promise<string> {
    const uri = this.env.JWKS_URI;
    if (uri === undefined) throw new AppError('UNAUTHENTICATED');
    const known = await this.known(header);
    if (known !== undefined) {
      if (Date.now() - this.askedAt > OLD_MS) void this.ask(uri);
      return known;
    }
    if (this.asking !== undefined || Date.now() - this.askedAt >= (this.keys ? ASK_AGAIN_MS : ASK_SOONER_MS)) {
      await this.ask(uri);
    }
    const found = await this.known(header);
    if (found !== undefined) return found;
    if (!this.failed) throw new AppError('UNAUTHENTICATED');
    const message = 'The keys that tokens are signed with cannot be read just now.';
    throw new AppError('UNAVAILABLE', { message, retryAfterMs: ASK_SOONER_MS });
  }

  private async known(header: TokenHeader): Promise<string | undefined> {
    try {
      const key = await this.keys?.({ ...header });
      return key && (this.pems.get(key) ?? this.pemOf(key));
    } catch {
      // No such key, two that fit a token without `kid`, or one that is broken.
      return undefined;
    }
  }

  private pemOf(found: CryptoKey): string | undefined {
    const key = KeyObject.from(found);
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && bits < LEAST_RSA_BITS) return undefined;
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    this.pems.set(found, pem);
    return pem;
  }

  /** Whoever asks at the same time waits for the same answer. */
  private ask(uri: string): Promise<void> {
    this.asking ??= this.read(uri).finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async read(uri: string): Promise<void> {
    this.askedAt = Date.now();
    try {
      const answer = await fetch(uri, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      this.keys = createLocalJWKSet((await answer.json()) as JSONWebKeySet);
      this.failed = false;
    } catch (error) {
      this.failed = true;
      this.log.warn({ err: error }, 'the JWKS was not read; the keys known so far hold');
    }
  }
}
