import type { ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { httpMetrics } from './http.metrics.js';
import type { Metrics } from './metrics.js';

type Method = (typeof httpMetrics.requests.labels.method)[number];

const METHODS = new Set<string>(httpMetrics.requests.labels.method);
/** A client that hung up: what nginx calls it, and dashboards know. */
export const CLIENT_CLOSED = 499;
const NO_ROUTE = 'none';
/** What is told of an answer that we broke off ourselves, whatever its head said. */
const BROKEN_OFF = 500;

const brokenOff = new WeakSet<ServerResponse>();

/** Breaks an answer off that has begun, so that nobody takes half of it for the whole. */
export function breakOff(response: ServerResponse): void {
  brokenOff.add(response);
  response.destroy();
}

/** The status that an answer is told with once it is over. */
export function statusOf(response: ServerResponse): number {
  if (response.writableFinished) return response.statusCode;
  return brokenOff.has(response) ? BROKEN_OFF : CLIENT_CLOSED;
}

/** Says under which route a request is told that no controller of its own has; a template, never an address. */
export function routedAs(response: Response, template: string): void {
  response.locals.route = template;
}

/** Observes every request, by its route's template. */
export function observeHttp(metrics: Metrics) {
  const { requests } = metrics.of(httpMetrics);
  return (request: Request, response: Response, next: NextFunction): void => {
    const started = performance.now();
    response.once('close', () => {
      const labels = {
        method: methodOf(request),
        route: routeOf(request, response) ?? NO_ROUTE,
        status: String(statusOf(response)),
      };
      requests.with(labels).since(started);
    });
    next();
  };
}

function methodOf({ method }: Request): Method {
  return METHODS.has(method) ? (method as Method) : 'other';
}

/** The template of a request's route, known at its end. One that takes every path says nothing. */
export function routeOf(request: Request, response: Response): string | undefined {
  const own: unknown = (request.route as { path?: unknown } | undefined)?.path;
  if (typeof own === 'string' && !own.includes('*')) return own;
  return response.locals.route as string | undefined;
}
