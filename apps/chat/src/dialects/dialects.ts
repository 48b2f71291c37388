import type { Dialect } from './dialect.js';
import { native } from './native/socket.js';

/** The dialects we speak, each in its own namespace. */
export const DIALECTS: readonly Dialect[] = [native];
