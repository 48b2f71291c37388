import { readFileSync } from 'node:fs';
import type { Env } from '../../env.js';
import type { ApnsOptions } from './apns.sender.js';

/** Apple's own: https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
const HOSTS = { production: 'api.push.apple.com', sandbox: 'api.sandbox.push.apple.com' };
/** Longer than FCM's 10 s would only hold a place; shorter would repeat what Apple has taken. */
const PATIENCE_MS = 10_000;

/** How the settings say to push through APNs; undefined when they name no key. */
export function apnsOptions(env: Env): ApnsOptions | undefined {
  const { APNS_KEY_FILE: keyFile, APNS_KEY_ID: keyId, APNS_TEAM_ID: teamId, APNS_TOPIC: topic } = env;
  if (!keyFile || !keyId || !teamId || !topic) return undefined;
  const ca = env.APNS_CA_FILE && readFileSync(env.APNS_CA_FILE, 'utf8');
  const token = { key: readFileSync(keyFile, 'utf8'), keyId, teamId };
  const at = (host: string) => ({ host, port: env.APNS_PORT, token, patienceMs: PATIENCE_MS, ...(ca && { ca }) });
  const standIn = env.APNS_HOST ? at(env.APNS_HOST) : undefined;
  const addresses = {
    production: standIn ?? at(HOSTS.production),
    sandbox: standIn ?? at(HOSTS.sandbox),
  };
  return { topic, environment: env.APNS_PRODUCTION ? 'production' : 'sandbox', addresses };
}
