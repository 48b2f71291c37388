import { setTimeout as pause } from 'node:timers/promises';
import {
  type Attributes,
  context,
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { parseTraceParent } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { About, Place, Span, Tracer } from './tracing.js';
import type { SAMPLERS } from './tracing.settings.js';

/** How long a stop waits for a collector to take the last spans. */
const FLUSH_MS = 2000;

const KINDS: Record<About['kind'], SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** How a process traces. */
export interface TracingOptions {
  /** What all its spans say of it. */
  resource: Attributes;
  sampler: (typeof SAMPLERS)[number];
  /** The part of the traces that are kept. */
  share: number;
  /** How long spans wait to be sent together. */
  delayMs: number;
  exporter: SpanExporter;
}

/** One span, over the library's own. */
class Kept implements Span {
  constructor(readonly otel: OtelSpan) {}

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.otel.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  note(attributes: Attributes): void {
    this.otel.setAttributes(attributes);
  }

  rename(name: string): void {
    this.otel.updateName(name);
  }

  failed(type: string): void {
    this.otel.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.otel.end();
  }
}

/** Traces with OpenTelemetry's SDK: spans are kept in a bounded queue, and sent in batches by whoever exports them. */
export class SdkTracer implements Tracer {
  private readonly provider: TracerProvider;
  private readonly tracer: OtelTracer;
  private readonly manager = new AsyncLocalStorageContextManager();

  constructor({ resource, sampler, share, delayMs, exporter }: TracingOptions) {
    this.provider = new TracerProvider({
      resource: resourceFromAttributes(resource),
      sampler: samplerOf(sampler, share),
      spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: delayMs })],
    });
    this.tracer = this.provider.getTracer('parley');
    context.setGlobalContextManager(this.manager.enable());
  }

  begin({ name, kind, attributes }: About, { of, link }: { of?: Place; link?: string }): Span {
    const linked = link === undefined ? null : parseTraceParent(link);
    const options = {
      kind: KINDS[kind],
      ...(attributes && { attributes }),
      ...(linked && { links: [{ context: linked }] }),
    };
    return new Kept(this.tracer.startSpan(name, options, contextOf(of)));
  }

  isKept(span: Span): boolean {
    return span instanceof Kept && span.otel.isRecording();
  }

  current(): Span | undefined {
    const otel = trace.getSpan(this.manager.active());
    // What a request has begun may go on after it, in timers and connections, and is not a part of it any more.
    return otel?.isRecording() ? new Kept(otel) : undefined;
  }

  within<T>(span: Span, work: () => T): T {
    return this.manager.with(contextOf(span), work);
  }

  async stop(): Promise<void> {
    const sent = this.provider.shutdown().catch(() => undefined);
    await Promise.race([sent, pause(FLUSH_MS, undefined, { ref: false })]);
    context.disable();
  }
}

function contextOf(place: Place | undefined): Context {
  if (place instanceof Kept) return trace.setSpan(ROOT_CONTEXT, place.otel);
  const said = typeof place === 'string' ? parseTraceParent(place) : null;
  return said ? trace.setSpanContext(ROOT_CONTEXT, { ...said, isRemote: true }) : ROOT_CONTEXT;
}

function samplerOf(name: TracingOptions['sampler'], share: number): Sampler {
  if (name.startsWith('parentbased_')) {
    const root = name.slice('parentbased_'.length) as 'always_on' | 'always_off' | 'traceidratio';
    return new ParentBasedSampler({ root: samplerOf(root, share) });
  }
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(share) : new AlwaysOnSampler();
}
