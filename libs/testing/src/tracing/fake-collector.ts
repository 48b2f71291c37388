import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Arrivals } from '../arrivals.js';

/** A span as OTLP spells it in JSON. */
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: OtlpAttribute[];
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number };
}

interface OtlpAttribute {
  key: string;
  value: { stringValue?: string; intValue?: string | number; doubleValue?: number; boolValue?: boolean };
}

interface OtlpRequest {
  resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** A span that arrived. */
export interface ArrivedSpan extends Pick<OtlpSpan, 'traceId' | 'spanId' | 'parentSpanId' | 'name'> {
  kind: (typeof KINDS)[number];
  resource: Record<string, unknown>;
  attributes: Record<string, unknown>;
  /** Trace ids. */
  links: string[];
  failed: boolean;
  ms: number;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const FAILED = 2;

/** An OpenTelemetry collector that keeps what it is sent: OTLP over HTTP, in JSON. */
export class FakeCollector {
  readonly url: string;
  /** The headers of each request, answered or not. */
  readonly requests: IncomingHttpHeaders[] = [];
  private readonly arrivals = new Arrivals<ArrivedSpan>('span');
  private hung = false;
  private status = 200;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.take(request, response));
  }

  static async start(port = 0): Promise<FakeCollector> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FakeCollector(server);
  }

  /** Every span so far. */
  get spans(): readonly ArrivedSpan[] {
    return this.arrivals.all;
  }

  /** The next span that was not handed out yet and that `wanted` accepts. */
  next(wanted?: (span: ArrivedSpan) => boolean, timeoutMs?: number): Promise<ArrivedSpan> {
    return this.arrivals.next(wanted, timeoutMs);
  }

  /** From now on it takes requests and never answers. */
  hang(): void {
    this.hung = true;
  }

  /** From now on it answers with this status, and keeps what comes with 200 only. */
  answers(status: number): void {
    this.status = status;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(request.headers);
    const body = await text(request).catch(() => '');
    if (this.hung) return;
    const right = request.method === 'POST' && request.url === '/v1/traces';
    const status = right ? this.status : 404;
    if (status === 200) for (const span of spansOf(JSON.parse(body) as OtlpRequest)) this.arrivals.add(span);
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  }
}

function spansOf({ resourceSpans }: OtlpRequest): ArrivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => arrived(span, valuesOf(resource.attributes)))),
  );
}

function arrived(span: OtlpSpan, resource: Record<string, unknown>): ArrivedSpan {
  const { traceId, spanId, parentSpanId, name, kind, attributes = [], links = [], status } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId && { parentSpanId }),
    name,
    kind: KINDS[kind] ?? 'unspecified',
    resource,
    attributes: valuesOf(attributes),
    links: links.map((link) => link.traceId),
    failed: status?.code === FAILED,
    ms: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
  };
}

function valuesOf(attributes: OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue) : Number(intValue)),
    ]),
  );
}
