import { Logger } from '@nestjs/common';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { Rarely } from '../logging/rarely.js';

/** A collector that takes longer is away; what it was sent is lost. */
const PATIENCE_MS = 5000;
/** It takes spans again when none was refused for this long: one that takes some and some not is not well. */
const CALM_MS = 10_000;

/** Sends spans to a collector, and says rarely that it does not take them. */
export class QuietExporter implements SpanExporter {
  private readonly log = new Logger('Traces');
  private readonly away = new Rarely();
  private readonly crowded = new Rarely();
  private failedAt = 0;
  private readonly otlp: OTLPTraceExporter;

  constructor(
    private readonly url: string,
    headers: Record<string, string>,
  ) {
    this.otlp = new OTLPTraceExporter({ url: `${url}/v1/traces`, headers, timeoutMillis: PATIENCE_MS });
    // What fails is said below, once; that spans were dropped is said by the library.
    setGlobalErrorHandler(() => undefined);
    const silent = () => undefined;
    const warn = (reason: string) => {
      if (this.crowded.isDue()) this.log.warn({ reason }, 'traces are incomplete');
    };
    diag.setLogger(
      { error: silent, warn, info: silent, debug: silent, verbose: silent },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.otlp.export(spans, (result) => {
      if (result.code === ExportResultCode.FAILED) this.failed(result.error, spans.length);
      else if (Date.now() - this.failedAt >= CALM_MS && this.away.over()) {
        this.log.log({ collector: this.url }, 'traces are taken again');
      }
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.otlp.shutdown();
  }

  private failed(error: Error | undefined, spans: number): void {
    this.failedAt = Date.now();
    if (!this.away.isDue()) return;
    const about = { collector: this.url, reason: error?.message, spans };
    this.log.warn(about, 'traces are lost: the collector does not take them');
  }
}
