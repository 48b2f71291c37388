import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Target } from '../targets.ts';
import type { World } from '../world.ts';
import type { Raw } from './raw.ts';

/** A request that its document would allow, to be made strange. */
export interface Plain {
  name: string;
  secured: boolean;
  request: Raw;
}

interface Operation {
  security?: object[];
  requestBody?: { content: Record<string, { example?: unknown } | undefined> };
}

interface Document {
  security?: object[];
  paths: Record<string, Record<string, Operation>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const BOUNDARY = 'parley';
const FORM = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nGIF89a\r\n--${BOUNDARY}--\r\n`;

/** One request of each operation of a document, about things that exist. */
export function plainRequests({ document, url, paths: chosen = '', not = '$.' }: Target, world: World): Plain[] {
  const file = resolve(import.meta.dirname, '../../../openapi', `${document}.json`);
  const { paths, security: usual = [] } = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const all = Object.entries(paths).filter(([path]) => RegExp(chosen).test(path) && !RegExp(not).test(path));
  return all.flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const { requestBody, security = usual } = item[method] ?? {};
      const secured = security.length > 0;
      const { body, headers } = bodyOf(requestBody);
      if (secured) headers.push(['Authorization', `Bearer ${world.endlessToken}`]);
      const at = new URL(url).pathname.replace(/\/$/, '') + filled(path, world);
      const request = { method: method.toUpperCase(), path: at, headers, ...(body && { body }) };
      return { name: `${request.method} ${path}`, secured, request };
    }),
  );
}

function filled(path: string, { ids, me }: World): string {
  const kind = path.includes('/conversations')
    ? ids.conversations
    : path.includes('/messages')
      ? ids.messages
      : path.includes('/media')
        ? ids.files
        : path.includes('/sessions')
          ? ids.logins
          : ids.people;
  return path
    .replace('{id}', kind[0] ?? '')
    .replace('{userId}', me.id)
    .replace('{installationId}', ids.devices[0] ?? '');
}

function bodyOf(asked: Operation['requestBody']): Pick<Raw, 'body' | 'headers'> {
  if (!asked) return { headers: [] };
  const json = asked.content['application/json'];
  if (json)
    return { body: Buffer.from(JSON.stringify(json.example ?? {})), headers: [['Content-Type', 'application/json']] };
  return { body: Buffer.from(FORM), headers: [['Content-Type', `multipart/form-data; boundary=${BOUNDARY}`]] };
}
