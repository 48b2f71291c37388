/** A device whose person had no live socket all along. */
export interface Phone {
  installationId: string;
  userId: string;
  /** The conversations its person was in all along. */
  conversationIds: readonly string[];
}

/** What is known of a run's pushes once it is over. */
export interface Pushes {
  phones: readonly Phone[];
  /** What the notification service noted for each message and device; each once, if all is well. */
  attempts: readonly { messageId: string; installationId: string }[];
}
