import { histogram } from './metric.js';

/** What is known of each request; rates, errors and latencies are all made of it. */
export const httpMetrics = {
  requests: histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from a request to the end of its answer; a client that hung up before is status 499.',
    labels: {
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'],
      route:
        "the template of a route, such as `/messages/:id`, at the gateway also the routing table's path, or `none`",
      status: 'the status of the answer',
    },
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
};
