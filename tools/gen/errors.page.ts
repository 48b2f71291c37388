import type { ErrorMeaning } from '../../libs/contracts/src/errors.ts';
import { table } from './document.ts';

/** `docs/errors.md`: what each code means to a client's developer. */
export function renderErrors(errors: Record<string, ErrorMeaning>): string {
  const rows = Object.entries(errors).map(([code, { http, retryable, says }]) => [
    `\`${code}\``,
    String(http),
    retryable ? 'yes' : 'no',
    says,
  ]);
  return `# Errors

Generated from \`libs/contracts/src/errors.ts\` by \`npm run gen\`.

Every failure has one of these codes. REST answers it with the HTTP status and \`{ success: false, message, code,
errorId? }\`; a socket request's ack is \`{ ok: false, error: { code, message, retryable, retryAfterMs? } }\`. Retryable
means that the same request may succeed later; a send is retried with the same \`localId\`, and takes effect once.

${table(['Code', 'HTTP', 'Retryable', 'Meaning'], rows)}
`;
}
