import { counter, gauge, histogram } from '@app/common/metrics/metric.js';

/** What is known of messages on their way into MongoDB, and of how nodes share conversations. */
export const laneMetrics = {
  kept: counter({
    name: 'parley_messages_kept_total',
    help: 'Messages that this node had kept: new ones, and repeated ones that were kept before.',
    labels: { outcome: ['new', 'again'] },
  }),
  flights: histogram({
    name: 'parley_message_batch_size',
    help: 'Messages that shared a round trip to MongoDB.',
    buckets: [1, 2, 4, 8, 16, 32, 64],
  }),
  waiting: gauge({
    name: 'parley_messages_waiting',
    help: 'Messages that wait for a place, or for MongoDB to answer.',
  }),
  unsettled: gauge({
    name: 'parley_messages_unsettled',
    help: 'Messages of which it is not known yet whether MongoDB has them; they are looked for.',
  }),
  lanes: gauge({ name: 'parley_lanes', help: 'Conversations that this node has in mind.' }),
  owners: gauge({ name: 'parley_lane_owners', help: 'Nodes that may own conversations, as this node sees it.' }),
  clashes: counter({ name: 'parley_lane_clashes_total', help: 'Places of messages that other nodes had taken.' }),
  forwarded: counter({
    name: 'parley_lane_forwarded_total',
    help: "Messages that this node sent to their conversation's owner.",
  }),
  takenBack: counter({
    name: 'parley_lane_taken_back_total',
    help: 'Messages that an owner did not answer for, and that this node kept itself.',
  }),
  received: counter({
    name: 'parley_lane_received_total',
    help: 'Messages that other nodes sent to this one, as the owner of their conversations.',
  }),
};
