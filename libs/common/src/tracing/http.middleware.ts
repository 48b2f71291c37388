import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { plainAddress } from '../address/address.rules.js';
import { ClientAddresses } from '../address/client-addresses.js';
import { CLIENT_CLOSED, routeOf, statusOf } from '../metrics/http.middleware.js';
import { type Span, tracing } from './tracing.js';
import { failureOf, isTraced, methodOf, requestName } from './tracing.rules.js';

const spans = new WeakMap<IncomingMessage, Span>();

/** The span of a request, kept or not; undefined where it has none. */
export const spanOfRequest = (request: IncomingMessage): Span | undefined => spans.get(request);

/**
 * Makes a span of each request. A trusted proxy's trace goes on in it; whoever else brings one gets a trace of our own that
 * links to theirs, as strangers do not decide what is kept.
 */
export function traceHttp(trustedProxies: readonly string[]) {
  const addresses = new ClientAddresses(trustedProxies);
  return (request: Request, response: Response, next: NextFunction): void => {
    const tracer = tracing();
    if (!tracer || !isTraced(request.url)) return next();
    const method = methodOf(request.method);
    const about = { name: requestName(method), kind: 'server', attributes: attributesOf(request, method) } as const;
    const said = request.headers.traceparent;
    const place = typeof said === 'string' ? said : undefined;
    const believed = addresses.trusts(plainAddress(request.socket.remoteAddress ?? '') ?? '');
    const span = tracer.begin(about, believed ? { of: place } : { link: place });
    spans.set(request, span);
    response.once('close', () => conclude(span, request, response));
    tracer.within(span, next);
  };
}

/** Paths hold people's ids, and queries whatever they like: only the route's template is said. */
function attributesOf({ protocol, httpVersion }: Request, method: string) {
  return { 'http.request.method': method, 'url.scheme': protocol, 'network.protocol.version': httpVersion };
}

function conclude(span: Span, request: Request, response: Response): void {
  const route = routeOf(request, response);
  if (route !== undefined) {
    span.rename(requestName(methodOf(request.method), route));
    span.note({ 'http.route': route });
  }
  if (response.headersSent) span.note({ 'http.response.status_code': response.statusCode });
  const status = statusOf(response);
  const failure = status === CLIENT_CLOSED ? 'client_closed' : failureOf(status);
  if (failure !== undefined) span.failed(failure);
  span.end();
}
