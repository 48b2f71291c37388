import { runSteps, type Step } from './run.ts';

/** A step that ends when it is told to. */
function held(name: string, after?: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const state = { started: false, end: resolve };
  const step: Step = {
    name,
    ...(after && { after }),
    run: async () => {
      state.started = true;
      await promise;
      return { ok: true, output: '' };
    },
  };
  return { step, state };
}

const ending = (name: string, ok: boolean, output = ''): Step => ({ name, run: () => Promise.resolve({ ok, output }) });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a run of the check', () => {
  it('runs every step also after one failed, and fails', async () => {
    const said: string[] = [];
    const steps = [
      ending('types', false, 'line 1\nline 2\n'),
      ending('lint', true, 'not shown'),
      ending('names', true),
    ];
    expect(await runSteps(steps, (line) => said.push(line))).toBe(false);
    expect(said.join('\n')).toMatch(/^✗ types +\d+\.\d s\nline 1\nline 2\n✓ lint +\d+\.\d s\n✓ names +\d+\.\d s$/);
  });

  it('passes when every step passes', async () => {
    expect(await runSteps([ending('types', true), ending('lint', true)], () => undefined)).toBe(true);
  });

  it('fails, and says why, when a step breaks down', async () => {
    const said: string[] = [];
    const broken: Step = { name: 'names', run: () => Promise.reject(new Error('no such folder')) };
    expect(await runSteps([broken], (line) => said.push(line))).toBe(false);
    expect(said).toContain('Error: no such folder');
  });

  it('shows the note of a step that passed', async () => {
    const said: string[] = [];
    const noting: Step = { name: 'names', run: () => Promise.resolve({ ok: true, output: 'a', note: 'in part' }) };
    expect(await runSteps([noting], (line) => said.push(line))).toBe(true);
    expect(said[1]).toBe('in part');
  });

  it('runs two at a time', async () => {
    const [a, b, c] = [held('a'), held('b'), held('c')];
    const run = runSteps([a.step, b.step, c.step], () => undefined);
    await turn();
    expect([a, b, c].map(({ state }) => state.started)).toEqual([true, true, false]);
    a.state.end();
    await turn();
    expect(c.state.started).toBe(true);
    [b, c].forEach(({ state }) => state.end());
    expect(await run).toBe(true);
  });

  it('starts a step only after the one it needs', async () => {
    const [build, fresh] = [held('build'), held('fresh', 'build')];
    const run = runSteps([fresh.step, build.step], () => undefined);
    await turn();
    expect(fresh.state.started).toBe(false);
    build.state.end();
    await turn();
    expect(fresh.state.started).toBe(true);
    fresh.state.end();
    expect(await run).toBe(true);
  });
});
