import { type CleanedEnv, makeValidator, port, str } from 'envalid';
import { supportedMimeTypes } from 'file-type';
import { loadEnv } from '@app/common/env/env.js';
import { count, sharedSettings } from '@app/common/env/shared.settings.js';
import { contentTypeOf, DEFAULT_TYPES, isScriptable } from './uploads/upload.rules.js';

const RECOGNISED = new Set([...supportedMimeTypes].map(contentTypeOf));

/** A comma-separated list of content types that can be told by their first bytes and run no script in a browser. */
const contentTypes = makeValidator<readonly string[]>((input) => {
  const types = input.split(',').map((type) => type.trim().toLowerCase());
  const unusable = types.filter((type) => !RECOGNISED.has(type) || isScriptable(type));
  if (unusable.length > 0) throw new Error(`cannot be accepted safely: ${unusable.join(', ')}`);
  return types;
});

/** One http(s) address without a slash at the end. */
const address = makeValidator<string>((input) => {
  const url = new URL(input);
  if (!['http:', 'https:'].includes(url.protocol)) throw new Error('must be an http or https address');
  return url.href.replace(/\/+$/, '');
});

/** The settings of the media service. */
export const settings = {
  ...sharedSettings,
  PORT: port({ default: 3007, desc: 'The port to listen on.' }),
  PUBLIC_URL: address({
    default: 'http://localhost:3000',
    desc: 'The address at which clients reach the gateway; the urls of media begin with it.',
  }),
  MEDIA_DIR: str({ default: '.data/media', desc: 'The folder that keeps the files, all on one file system.' }),
  MEDIA_MAX_BYTES: count({ default: 10 * 1024 * 1024, desc: 'The greatest size of one file, in bytes.' }),
  MEDIA_TYPES: contentTypes({
    default: DEFAULT_TYPES,
    desc: 'The content types that are accepted, by their first bytes, separated by commas.',
    example: 'image/png,image/jpeg,application/pdf',
  }),
};

export type Env = CleanedEnv<typeof settings>;

export const readSettings = () => loadEnv(settings);
