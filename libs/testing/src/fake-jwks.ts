import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';

type Algorithm = 'RS256' | 'ES256';
interface Key {
  alg: Algorithm;
  privateKey: CryptoKey;
  pem: string;
  jwk: JWK;
}

/** A login service of somebody else: signs tokens, and shows its public keys as a JWKS on 127.0.0.1. */
export class FakeJwks {
  /** How often the JWKS was asked for. */
  asked = 0;
  /** False: the JWKS answers 500. */
  well = true;
  private readonly keys = new Map<string, Key>();
  private readonly shown = new Set<string>();
  private readonly server = createServer((_request, response) => {
    this.asked++;
    const keys = [...this.shown].map((kid) => this.key(kid).jwk);
    response.writeHead(this.well ? 200 : 500, { 'content-type': 'application/json' });
    response.end(this.well ? JSON.stringify({ keys }) : '');
  });

  static async start(): Promise<FakeJwks> {
    const fake = new FakeJwks();
    fake.server.listen(0, '127.0.0.1');
    await once(fake.server, 'listening');
    return fake;
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks.json`;
  }

  /** Makes a key pair; its public half is shown from now on. */
  async show(kid: string, alg: Algorithm = 'RS256'): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
    this.keys.set(kid, { alg, privateKey, pem: await exportSPKI(publicKey), jwk });
    this.shown.add(kid);
  }

  /** The key is shown no more. */
  withdraw(kid: string): void {
    this.shown.delete(kid);
  }

  /** A token of this key for one hour, unless the claims say otherwise. */
  sign(kid: string, claims: Record<string, unknown>): Promise<string> {
    const { alg, privateKey } = this.key(kid);
    const exp = Math.floor(Date.now() / 1000) + 3600;
    return new SignJWT({ exp, ...claims }).setProtectedHeader({ alg, kid }).sign(privateKey);
  }

  /** The public half as everybody may know it. */
  pemOf(kid: string): string {
    return this.key(kid).pem;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private key(kid: string): Key {
    const key = this.keys.get(kid);
    if (!key) throw new Error(`there is no key ${kid}`);
    return key;
  }
}
