import { createPublicKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http2';
import { decodeJwt, jwtVerify } from 'jose';
import { PROVIDER } from './fake-apns.keys.js';

/** What Apple answers to a request that is wrong in itself. */
export interface Objection {
  status: number;
  reason: string;
}

interface Asked {
  headers: IncomingHttpHeaders;
  body: string;
  /** The provider token, when there is one. */
  bearer: string | undefined;
}

const MAX_BYTES = 4096;
const MAX_TOKEN_AGE_SECONDS = 3600;
const PUSH_TYPES = ['alert', 'background', 'location', 'voip', 'complication', 'fileprovider', 'mdm', 'liveactivity'];

/** What the real service refuses, whatever the device: https://developer.apple.com/documentation/usernotifications */
export async function objectionTo(asked: Asked): Promise<Objection | undefined> {
  const { headers, body } = asked;
  if (headers[':method'] !== 'POST') return { status: 405, reason: 'MethodNotAllowed' };
  if (!/^\/3\/device\/[^/]*$/.test(headers[':path'] ?? '')) return { status: 404, reason: 'BadPath' };
  const reason = await reasonAgainst(asked.bearer);
  if (reason) return { status: 403, reason };
  const wrong = wrongHeader(headers);
  if (wrong) return { status: 400, reason: wrong };
  if (body === '') return { status: 400, reason: 'PayloadEmpty' };
  if (Buffer.byteLength(body) > MAX_BYTES) return { status: 413, reason: 'PayloadTooLarge' };
  return undefined;
}

async function reasonAgainst(bearer: string | undefined): Promise<string | undefined> {
  if (bearer === undefined) return 'MissingProviderToken';
  try {
    const options = { algorithms: ['ES256'], issuer: PROVIDER.teamId };
    const { protectedHeader } = await jwtVerify(bearer, createPublicKey(PROVIDER.key), options);
    if (protectedHeader.kid !== PROVIDER.keyId) return 'InvalidProviderToken';
  } catch {
    return 'InvalidProviderToken';
  }
  const age = Date.now() / 1000 - (decodeJwt(bearer).iat ?? 0);
  return age > MAX_TOKEN_AGE_SECONDS ? 'ExpiredProviderToken' : undefined;
}

function wrongHeader(headers: IncomingHttpHeaders): string | undefined {
  const of = (name: string) => String(headers[`apns-${name}`] ?? '');
  const checks: [string, boolean][] = [
    ['MissingTopic', of('topic') !== ''],
    ['TopicDisallowed', of('topic') === PROVIDER.topic],
    ['InvalidPushType', PUSH_TYPES.includes(of('push-type'))],
    ['BadPriority', ['1', '5', '10'].includes(of('priority'))],
    ['BadCollapseId', Buffer.byteLength(of('collapse-id')) <= 64],
    ['BadExpirationDate', /^\d+$/.test(of('expiration'))],
    ['MissingDeviceToken', !headers[':path']?.endsWith('/')],
    ['BadDeviceToken', /\/([0-9a-f]{2}){32,}$/.test(headers[':path'] ?? '')],
  ];
  return checks.find(([, holds]) => !holds)?.[0];
}
