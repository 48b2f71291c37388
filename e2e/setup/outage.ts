import type { Send } from '@app/testing/checker/history.js';
import { tokenOf } from '@app/testing/tokens.js';
import type { StartedSuite } from './start-suite.ts';
import { hotGroups, memoryOf, pause, reported, type Run, underLoad } from './under-load.ts';

const LOOK_MS = 200;
const PATIENCE_MS = 10_000;
const NODES = ['chat-1', 'chat-2'];
const READY = '/health/ready';

type Question = 'rest' | 'ready' | 'live';

/** What is asked again and again: each app for something that is in MongoDB, and how it is. */
function questionsOf({ is }: StartedSuite): [Question, string][] {
  const { chat, media, notification, gateway } = is;
  return [
    ...chat.map((url): [Question, string] => ['rest', `${url}/conversations`]),
    ['rest', `${media}/media/0123456789abcdef01234567/info`],
    ['rest', `${notification}/devices`],
    ['rest', `${gateway}/api/v1/users/somebody`],
    ...[...chat, media, notification, gateway].flatMap((url): [Question, string][] => [
      ['ready', url + READY],
      ['live', `${url}/health/live`],
    ]),
  ];
}

/** One answer of a chat node over HTTP, and when it was asked. */
interface Answered {
  question: Question;
  at: number;
  tookMs: number;
  status: number;
  retryAfter: string | null;
}

/** How an engine goes away, and how it comes back. */
export interface Away {
  name: string;
  begin: () => unknown;
  heal: () => unknown;
  forMs: number;
}

/** What an outage was for those who talked and asked. */
export interface Outage {
  run: Run;
  /** Definitive refusals: none, as waiting cures it. */
  definite: number;
  slowestRefusalMs: number;
  /** Sockets that each person had; 1 when nobody lost one. */
  socketsEach: number;
  /** From the healing to the first ack of whoever waited longest. */
  servedAgainMs: number;
  /** What was answered over HTTP while it lasted: which statuses, and the slowest answer. */
  http: Record<Question, { statuses: string[]; slowestMs: number }>;
  /** MiB of the chat nodes before, at the end of, and after it. */
  memory: number[][];
}

/** Lets people on both chat nodes talk while an engine goes away and comes back; prints what it was. */
export async function outage(suite: StartedSuite, away: Away): Promise<Outage> {
  const talkers = await hotGroups(suite, { name: away.name.replaceAll(' ', '-'), groups: 6, nodes: 2, each: 2 });
  const memory = [memoryNow(suite)];
  const watch = new Watch(suite);
  let healedAt = 0;
  const run = await underLoad(suite, { urls: suite.is.chat, talkers }, async () => {
    await away.begin();
    const beganAt = performance.now();
    await pause(away.forMs);
    watch.keep(beganAt);
    memory.push(memoryNow(suite));
    await away.heal();
    healedAt = performance.now();
    await watch.untilReady();
    await pause(2000);
  });
  memory.push(memoryNow(suite));
  reported(away.name, run);
  const about = { ...sendsOf(run, healedAt), http: watch.summary(), memory };
  process.stdout.write(`  ${JSON.stringify(about)}\n`);
  return { run, ...about };
}

const memoryNow = (suite: StartedSuite) => NODES.map((name) => memoryOf(suite.pidOf(name)));
const took = ({ startedAt, endedAt = Infinity }: Send) => Math.round(endedAt - startedAt);

function sendsOf({ sends, acked }: Run, healedAt: number) {
  const refused = sends.filter(({ outcome }) => outcome !== 'acked');
  const people = new Set(sends.map(({ senderId }) => senderId));
  const acks = Map.groupBy(
    acked.filter(({ startedAt }) => startedAt >= healedAt),
    ({ senderId }) => senderId,
  );
  const firstAcks = [...people].map((id) => Math.min(...(acks.get(id) ?? []).map(({ endedAt = Infinity }) => endedAt)));
  return {
    definite: refused.filter(({ outcome }) => outcome === 'failed').length,
    slowestRefusalMs: Math.max(0, ...refused.map(took)),
    socketsEach: new Set(sends.map(({ session }) => session)).size / people.size,
    servedAgainMs: Math.round(Math.max(...firstAcks) - healedAt),
  };
}

/** Asks the chat nodes over HTTP again and again. */
class Watch {
  private readonly answers: Answered[] = [];
  private kept: Answered[] = [];
  private watching = true;

  constructor(private readonly suite: StartedSuite) {
    for (const [question, url] of questionsOf(suite)) void this.ask(question, url);
  }

  /** Keeps what was asked since then; the first seconds of an outage are of its discovery. */
  keep(since: number): void {
    this.kept = this.answers.filter(({ at }) => at > since + 2000);
  }

  async untilReady(): Promise<void> {
    const ready = (url: string) =>
      fetch(url + READY, { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await Promise.all(this.suite.is.chat.map(ready))).every(Boolean)) await pause(50);
    this.watching = false;
  }

  summary(): Outage['http'] {
    const of = (question: Question) => {
      const answers = this.kept.filter((one) => one.question === question);
      const statuses = [...new Set(answers.map(({ status, retryAfter }) => `${status} ${retryAfter ?? ''}`.trim()))];
      return { statuses, slowestMs: Math.round(Math.max(0, ...answers.map(({ tookMs }) => tookMs))) };
    };
    return { rest: of('rest'), ready: of('ready'), live: of('live') };
  }

  private async ask(question: Question, url: string): Promise<void> {
    const headers = { authorization: `Bearer ${tokenOf('watcher', {}, this.suite.is.jwtSecret)}` };
    while (this.watching) {
      const at = performance.now();
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(url, { headers, signal }).catch(() => undefined);
      await answer?.text().catch(() => undefined);
      const [status, retryAfter] = [answer?.status ?? 0, answer?.headers.get('retry-after') ?? null];
      this.answers.push({ question, at, tookMs: performance.now() - at, status, retryAfter });
      await pause(LOOK_MS);
    }
  }
}
