import type { IncomingMessage } from 'node:http';
import { spanOfRequest } from '@app/common/tracing/http.middleware.js';
import { type About, type Span, tracing } from '@app/common/tracing/tracing.js';
import { methodOf, requestName } from '@app/common/tracing/tracing.rules.js';
import type { Passage } from './dispatcher.js';

/** The spans of passing requests on, one a try; upstreams are told where they are. */
export class HopSpans {
  private readonly open = new WeakMap<IncomingMessage, Span>();

  /** Begins a try, and has the request say so: what is kept of a trace is decided where it began. */
  begin(request: IncomingMessage, passage: Passage): void {
    const tracer = tracing();
    const of = spanOfRequest(request);
    if (!tracer || !of) return;
    const span = tracer.begin(aboutOf(request, passage), { of });
    request.headers.traceparent = span.traceparent;
    this.open.set(request, span);
  }

  answered(request: IncomingMessage, answer: IncomingMessage): void {
    const span = this.open.get(request);
    if (!span) return;
    const { statusCode = 0 } = answer;
    span.note({ 'http.response.status_code': statusCode });
    if (statusCode >= 400) span.failed(String(statusCode));
    answer.once('close', () => this.end(request, span));
  }

  failed(request: IncomingMessage, { code, name }: NodeJS.ErrnoException): void {
    const span = this.open.get(request);
    span?.failed(code ?? name);
    if (span) this.end(request, span);
  }

  private end(request: IncomingMessage, span: Span): void {
    // An answer that breaks off fails, and closes too.
    if (this.open.get(request) !== span) return;
    this.open.delete(request);
    span.end();
  }
}

function aboutOf({ method }: IncomingMessage, { upstream, tries = 1 }: Passage): About {
  const { hostname, port, protocol } = new URL(upstream.url);
  const known = methodOf(method);
  const attributes = {
    'http.request.method': known,
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
    ...(tries > 1 && { 'http.request.resend_count': tries - 1 }),
  };
  return { name: requestName(known), kind: 'client', attributes };
}
