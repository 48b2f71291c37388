/** What arrived at a fake, in order, and whoever waits for it. */
export class Arrivals<T> {
  /** Everything so far. */
  readonly all: T[] = [];
  private readonly unseen: T[] = [];
  private readonly waiting = new Set<(arrival: T) => boolean>();

  /** `kind` names one of them in the message of a wait that was in vain: `push`. */
  constructor(private readonly kind: string) {}

  /** Keeps one, and hands it to the first who waits for such. */
  add(arrival: T): void {
    this.all.push(arrival);
    for (const take of this.waiting) if (take(arrival)) return;
    this.unseen.push(arrival);
  }

  /** The next one that was not handed out yet and that `wanted` accepts. */
  next(wanted: (arrival: T) => boolean = () => true, timeoutMs = 10_000): Promise<T> {
    const known = this.unseen.findIndex(wanted);
    if (known >= 0) return Promise.resolve(this.unseen.splice(known, 1)[0] as T);
    return new Promise((resolve, reject) => {
      const take = (arrival: T): boolean => {
        if (!wanted(arrival)) return false;
        clearTimeout(late);
        this.waiting.delete(take);
        resolve(arrival);
        return true;
      };
      const late = setTimeout(() => {
        this.waiting.delete(take);
        const { kind } = this;
        reject(new Error(`no such ${kind} within ${timeoutMs} ms; there were ${this.all.length} ${kind}es in all`));
      }, timeoutMs);
      this.waiting.add(take);
    });
  }
}
