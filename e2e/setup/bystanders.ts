import type { Presence } from '@app/contracts/shapes.js';
import { TestSocket } from '@app/testing/test-socket.js';
import { tokenOf } from '@app/testing/tokens.js';
import type { StartedSuite } from './start-suite.ts';
import { groupOf, pause } from './under-load.ts';

const NAMES = ['stays', 'leaves', 'moves', 'far'] as const;
type Name = (typeof NAMES)[number];

/** People around a node that something happens to, and somebody on each other node who watches them. */
export class Bystanders {
  private readonly watchers: TestSocket[] = [];
  private readonly sockets = new Map<Name, TestSocket>();

  private constructor(
    private readonly suite: StartedSuite,
    private readonly others: readonly string[],
    private readonly run: string,
  ) {}

  /** All but `far` are at this node; everyone is seen to be online. */
  static async around(suite: StartedSuite, node: string, urls: readonly string[]): Promise<Bystanders> {
    const others = urls.filter((url) => url !== node);
    const all = new Bystanders(suite, others, `${Date.now()}`);
    await groupOf(
      suite,
      ['watcher', ...NAMES].map((name) => all.idOf(name)),
    );
    for (const url of others) all.watchers.push(await all.connect(url, 'watcher'));
    for (const name of NAMES) all.sockets.set(name, await all.connect(name === 'far' ? others[0] : node, name));
    for (const watcher of all.watchers) {
      for (const name of NAMES) {
        const userId = all.idOf(name);
        const { online } = await watcher.asks<Presence>('presence_subscribe', { userId });
        if (!online) await watcher.hears<Presence>('presence_update', (said) => said.userId === userId && said.online);
      }
      watcher.heard.length = 0;
    }
    return all;
  }

  /** One of them closes the app, and another one's app turns to another node. */
  async scatter(): Promise<void> {
    this.sockets.get('leaves')?.close();
    this.sockets.get('moves')?.close();
    this.sockets.set('moves', await this.connect(this.others[1], 'moves'));
  }

  /** Everyone who watches has heard this of somebody. */
  async heard(name: Name, online: boolean): Promise<void> {
    const is = (said: Presence) => said.userId === this.idOf(name) && said.online === online;
    await Promise.all(this.watchers.map((watcher) => watcher.hears<Presence>('presence_update', is)));
  }

  /** Of whom it was said, by anybody's watching, that they are offline. */
  saidOffline(): Name[] {
    const said = this.watchers.flatMap((watcher) => watcher.all<Presence>('presence_update'));
    return NAMES.filter((name) => said.some(({ userId, online }) => userId === this.idOf(name) && !online));
  }

  /** Resolves when each node says that these, and nobody else, are online. */
  async online(...names: Name[]): Promise<void> {
    for (const watcher of this.watchers) {
      for (const name of NAMES) {
        const ask = () => watcher.asks<Presence>('presence_subscribe', { userId: this.idOf(name) });
        while ((await ask()).online !== names.includes(name)) await pause(200);
      }
    }
  }

  close(): void {
    for (const socket of [...this.watchers, ...this.sockets.values()]) socket.close();
  }

  private idOf(name: string): string {
    return `${name}-${this.run}`;
  }

  private connect(url: string | undefined, name: string): Promise<TestSocket> {
    return TestSocket.connect(`${url}/chat`, tokenOf(this.idOf(name), {}, this.suite.is.jwtSecret));
  }
}
