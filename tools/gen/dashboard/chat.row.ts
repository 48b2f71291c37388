import { quantile, rate, type Row, total } from './panel.ts';

const SENT = 'event="message_send"';

export const sockets: Row = {
  title: 'Sockets',
  panels: [
    {
      title: 'Sockets and people',
      unit: 'short',
      lines: [
        [total('parley_sockets'), 'sockets'],
        [total('parley_people_connected'), 'people, once a node'],
        [total('parley_presence_subscriptions'), 'watched presences'],
      ],
    },
    { title: 'Sockets by node', unit: 'short', lines: [[total('parley_sockets', 'instance'), '{{instance}}']] },
    {
      title: 'Handshakes',
      unit: 'ops',
      lines: [
        [rate('parley_socket_handshakes_total', 'code'), '{{code}}'],
        [rate('parley_socket_connections_refused_total', 'reason'), 'not let in: {{reason}}'],
      ],
    },
    {
      title: 'Cut by us',
      unit: 'ops',
      lines: [[rate('parley_sockets_cut_total', 'reason'), '{{reason}}']],
      says: 'slow: clients that do not read what they are told.',
    },
    {
      title: 'Events from clients',
      unit: 'ops',
      lines: [[rate('parley_socket_event_duration_seconds_count', 'event'), '{{event}}']],
    },
    {
      title: 'Events refused',
      unit: 'ops',
      lines: [[rate('parley_socket_event_duration_seconds_count', 'event, code', 'code!="OK"'), '{{event}} {{code}}']],
    },
    {
      title: 'Answers to clients, p99',
      unit: 's',
      lines: [[quantile(0.99, 'parley_socket_event_duration_seconds', { by: 'event' }), '{{event}}']],
    },
    {
      title: 'Deliveries',
      unit: 'ops',
      lines: [
        [rate('parley_deliveries_total', 'event'), '{{event}}'],
        [rate('parley_caught_up_events_total'), 'told late'],
      ],
    },
    {
      title: 'Bytes that clients have not read',
      unit: 'bytes',
      lines: [[total('parley_socket_queued_bytes', 'instance'), '{{instance}}']],
    },
  ],
};

export const messages: Row = {
  title: 'Messages',
  panels: [
    {
      title: 'Kept',
      unit: 'ops',
      lines: [[rate('parley_messages_kept_total', 'outcome'), '{{outcome}}']],
    },
    {
      title: 'Time to the ack',
      unit: 's',
      lines: [
        [quantile(0.5, 'parley_socket_event_duration_seconds', { more: SENT }), 'p50'],
        [quantile(0.99, 'parley_socket_event_duration_seconds', { more: SENT }), 'p99'],
      ],
      says: 'From the packet of a message to its ack; the message is kept for good by then.',
    },
    {
      title: 'Waiting',
      unit: 'short',
      lines: [
        [total('parley_messages_waiting'), 'for a place or MongoDB'],
        [total('parley_messages_unsettled'), 'not known whether kept'],
      ],
    },
    {
      title: 'Messages a round trip',
      unit: 'short',
      lines: [
        [quantile(0.5, 'parley_message_batch_size'), 'p50'],
        [quantile(0.99, 'parley_message_batch_size'), 'p99'],
      ],
    },
    {
      title: 'Nodes that share conversations',
      unit: 'ops',
      lines: [
        [rate('parley_lane_clashes_total'), 'clashes'],
        [rate('parley_lane_forwarded_total'), 'sent to the owner'],
        [rate('parley_lane_taken_back_total'), 'not answered by the owner'],
      ],
    },
    {
      title: 'Conversations in mind',
      unit: 'short',
      lines: [[total('parley_lanes', 'instance'), '{{instance}}']],
    },
    {
      title: 'Events published',
      unit: 'ops',
      lines: [
        [rate('parley_events_published_total', 'outcome'), '{{outcome}}'],
        [rate('parley_events_replayed_total'), 'again'],
      ],
    },
    {
      title: 'Events that wait for Redis',
      unit: 'short',
      lines: [[total('parley_events_waiting', 'instance'), '{{instance}}']],
    },
    {
      title: 'Time to publish',
      unit: 's',
      lines: [[quantile(0.99, 'parley_event_publish_duration_seconds'), 'p99']],
    },
  ],
};
