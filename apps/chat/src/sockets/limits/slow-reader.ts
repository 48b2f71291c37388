/** What is needed of an Engine.IO connection; its transport has a `socket` when it is a WebSocket. */
export interface Reader {
  readonly transport: object;
  readonly writeBuffer?: readonly { data?: unknown }[];
  on(event: 'packetCreate', hear: (packet: { data?: unknown }) => void): unknown;
  on(event: 'flush', hear: () => void): unknown;
  close(discard: boolean): unknown;
}

interface WebSocketLike {
  bufferedAmount: number;
  terminate(): void;
}

/** Cuts a connection that has more than `most` bytes waiting for it: neither Engine.IO nor ws ever stops queueing. */
export function cutSlowReader(reader: Reader, most: number, told: (bytes: number) => void): void {
  let waiting = 0;
  let cut = false;
  reader.on('packetCreate', ({ data }) => {
    waiting += sizeOf(data);
    const bytes = waiting + (webSocketOf(reader)?.bufferedAmount ?? 0);
    if (cut || bytes <= most) return;
    cut = true;
    // A broadcast may be under way, which must not lose a socket while it walks over them.
    process.nextTick(() => {
      told(bytes);
      // A close that waits for its turn behind the queue would keep the queue.
      webSocketOf(reader)?.terminate();
      reader.close(true);
    });
  });
  // Handed over to the transport, whose own buffer is looked at above.
  reader.on('flush', () => (waiting = 0));
}

/** What waits for a connection's client now, in bytes. */
export function queuedBytes(reader: Reader): number {
  const waiting = reader.writeBuffer?.reduce((sum, { data }) => sum + sizeOf(data), 0) ?? 0;
  return waiting + (webSocketOf(reader)?.bufferedAmount ?? 0);
}

function webSocketOf(reader: Reader): WebSocketLike | undefined {
  const { socket } = reader.transport as { socket?: Partial<WebSocketLike> };
  return socket?.terminate === undefined ? undefined : (socket as WebSocketLike);
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return ArrayBuffer.isView(data) ? data.byteLength : 0;
}
