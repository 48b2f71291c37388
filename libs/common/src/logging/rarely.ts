const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** When something that lasts is worth a line: at once, after ten seconds, and then ever more rarely. */
export class Rarely {
  private pauseMs = 0;
  private nextAt = -Infinity;

  /** Whether it is to be said now. */
  isDue(now = Date.now()): boolean {
    if (now < this.nextAt) return false;
    this.pauseMs = Math.min(Math.max(this.pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    this.nextAt = now + this.pauseMs;
    return true;
  }

  /** It is over: the next time is news again. True if anything was said of this one. */
  over(): boolean {
    const said = this.pauseMs > 0;
    this.pauseMs = 0;
    this.nextAt = -Infinity;
    return said;
  }
}
