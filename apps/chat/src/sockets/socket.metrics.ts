import { counter, gauge, histogram } from '@app/common/metrics/metric.js';
import { ERRORS, type ErrorCode } from '@app/contracts/errors.js';

const CODES = ['OK', ...(Object.keys(ERRORS) as ErrorCode[])] as const;

/** What is known of sockets and of what is said over them. */
export const socketMetrics = {
  sockets: gauge({ name: 'parley_sockets', help: 'Sockets connected to this node.' }),
  people: gauge({ name: 'parley_people_connected', help: 'People with a socket at this node.' }),
  subscriptions: gauge({
    name: 'parley_presence_subscriptions',
    help: 'People whose presence is watched, summed over the sockets that watch them.',
  }),
  queued: gauge({
    name: 'parley_socket_queued_bytes',
    help: 'Bytes that wait for clients to read them, over all sockets of this node.',
  }),
  handshakes: counter({
    name: 'parley_socket_handshakes_total',
    help: 'Handshakes of sockets, by what they were answered.',
    labels: { code: CODES },
  }),
  refused: counter({
    name: 'parley_socket_connections_refused_total',
    help: 'Connections that were not let in before any handshake.',
    labels: { reason: ['transport', 'session', 'method', 'request', 'forbidden', 'protocol'] },
  }),
  cut: counter({
    name: 'parley_sockets_cut_total',
    help: 'Sockets that this node cut: they read too slowly, were refused too often, their login was over, or their rooms were missing.',
    labels: { reason: ['slow', 'refused', 'expired', 'ended', 'rooms'] },
  }),
  events: histogram({
    name: 'parley_socket_event_duration_seconds',
    help: 'Seconds from a packet to its answer; of `message_send`, the time until a message is acknowledged.',
    labels: {
      event: 'a name of the socket table, or `unknown`',
      code: '`OK`, or the error code of the answer',
    },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  }),
  deliveries: counter({
    name: 'parley_deliveries_total',
    help: 'Sockets of this node that were told something.',
    labels: { event: 'what a client hears, such as `message_new`' },
  }),
  caughtUp: counter({
    name: 'parley_caught_up_events_total',
    help: 'Events that were told late, after nodes could not hear each other.',
  }),
};
