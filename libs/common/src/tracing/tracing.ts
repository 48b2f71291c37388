import type { Attributes } from '@opentelemetry/api';

/** What a span is about, by OpenTelemetry's semantic conventions. Who people are, and what they say, is in none. */
export interface About {
  name: string;
  kind: 'server' | 'client' | 'producer' | 'consumer';
  attributes?: Attributes;
}

/** A span that is under way. */
export interface Span {
  /** Its place, as it is told to others (W3C Trace Context). */
  readonly traceparent: string;
  note(attributes: Attributes): void;
  rename(name: string): void;
  /** Says that it came to nothing, and why in a word: a code or a class of error. */
  failed(type: string): void;
  end(): void;
}

/** Where a trace goes on: at a span of this process, or at one of another, as its `traceparent` says. */
export type Place = Span | string;

/** Makes spans. There is one only where a collector is set; what it is made of is not even loaded elsewhere. */
export interface Tracer {
  /** A span of the given place, or the first of a trace, which may link to a place that it does not go on from. */
  begin(about: About, at: { of?: Place | undefined; link?: string | undefined }): Span;
  /** True when a span is kept, and not only passed on as one that is not. */
  isKept(span: Span): boolean;
  /** The span that this is done in, while it is under way and kept. */
  current(): Span | undefined;
  /** Does work as a part of a span. */
  within<T>(span: Span, work: () => T): T;
  /** Sends what is left, as long as that does not take long. */
  stop(): Promise<void>;
}

let tracer: Tracer | undefined;

/** Traces with it from now on. */
export function traceWith(it: Tracer | undefined): void {
  tracer = it;
}

/** The tracer, where traces are on. */
export const tracing = (): Tracer | undefined => tracer;

/** The span that this is done in. */
export const currentSpan = (): Span | undefined => tracer?.current();

/** The first span of a trace; undefined where traces are off or this one is not sampled. */
export function rootSpan(about: About): Span | undefined {
  return tracer && kept(tracer, tracer.begin(about, {}));
}

/** A span that goes on from a place, the current one unless another is given; undefined where nothing is traced. */
export function childSpan(about: About, of: Place | undefined = tracer?.current()): Span | undefined {
  return tracer && of !== undefined ? kept(tracer, tracer.begin(about, { of })) : undefined;
}

/** Does work as a span, which ends with it; without one it is just done. */
export function spanning<T>(span: Span | undefined, work: () => Promise<T>): Promise<T> {
  return span && tracer ? endingWith(span, tracer.within(span, work)) : work();
}

async function endingWith<T>(span: Span, done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    span.failed(typeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Does work that several traces share, as a span of each. */
export function spanningAll<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
  return spans.reduce((done, span) => endingWith(span, done), work());
}

/** What a log line says of a place in a trace. */
export function lineOf(traceparent: string | undefined): { trace_id?: string; span_id?: string } {
  const [, traceId, spanId] = traceparent?.split('-') ?? [];
  return traceId !== undefined && spanId !== undefined ? { trace_id: traceId, span_id: spanId } : {};
}

/** What a log line says of the span that it was written in. */
export const tracedLine = () => lineOf(tracer?.current()?.traceparent);

function typeOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function kept(by: Tracer, span: Span): Span | undefined {
  return by.isKept(span) ? span : undefined;
}
