import { join } from 'node:path';
import { built } from '../apps.ts';
import type { Document } from '../document.ts';
import type { Settings } from '../settings.page.ts';
import type { OpenApi } from './open-api.ts';
import { asked, heard, text } from './native.text.ts';
import { answers, events, inputs, messages, others, restSamples } from './samples.ts';
import { sentencesOf } from './shape.docs.ts';
import type { SocketTable } from './socket.table.ts';
import { renderWire } from './wire.page.ts';

/** What is told of the apps beside the dialects' tables. */
interface Told {
  /** Of all apps together. */
  settings: Settings;
  /** Chat's OpenAPI document, as text. */
  openApi: string;
}

/** A page for each dialect that the chat speaks. */
export async function wirePagesOf(root: string, { settings, openApi }: Told): Promise<Document[]> {
  const { DIALECTS } = await built<{ DIALECTS: SocketTable[] }>(root, 'apps/chat/src/dialects/dialects');
  const rest = { text, api: JSON.parse(openApi) as OpenApi, settings, samples: restSamples, messages };
  return Promise.all(
    DIALECTS.map(async (dialect) => {
      const sentences = sentencesOf(join(root, 'apps/chat/src/dialects', dialect.name, 'shapes.ts'));
      const examples = { events, others, answers, inputs: inputs[dialect.name] ?? {}, sentences, asked, heard };
      return { path: `docs/wire/${dialect.name}.md`, text: await renderWire(dialect, examples, rest) };
    }),
  );
}
