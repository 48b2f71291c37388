/** Every room name, in one place. The sharded adapter takes a name of 20 characters for a socket's id, so none has that length. */
export const rooms = {
  /** All sockets of a person. */
  person: (userId: string) => (userId.length === 18 ? `up:${userId}` : `u:${userId}`),
  /** All sockets of a conversation's members. */
  conversation: (conversationId: string) => `c:${conversationId}`,
  isConversation: (room: string) => room.startsWith('c:'),
  /** All sockets that watch somebody's presence. */
  watchers: (userId: string) => (userId.length === 18 ? `wp:${userId}` : `w:${userId}`),
  /** Whose presence the sockets of a room watch; undefined for other rooms. */
  watchedBy: (room: string) => /^wp?:(.+)$/s.exec(room)?.[1],
};
