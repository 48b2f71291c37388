import { table } from '../document.ts';
import type { Settings } from '../settings.page.ts';

/** What a client meets past a limit, by the setting that is the limit. */
export const PAST: Record<string, string> = {
  MESSAGE_RATE_LIMIT: '`RATE_LIMITED`',
  MESSAGE_RATE_WINDOW: '',
  MESSAGE_EDIT_WINDOW_MINUTES: '`FORBIDDEN`',
  MAX_PAYLOAD_BYTES: 'the socket is cut without a word; REST: `TOO_LARGE`',
  MAX_QUEUED_BYTES: 'the socket is cut',
  SOCKETS_PER_USER: '`RATE_LIMITED` in `connect_error`',
  HANDSHAKE_RATE_LIMIT: '`RATE_LIMITED` in `connect_error`; past twice as many, one without `data`',
  REQUESTS_IN_FLIGHT: '`RATE_LIMITED`',
  REQUEST_RATE_LIMIT: '`RATE_LIMITED`',
  JOIN_RATE_LIMIT: '`RATE_LIMITED`',
  TYPING_RATE_LIMIT: '`RATE_LIMITED`',
  AUTHENTICATE_RATE_LIMIT: '`RATE_LIMITED`',
  REFUSED_REQUESTS_LIMIT: '`error` with `RATE_LIMITED`, and the socket is cut',
  PRESENCE_SUBSCRIPTIONS_MAX: '`RATE_LIMITED`',
  PERSON_RATE_LIMIT: '429 `RATE_LIMITED`, over REST',
  ADDRESS_RATE_LIMIT: '429 `RATE_LIMITED`, over REST, and for handshakes',
  UPLOAD_RATE_LIMIT: '429 `RATE_LIMITED`',
};

/** Every limit that a client may meet: its number and its setting, as the apps declare them. */
export function renderLimits(settings: Settings): string {
  const rows = Object.entries(PAST).map(([name, past]) => {
    const spec = settings[name];
    if (!spec) throw new Error(`${name} is a limit of no app`);
    const number = typeof spec.default === 'number' ? spec.default.toLocaleString('en-US') : '';
    return [spec.desc ?? '', number, `\`${name}\``, past];
  });
  return table(['Limit', 'Number', 'Setting', 'Past it'], rows);
}
