import { SignJWT } from 'jose';
import { type Nodes, startNodes } from '../../tools/test/nodes.ts';
import { startGateway } from './gateway.ts';
import { type Pace, pace, type Place, requester, sender, type Step } from './loads.ts';

const AT_ONCE = 32;
const WARM_MS = 3000;
const ROUND_MS = 2000;
const ROUNDS = 5;
const MANY = '100000000';

/** What the hop through the gateway costs: requests and messages through it and past it, in turns, as ratios. */
async function main(): Promise<void> {
  const cluster = await startNodes(1, { REQUEST_RATE_LIMIT: MANY, SOCKETS_PER_USER: MANY });
  const gateway = await startGateway(cluster);
  try {
    const past = await placeOf(cluster, cluster.nodes[0]?.url ?? '', '');
    const through = await placeOf(cluster, gateway.url, '/api/v1/chat');
    const conversationId = await conversation(past);
    const requests = [past, through].map((place) => Array.from({ length: AT_ONCE }, () => requester(place)));
    console.log(told('requests', await inTurns(requests)));
    const people = (place: Place) => Promise.all(Array.from({ length: AT_ONCE }, () => sender(place, conversationId)));
    const senders = await Promise.all([people(past), people(through)]);
    console.log(told('messages', await inTurns(senders.map((all) => all.map(({ step }) => step)))));
    for (const { close } of senders.flat()) close();
  } finally {
    await gateway.running.stop();
    await cluster.end();
  }
}

/** The paces past and through the gateway, of each round; what slows the machine slows both. */
async function inTurns(loads: Step[][]): Promise<Pace[][]> {
  for (const steps of loads) await pace(steps, WARM_MS);
  const rounds: Pace[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const paces: Pace[] = [];
    for (const steps of loads) paces.push(await pace(steps, ROUND_MS));
    rounds.push(paces);
  }
  return rounds;
}

function told(what: string, rounds: Pace[][]): string {
  const middle = (of: (pace: Pace) => number, index: number): number =>
    rounds.map((paces) => of(paces[index] as Pace)).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  const line = (name: string, index: number): string => {
    const [rate, p50, p99] = [(p: Pace) => p.perSecond, (p: Pace) => p.p50Ms, (p: Pace) => p.p99Ms].map((of) =>
      middle(of, index),
    );
    return `${name} ${Math.round(rate ?? 0)}/s (p50 ${p50?.toFixed(1)} ms, p99 ${p99?.toFixed(1)} ms)`;
  };
  const ratios = rounds
    .map(([past, through]) => (through?.perSecond ?? 0) / (past?.perSecond ?? 1))
    .sort((a, b) => a - b);
  const spread = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`;
  return `${what}, ${AT_ONCE} at once: ${line('past', 0)}, ${line('through', 1)}; through is ${ratios[Math.floor(ROUNDS / 2)]?.toFixed(2)} of past (${spread})`;
}

async function placeOf({ secret }: Nodes, url: string, prefix: string): Promise<Place> {
  const claims = new SignJWT({ sub: 'ana', name: 'Ana' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h');
  return { url, rest: url + prefix, token: await claims.sign(new TextEncoder().encode(secret)) };
}

async function conversation({ rest, token }: Place): Promise<string> {
  const answer = await fetch(`${rest}/conversations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ participantIds: ['ben'] }),
  });
  return ((await answer.json()) as { data: { _id: string } }).data._id;
}

await main();
