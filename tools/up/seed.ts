/** The demo people; their passwords are printed, so they are for a machine of one's own only. */
export const DEMO_PEOPLE = [
  { username: 'ana', password: 'ana-demo-1', name: 'Ana' },
  { username: 'ben', password: 'ben-demo-1', name: 'Ben' },
  { username: 'cleo', password: 'cleo-demo-1', name: 'Cleo' },
  { username: 'dan', password: 'dan-demo-1', name: 'Dan' },
] as const;

type Who = (typeof DEMO_PEOPLE)[number]['username'];

const GROUP_NAME = 'Weekend';

const DIRECT: [Who, string][] = [
  ['ana', 'Hi Ben! Did you get the tickets?'],
  ['ben', 'Yes, four of them, for Saturday.'],
  ['ana', 'Wonderful 🎉 I will tell the others.'],
];

const GROUP: [Who, string][] = [
  ['ana', 'Ben has the tickets. Who brings something to eat?'],
  ['cleo', 'I do.'],
  ['dan', 'And I drive. We leave at nine.'],
  ['ben', 'See you on Saturday!'],
];

interface Person {
  id: string;
  token: string;
}

interface Known {
  _id: string;
  isGroup: boolean;
  name?: string;
}

/** Seeds the demo through the public API. Every step may be done again: what is there is found, not doubled. */
export async function seed(gateway: string): Promise<void> {
  const people = {} as Record<Who, Person>;
  for (const one of DEMO_PEOPLE) people[one.username] = await signUp(gateway, one);
  const { ana, ben, cleo, dan } = people;
  const chat = new Chat(gateway, people);
  const direct = await chat.open({ participantIds: [ben.id] });
  await chat.say(direct, 'direct', DIRECT);
  const known = await chat.conversations(ana);
  // A group is new each time it is asked for.
  const group = known.find(({ isGroup, name }) => isGroup && name === GROUP_NAME);
  const others = [ben.id, cleo.id, dan.id];
  const id = group?._id ?? (await chat.open({ participantIds: others, isGroup: true, name: GROUP_NAME }));
  await chat.say(id, 'group', GROUP);
}

class Chat {
  readonly #url: string;
  readonly #people: Record<Who, Person>;

  constructor(gateway: string, people: Record<Who, Person>) {
    this.#url = `${gateway}/api/v1/chat/conversations`;
    this.#people = people;
  }

  conversations(person: Person): Promise<Known[]> {
    return ask<Known[]>(this.#url, { token: person.token });
  }

  async open(body: object): Promise<string> {
    const { _id } = await ask<Known>(this.#url, { token: this.#people.ana.token, body });
    return _id;
  }

  async say(conversation: string, key: string, lines: [Who, string][]): Promise<void> {
    for (const [index, [who, text]] of lines.entries()) {
      const body = { text, localId: `demo-${key}-${index + 1}` };
      await ask(`${this.#url}/${conversation}/messages`, { token: this.#people[who].token, body });
    }
  }
}

async function signUp(gateway: string, person: (typeof DEMO_PEOPLE)[number]): Promise<Person> {
  const { username, password } = person;
  const at = (what: string): string => `${gateway}/api/v1/auth/${what}`;
  const signedIn = await ask<SignedIn>(at('register'), { body: person }).catch((error: Refusal) => {
    if (error.status !== 409) throw error;
    return ask<SignedIn>(at('login'), { body: { username, password } });
  });
  return { id: signedIn.user._id, token: signedIn.accessToken };
}

interface SignedIn {
  accessToken: string;
  user: { _id: string };
}

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function ask<T>(url: string, { token, body }: { token?: string; body?: object }): Promise<T> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    signal: AbortSignal.timeout(30_000),
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(response.status, `${new URL(url).pathname} answered ${response.status}: ${text}`);
  return (JSON.parse(text) as { data: T }).data;
}
