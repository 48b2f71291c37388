import { hostname } from 'node:os';
import type { SharedEnv } from '../env/shared.settings.js';
import { traceWith } from './tracing.js';

/** Begins to trace, where a collector is set; resolves to what ends it. Elsewhere nothing of OpenTelemetry is loaded. */
export async function startTracing(service: string, env: SharedEnv): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_RESOURCE_ATTRIBUTES: attributes = {} } = env;
  if (collector === undefined) return () => Promise.resolve();
  const [{ SdkTracer }, { QuietExporter }] = await Promise.all([
    import('./otel.tracer.js'),
    import('./otel.exporter.js'),
  ]);
  const tracer = new SdkTracer({
    resource: {
      'service.instance.id': `${hostname()}-${process.pid}`,
      ...attributes,
      'service.name': env.OTEL_SERVICE_NAME ?? attributes['service.name'] ?? service,
    },
    sampler: env.OTEL_TRACES_SAMPLER,
    share: env.OTEL_TRACES_SAMPLER_ARG,
    delayMs: env.OTEL_BSP_SCHEDULE_DELAY,
    exporter: new QuietExporter(collector, env.OTEL_EXPORTER_OTLP_HEADERS ?? {}),
  });
  traceWith(tracer);
  return async () => {
    traceWith(undefined);
    await tracer.stop();
  };
}
