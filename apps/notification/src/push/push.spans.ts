import { childSpan, spanning } from '@app/common/tracing/tracing.js';
import type { Outcome } from '../senders/sender.js';
import type { ClaimedAttempt } from './attempt.repository.js';

/** Asks a provider, as a span of the message's trace that tells what it answered. */
export function asked({ push, provider, platform, attempts }: ClaimedAttempt, send: () => Promise<Outcome>) {
  const { traceparent, messageId } = push;
  const span =
    traceparent === undefined ? undefined : childSpan({ name: `push ${provider}`, kind: 'client' }, traceparent);
  if (!span) return send();
  span.note({
    'messaging.message.id': messageId,
    'parley.push.provider': provider,
    'parley.push.platform': platform,
    'parley.push.attempt': attempts,
  });
  return spanning(span, async () => {
    const outcome = await send();
    span.note({ 'parley.push.outcome': outcome.is });
    if (outcome.is !== 'accepted') {
      span.note({ 'parley.push.reason': outcome.reason });
      span.failed(outcome.is);
    }
    return outcome;
  });
}
