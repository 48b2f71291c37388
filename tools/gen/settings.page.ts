import type { Spec } from 'envalid';
import { table } from './document.ts';

/** A secret has no value to copy: everybody knows an example. */
const SECRET = /SECRET|PASSWORD/;

/** A settings table: name → envalid spec. */
export type Settings = Record<string, Spec<unknown>>;

/** A part of the page: an app, or what all apps share. */
export interface Section {
  title: string;
  settings: Settings;
}

/** What all apps describe alike comes first, then each app's own. */
export function sectionsOf(apps: Record<string, Settings>): Section[] {
  const tables = Object.values(apps);
  const told = (name: string, spec: Spec<unknown> | undefined) => spec && JSON.stringify([name, spec]);
  const shared = (name: string, spec: Spec<unknown>) =>
    tables.every((settings) => told(name, settings[name]) === told(name, spec));
  const pick = (settings: Settings, wanted: boolean) =>
    Object.fromEntries(Object.entries(settings).filter(([name, spec]) => shared(name, spec) === wanted));
  return [
    { title: 'All apps', settings: pick(tables[0] ?? {}, true) },
    ...Object.entries(apps).map(([title, settings]) => ({ title, settings: pick(settings, false) })),
  ];
}

/** True when an app does not start without it. */
export const isRequired = (spec: Spec<unknown>) => !('default' in spec) && !('devDefault' in spec);

function shown(value: unknown): string {
  if (value === undefined || typeof value === 'string') return value ?? '';
  return Array.isArray(value) ? value.map(shown).join(',') : JSON.stringify(value);
}

function defaultOf(spec: Spec<unknown>): string {
  const code = (value: unknown) => (shown(value) === '' ? 'none' : `\`${shown(value)}\``);
  if (isRequired(spec)) return '**required**';
  if (!('devDefault' in spec)) return code(spec.default);
  return `${'default' in spec ? code(spec.default) : '**required**'}; outside production ${code(spec.devDefault)}`;
}

function described(spec: Spec<unknown>): string {
  const choices = spec.choices && `One of ${spec.choices.map((choice) => `\`${shown(choice)}\``).join(', ')}.`;
  const example = spec.example && `For example \`${spec.example}\`.`;
  return [spec.desc, choices, example].filter(Boolean).join(' ');
}

/** `docs/configuration.md`. */
export function renderConfiguration(sections: Section[]): string {
  const parts = sections.map(({ title, settings }) => {
    const rows = Object.entries(settings).map(([name, spec]) => [`\`${name}\``, defaultOf(spec), described(spec)]);
    return `## ${title}\n\n${table(['Setting', 'Default', 'What it does'], rows)}\n`;
  });
  return `# Configuration

Generated from each app's \`env.ts\` by \`npm run gen\`.

Settings in the environment win over \`.env\`, which wins over what \`npm run up\` makes up; \`--port\` wins over \`PORT\`.
An empty value is the same as none. An app with wrong settings prints all that is wrong with them and exits with 1.

${parts.join('\n')}`;
}

/** `.env.example`: every setting, commented out, so that a copy changes nothing until a line is uncommented. */
export function renderDotEnv(sections: Section[]): string {
  const parts = sections.map(({ title, settings }) => {
    const lines = Object.entries(settings).flatMap(([name, spec]) => [
      `# ${spec.desc ?? ''}${isRequired(spec) ? ' Required; `npm run up` makes it up.' : ''}`,
      `#${name}=${SECRET.test(name) ? '' : shown(spec.default ?? spec.devDefault) || (spec.example ?? '')}`,
    ]);
    return [`# --- ${title} ---`, ...lines].join('\n');
  });
  return `# Generated from each app's env.ts by npm run gen; docs/configuration.md says more.
# A name in the parts of several apps, such as PORT, holds for all of them when it is set here.

${parts.join('\n\n')}
`;
}
