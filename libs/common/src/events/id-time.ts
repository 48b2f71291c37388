const SEQUENCE = '0'.repeat(16);

/** The smallest id (24 hexadecimal digits) that MongoDB makes at a time: what comes later sorts after it. */
export function idAt(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${seconds.toString(16).padStart(8, '0')}${SEQUENCE}`;
}

/** When an id was made, in milliseconds since 1970, to the second. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) * 1000;
}
