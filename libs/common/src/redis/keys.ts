/** Every Redis key and channel of Parley, in one place. Everything under them may vanish at any time. */
export const keys = {
  /** Set of a person's live sockets, `<nodeId>/<socketId>`; a member counts only while its node's lease lives. */
  userSockets: (userId: string) => `user:${userId}:sockets`,
  /** `1` while the person has a live socket; for simple readers, {@link keys.userSockets} is what Parley reads. */
  userOnline: (userId: string) => `user:${userId}:online`,
  /** The user id of a socket. */
  socketUser: (socketId: string) => `socket:${socketId}:user`,
  /** `1`, renewed by a living chat node. */
  nodeLease: (nodeId: string) => `node:${nodeId}:lease`,
  /** List of the times (ms) of a person's latest sends, newest first, at most as long as the limit. */
  messageRate: (userId: string) => `rate:message:${userId}`,
  /** Stream of a type's CloudEvents; field `event` holds the JSON. */
  eventStream: (type: string) => `events:${type}:stream`,
  /** Channel that a type's CloudEvents are mirrored to, for simple subscribers. */
  eventChannel: (type: string) => `events:${type}`,
  /** Dead letters of a stream, for one consumer group. */
  deadLetters: (type: string, group: string) => `events:${type}:dead:${group}`,
};
