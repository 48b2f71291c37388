import { join } from 'node:path';
import { built } from '../apps.ts';
import type { Document } from '../document.ts';
import { answers, events, inputs } from './samples.ts';
import { sentencesOf } from './shape.docs.ts';
import type { SocketTable } from './socket.table.ts';
import { renderWire } from './wire.page.ts';

/** A page for each dialect that the chat speaks. */
export async function wirePagesOf(root: string): Promise<Document[]> {
  const { DIALECTS } = await built<{ DIALECTS: SocketTable[] }>(root, 'apps/chat/src/dialects/dialects');
  return Promise.all(
    DIALECTS.map(async (dialect) => {
      const sentences = sentencesOf(join(root, 'apps/chat/src/dialects', dialect.name, 'shapes.ts'));
      const text = await renderWire(dialect, { events, answers, inputs: inputs[dialect.name] ?? {}, sentences });
      return { path: `docs/wire/${dialect.name}.md`, text };
    }),
  );
}
