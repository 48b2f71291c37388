/** Every Redis key and channel of Parley, in one place. Everything under them may vanish at any time. */
export const keys = {
  /** Set of a person's live sockets, `<run of the node>/<socketId>`; a member counts only while its run's lease lives. */
  userSockets: (userId: string) => `user:${userId}:sockets`,
  /** `1` while the person is said to be online; a reload or a few seconds of dead air do not end it. */
  userOnline: (userId: string) => `user:${userId}:online`,
  /** The user id of a socket. */
  socketUser: (socketId: string) => `socket:${socketId}:user`,
  /** Of a run of a chat node that lives: the dialects its sockets speak. Renewed every 3 s, ends after 9 s. */
  nodeLease: (run: string) => `node:${run}:lease`,
  /** Set of the people with a socket at this run of a node, so that a survivor knows whom its death turns offline. */
  nodePeople: (run: string) => `node:${run}:people`,
  /** Which node deals with a dead run's people. */
  nodeClaim: (run: string) => `node:${run}:claim`,
  /** Sorted set of the runs of all nodes, scored by when their lease ends (ms, Redis's clock). */
  nodes: () => 'nodes',
  /** Channel of a chat node: messages of conversations that it owns. */
  lanesOf: (nodeId: string) => `lanes:${nodeId}`,
  /** Channel of a chat node: answers to what it has forwarded. */
  laneAnswers: (nodeId: string) => `lanes:${nodeId}:answers`,
  /** Channel of all chat nodes: owners that want what the others have. */
  lanes: () => 'lanes',
  /** Channel of all chat nodes: one could not say anything since a time (ms since 1970), and the others missed it. */
  untold: () => 'untold',
  /** Channel of all processes: sessions that have ended, as JSON `[{ id, until }]`; tokens of them are refused until then. */
  endedSessions: () => 'sessions:ended',
  /** List of the times (ms) of a person's latest sends, newest first, at most as long as the limit. */
  messageRate: (userId: string) => `rate:message:${userId}`,
  /** When the last of a person's refused sends was told to come back (ms): the next one is told a later time. */
  messageTurn: (userId: string) => `rate:message:${userId}:turn`,
  /** When a person's allowance of requests at the gateways is full again (ms). */
  personRate: (userId: string) => `rate:person:${userId}`,
  /** The same of their uploads. */
  uploadRate: (userId: string) => `rate:upload:${userId}`,
  /** The same of an address, or of a /64 network. */
  addressRate: (address: string) => `rate:address:${address}`,
  /** When the allowance of failed logins under a name, known or not, is full again (ms); the name as a hash. */
  loginRate: (nameHash: string) => `rate:login:name:${nameHash}`,
  /** The same of an address, or of a /64 network. */
  loginAddressRate: (address: string) => `rate:login:address:${address}`,
  /** Stream of a type's CloudEvents; field `event` holds the JSON. */
  eventStream: (type: string) => `events:${type}:stream`,
  /** A number that chat lets grow; missing or smaller than MongoDB remembers it, Redis has lost events. */
  eventEpoch: () => 'events:epoch',
  /** Channel that a type's CloudEvents are mirrored to, for simple subscribers. */
  eventChannel: (type: string) => `events:${type}`,
  /** Dead letters of a stream, for one consumer group. */
  deadLetters: (type: string, group: string) => `events:${type}:dead:${group}`,
};
