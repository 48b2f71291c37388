/** Keeps the order in which sends began, though what each needs first (a person, a limit, a file) may come in any order. */
export class SendTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** What was prepared, once all that began before it under the same key is prepared too, or has failed. */
  async next<T>(key: string, prepared: Promise<T>): Promise<T> {
    const before = this.last.get(key);
    // Nothing of what was prepared is kept for those who come later: they may never end.
    const turn = Promise.allSettled([before, prepared]).then(() => undefined);
    this.last.set(key, turn);
    try {
      await before;
      return await prepared;
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }
}
