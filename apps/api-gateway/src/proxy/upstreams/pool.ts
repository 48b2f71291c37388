import { setTimeout as sleep } from 'node:timers/promises';

/** One address of a service. */
export interface Upstream {
  readonly url: string;
  /** False after a failed look or request, until a look succeeds. */
  healthy: boolean;
  /** The node's own id, where it has one. */
  node: string | undefined;
}

/** Asks an address whether it lives, and which node it is; rejects when it does not answer well. */
export type Look = (url: string) => Promise<{ node?: string }>;

/** Made-up session ids cannot make the gateway look more often than this; who asks meanwhile waits. */
const LOOK_APART_MS = 100;

/** The addresses of one service: which are well, whose turn it is, and which node is where. */
export class Pool {
  upstreams: readonly Upstream[];
  private turn = 0;
  private looking: Promise<void> | undefined;
  private lookingSoon: Promise<void> | undefined;
  private lookedAt = -Infinity;

  constructor(
    urls: readonly string[],
    private readonly look: Look,
    private readonly changed: (upstream: Upstream) => void = () => undefined,
  ) {
    this.upstreams = urls.map(unknown);
  }

  /** The addresses as they are now: those that stay keep their state, and what goes there is not asked again. */
  moveTo(urls: readonly string[]): void {
    this.upstreams = urls.map((url) => this.upstreams.find((upstream) => upstream.url === url) ?? unknown(url));
  }

  /** The next address in turn. When none is well, one is tried all the same: it may just have come back. */
  next(): Upstream {
    const well = this.upstreams.filter(({ healthy }) => healthy);
    const choice = well.length > 0 ? well : this.upstreams;
    const chosen = choice[this.turn++ % choice.length];
    if (!chosen) throw new Error('a service has no address');
    return chosen;
  }

  /** The address of a living node; an unknown one is looked for at once. */
  async ofNode(node: string): Promise<Upstream | undefined> {
    const known = this.find(node);
    if (known) return known;
    await this.lookSoon();
    return this.find(node);
  }

  /** Takes an address out of turn, and looks whether it was right to. */
  failed(upstream: Upstream): void {
    this.mark(upstream, false);
    void this.lookAround();
  }

  /** Looks at every address; who asks meanwhile shares the same look. Never rejects. */
  lookAround(): Promise<void> {
    this.looking ??= Promise.all(this.upstreams.map((upstream) => this.lookAt(upstream)))
      .then(() => undefined)
      .finally(() => {
        this.looking = undefined;
        this.lookedAt = performance.now();
      });
    return this.looking;
  }

  /** A look that begins after the question, as one under way may have passed the place already. */
  private lookSoon(): Promise<void> {
    this.lookingSoon ??= (async () => {
      await this.looking;
      const wait = this.lookedAt + LOOK_APART_MS - performance.now();
      if (wait > 0) await sleep(wait);
      await this.lookAround();
    })().finally(() => (this.lookingSoon = undefined));
    return this.lookingSoon;
  }

  private async lookAt(upstream: Upstream): Promise<void> {
    try {
      const { node } = await this.look(upstream.url);
      upstream.node = node;
      this.mark(upstream, true);
    } catch {
      this.mark(upstream, false);
    }
  }

  private mark(upstream: Upstream, healthy: boolean): void {
    if (upstream.healthy === healthy) return;
    upstream.healthy = healthy;
    this.changed(upstream);
  }

  private find(node: string): Upstream | undefined {
    return this.upstreams.find((upstream) => upstream.healthy && upstream.node === node);
  }
}

function unknown(url: string): Upstream {
  return { url, healthy: true, node: undefined };
}
