import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { Arrivals } from '@app/testing/arrivals.js';
import { SdkTracer, type TracingOptions } from './otel.tracer.js';
import { traceWith } from './tracing.js';

/** Begins to trace in this process, for the spans that a test makes. */
export function tracingWith(more: Partial<TracingOptions> = {}) {
  const arrivals = new Arrivals<ReadableSpan>('span');
  const exporter: SpanExporter = {
    export: (spans, done) => {
      for (const span of spans) arrivals.add(span);
      done({ code: ExportResultCode.SUCCESS });
    },
    shutdown: () => Promise.resolve(),
  };
  const options = { resource: {}, sampler: 'parentbased_always_on', share: 1, delayMs: 1, exporter } as const;
  const tracer = new SdkTracer({ ...options, ...more });
  traceWith(tracer);
  const stop = async (): Promise<void> => {
    traceWith(undefined);
    await tracer.stop();
  };
  return {
    tracer,
    stop,
    /** The next span that ends. */
    next: (): Promise<ReadableSpan> => arrivals.next(),
    /** Ends it, and gives every span that has ended. */
    ended: async (): Promise<readonly ReadableSpan[]> => {
      await stop();
      return arrivals.all;
    },
  };
}

export type TestTracing = ReturnType<typeof tracingWith>;
