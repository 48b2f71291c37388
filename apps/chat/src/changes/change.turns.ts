import { AppError } from '@app/common/errors/app-error.js';

/** Changes of one conversation that wait for their turn; beyond, they are refused at once. */
const MOST = 100;
/** How long a change waits at most: its author was told by then that its outcome is unknown, and may have made another. */
const PATIENCE_MS = 1500;

/** One change of a conversation after the other: they never clash on this node, and are told in their order. */
export class ChangeTurns {
  private readonly turns = new Map<string, { last: Promise<unknown>; count: number }>();

  /** Does the work when all that came before it in its conversation is done, or refuses it as `UNAVAILABLE`. */
  async take<T>(conversationId: string, work: () => Promise<T>): Promise<T> {
    const turn = this.turns.get(conversationId) ?? { last: Promise.resolve(), count: 0 };
    if (turn.count >= MOST) throw unavailable();
    this.turns.set(conversationId, turn);
    turn.count++;
    const until = Date.now() + PATIENCE_MS;
    const done = turn.last.then(() => {
      if (Date.now() > until) throw unavailable();
      return work();
    });
    turn.last = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      if (--turn.count === 0) this.turns.delete(conversationId);
    }
  }
}

function unavailable(): AppError {
  return new AppError('UNAVAILABLE', { retryAfterMs: 250 });
}
