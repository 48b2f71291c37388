import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';

/** Notes which rooms a socket is moved into or out of while its membership is read: what was read is older than that. */
export class Moves {
  private readonly noting = new Map<string, Set<Set<string>>>();

  /** Hears of every move of a namespace's sockets, also of one out of a room that the socket has not joined yet. */
  attach({ adapter }: Namespace): void {
    const leave: Adapter['del'] = adapter.del.bind(adapter);
    adapter.del = (socketId, room) => {
      this.note(room, socketId);
      return leave(socketId, room);
    };
    adapter.on('join-room', (room: string, socketId: string) => this.note(room, socketId));
  }

  /** Notes the moves of these sockets from now on, until the end. */
  of(socketIds: readonly string[]): { has: (room: string, socketId: string) => boolean; end: () => void } {
    const notes = new Map(socketIds.map((id) => [id, new Set<string>()]));
    for (const [id, own] of notes) this.noting.set(id, (this.noting.get(id) ?? new Set<Set<string>>()).add(own));
    return {
      has: (room, socketId) => notes.get(socketId)?.has(room) ?? false,
      end: () => {
        for (const [id, own] of notes) {
          const all = this.noting.get(id);
          all?.delete(own);
          if (all?.size === 0) this.noting.delete(id);
        }
      },
    };
  }

  private note(room: string, socketId: string): void {
    for (const seen of this.noting.get(socketId) ?? []) seen.add(room);
  }
}
