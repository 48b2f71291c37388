/** Ids in the examples of all documents: the same thing has the same one everywhere. */
export const EXAMPLES = {
  conversation: '68f0c0ffee0000000000a0b1',
  message: '68f0c0ffee0000000000c0d1',
  media: '68f0c0ffee0000000000e0f1',
  /** Of an account of Parley's own; a host app's ids are whatever it says, like `ana`. */
  account: '6920a1b2c3d4e5f607182930',
} as const;

/** How the ids that MongoDB makes are written. */
export const OBJECT_ID = '^[0-9a-fA-F]{24}$';

/** Text without control characters, for readers of patterns that know no `\p{Cc}`. */
export const ONE_LINE = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** The same in a path, where the gateway takes no slash of either kind, escaped or not. */
export const IN_A_PATH = '^[^\\u0000-\\u001f\\u007f-\\u009f/\\\\]*$';
