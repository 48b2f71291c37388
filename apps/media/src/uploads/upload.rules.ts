/** What the first bytes of a file say, as file-type puts it. */
export interface Detected {
  mime: string;
  ext: string;
}

/** Accepted unless the setting says otherwise: what chats send, and what no browser runs. */
export const DEFAULT_TYPES: readonly string[] = [
  ...['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  ...['video/mp4', 'video/quicktime', 'video/mpeg', 'video/webm'],
  ...['audio/mpeg', 'audio/wav', 'audio/ogg', 'audio/mp4'],
  'application/pdf',
];

/** Formats that go by several names in file-type, and by one here. */
const ONE_NAME: Partial<Record<string, string>> = {
  'image/apng': 'image/png',
  'video/x-m4v': 'video/mp4',
  'video/mp1s': 'video/mpeg',
  'video/mp2p': 'video/mpeg',
  'audio/x-m4a': 'audio/mp4',
};

/** Endings that fit a type; the first is given to a name that has none of them. */
const ENDINGS: Partial<Record<string, readonly string[]>> = {
  'image/png': ['png', 'apng'],
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'video/mp4': ['mp4', 'm4v'],
  'video/quicktime': ['mov', 'qt'],
  'video/mpeg': ['mpg', 'mpeg'],
  'audio/mpeg': ['mp3'],
  'audio/ogg': ['ogg', 'oga', 'opus', 'spx'],
  'audio/mp4': ['m4a', 'm4b', 'mp4'],
};

/** Types in which a browser may find a script. */
const SCRIPTABLE = /^text\/|[/+]xml$|html/;

/** Controls, direction overrides and other invisible characters, but for the joiners that emoji and Persian need. */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const LONGEST_NAME = 120;

/** The one name of a detected type here: without parameters, in lower case. */
export function contentTypeOf(mime: string): string {
  const bare = mime.split(';', 1).join('').trim().toLowerCase();
  return ONE_NAME[bare] ?? bare;
}

/** True for types that are refused whatever the setting says. */
export function isScriptable(contentType: string): boolean {
  return SCRIPTABLE.test(contentType);
}

/** The uploader's name for a file, fit to be shown and to be saved under: no path, nothing invisible, a true ending. */
export function displayName(given: string, detected: Detected): string {
  const endings = ENDINGS[contentTypeOf(detected.mime)] ?? [detected.ext];
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/\s+/g, ' ')
    .replace(INVISIBLE, '')
    .replace(/^[. ]+|[. ]+$/g, '');
  const dot = clean.lastIndexOf('.');
  const ending = clean.slice(dot + 1);
  const fits = dot > 0 && endings.includes(ending.toLowerCase());
  const stem = [...(fits ? clean.slice(0, dot) : clean)].slice(0, LONGEST_NAME).join('');
  return `${stem || 'file'}.${fits ? ending : endings[0]}`;
}
