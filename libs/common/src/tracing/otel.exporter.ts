import { Logger } from '@nestjs/common';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { Rarely } from '../logging/rarely.js';

/** A collector that takes longer is away; what it was sent is lost. */
const PATIENCE_MS = 5000;

/** Sends spans to a collector, and says rarely that it does not take them. */
export class QuietExporter implements SpanExporter {
  private readonly log = new Logger('Traces');
  private readonly rarely = new Rarely();
  private readonly otlp: OTLPTraceExporter;

  constructor(
    private readonly url: string,
    headers: Record<string, string>,
  ) {
    this.otlp = new OTLPTraceExporter({ url: `${url}/v1/traces`, headers, timeoutMillis: PATIENCE_MS });
    // What fails is said below, once; what was dropped is said by the library.
    setGlobalErrorHandler(() => undefined);
    const silent = () => undefined;
    const warn = (reason: string) => this.complain(reason);
    diag.setLogger(
      { error: silent, warn, info: silent, debug: silent, verbose: silent },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.otlp.export(spans, (result) => {
      if (result.code === ExportResultCode.FAILED) this.complain(result.error?.message ?? 'it failed', spans.length);
      else if (this.rarely.over()) this.log.log({ collector: this.url }, 'traces are taken again');
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.otlp.shutdown();
  }

  private complain(reason: string, spans?: number): void {
    if (!this.rarely.isDue()) return;
    this.log.warn({ collector: this.url, reason, spans }, 'traces are lost: the collector does not take them');
  }
}
