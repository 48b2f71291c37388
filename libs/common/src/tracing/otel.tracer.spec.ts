import { childSpan, currentSpan, rootSpan, spanning, spanningAll, tracedLine } from './tracing.js';
import { type TestTracing, tracingWith } from './tracing.suite.js';

const REMOTE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const remote = (flags: '00' | '01') => `00-${REMOTE.traceId}-${REMOTE.spanId}-${flags}`;
const work = { name: 'work', kind: 'client' } as const;

let traced: TestTracing | undefined;
afterEach(async () => {
  await traced?.stop();
  traced = undefined;
});

const tracingOf = (more?: Parameters<typeof tracingWith>[0]): TestTracing => (traced = tracingWith(more));

describe('without a collector', () => {
  it('work is done as ever', async () => {
    expect(rootSpan(work)).toBeUndefined();
    expect(childSpan(work, remote('01'))).toBeUndefined();
    expect(await spanning(undefined, () => Promise.resolve(currentSpan() ?? 'nothing'))).toBe('nothing');
    expect(tracedLine()).toEqual({});
  });
});

describe('a span', () => {
  it('goes on from the one that it is done in, also after a wait', async () => {
    const { ended } = tracingOf();
    await spanning(rootSpan({ name: 'outer', kind: 'server' }), async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await spanning(childSpan(work), () => Promise.resolve());
    });
    const [inner, outer] = await ended();
    expect([inner?.name, outer?.name]).toEqual(['work', 'outer']);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(outer?.parentSpanContext).toBeUndefined();
  });

  it('goes on from another process, if that keeps its trace', async () => {
    const { ended } = tracingOf();
    await spanning(childSpan(work, remote('01')), () => Promise.resolve());
    expect(childSpan(work, remote('00'))).toBeUndefined();
    const spans = await ended();
    expect(spans.map(({ parentSpanContext }) => parentSpanContext)).toMatchObject([REMOTE]);
  });

  it('tells where it is, to others and to the log', async () => {
    tracingOf();
    const span = rootSpan(work);
    const [version, traceId, spanId, flags] = span?.traceparent.split('-') ?? [];
    expect([version, flags]).toEqual(['00', '01']);
    await spanning(span, () => {
      expect(tracedLine()).toEqual({ trace_id: traceId, span_id: spanId });
      return Promise.resolve();
    });
    expect(tracedLine()).toEqual({});
  });

  it('is none any more for what goes on after its end', async () => {
    tracingOf();
    let late = Promise.resolve<unknown>(undefined);
    await spanning(rootSpan(work), () => {
      late = new Promise((resolve) => setTimeout(() => resolve([currentSpan(), childSpan(work), tracedLine()]), 5));
      return Promise.resolve();
    });
    expect(await late).toEqual([undefined, undefined, {}]);
  });

  it('fails with what is thrown, and lets it through', async () => {
    const { ended } = tracingOf();
    const broken = () => Promise.reject(new RangeError('ana said hello'));
    await expect(spanning(rootSpan(work), broken)).rejects.toThrow(RangeError);
    const shared = [rootSpan(work), rootSpan(work)].flatMap((span) => span ?? []);
    await expect(spanningAll(shared, broken)).rejects.toThrow(RangeError);
    const spans = await ended();
    expect(spans).toHaveLength(3);
    for (const { attributes, status, events } of spans) {
      expect(attributes).toEqual({ 'error.type': 'RangeError' });
      // What a message says may be anybody's words.
      expect([status.message, events]).toEqual([undefined, []]);
    }
  });

  it('links to a place that it does not go on from', async () => {
    const { tracer, ended } = tracingOf();
    tracer.begin(work, { link: remote('01') }).end();
    tracer.begin(work, { link: 'nonsense' }).end();
    const [linked, other] = await ended();
    expect(linked?.links.map(({ context }) => context.traceId)).toEqual([REMOTE.traceId]);
    expect(linked?.spanContext().traceId).not.toBe(REMOTE.traceId);
    expect(other?.links).toEqual([]);
  });
});

describe('a sampler', () => {
  const ofThousand = ({ tracer }: TestTracing, of?: string) =>
    Array.from({ length: 1000 }, () => tracer.begin(work, { of })).filter((span) => tracer.isKept(span)).length;

  it('keeps its part, and does as whoever began the trace', () => {
    const some = tracingOf({ sampler: 'parentbased_traceidratio', share: 0.1 });
    const kept = ofThousand(some);
    expect(kept).toBeGreaterThan(50);
    expect(kept).toBeLessThan(150);
    expect(ofThousand(some, remote('01'))).toBe(1000);
    expect(ofThousand(some, remote('00'))).toBe(0);
  });

  it.each([
    ['always_on', 1000],
    ['always_off', 0],
    ['parentbased_always_off', 0],
  ] as const)('%s keeps %i of a thousand', (sampler, kept) => expect(ofThousand(tracingOf({ sampler }))).toBe(kept));

  it('that does not ask whoever began a trace keeps its own part of it', () => {
    expect(ofThousand(tracingOf({ sampler: 'always_off' }), remote('01'))).toBe(0);
    expect(ofThousand(tracingOf({ sampler: 'traceidratio', share: 1 }), remote('00'))).toBe(1000);
  });
});
