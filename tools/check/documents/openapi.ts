import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConfig, lintFromString, type RawUniversalConfig } from '@redocly/openapi-core';
import type { Outcome } from '../run.ts';

const FOLDER = 'openapi';

/**
 * Redocly's strictest set as it is, examples held against their schemas among it, and what else these documents keep to. Nothing
 * is switched off, and there is no list of problems to ignore.
 */
const RULES: RawUniversalConfig = {
  extends: ['recommended-strict'],
  rules: {
    'array-parameter-serialization': 'error',
    'component-name-unique': 'error',
    'no-http-verbs-in-paths': 'error',
    'operation-singular-tag': 'error',
    'operation-tag-defined': 'error',
    'parameter-description': 'error',
    'path-http-verbs-order': 'error',
    'paths-kebab-case': 'error',
    'spec-example-values': 'error',
    'spec-strict-refs': 'error',
  },
};

/** The services' OpenAPI documents as a linter reads them: a line for each problem, with the rule and the place. */
export async function openApi(root: string): Promise<Outcome> {
  const names = (await readdir(join(root, FOLDER))).filter((name) => name.endsWith('.json')).sort();
  const config = await createConfig(RULES);
  const problems: string[] = [];
  for (const name of names) {
    const source = await readFile(join(root, FOLDER, name), 'utf8');
    for (const { ruleId, message, location } of await lintFromString({ source, absoluteRef: name, config })) {
      problems.push(`${FOLDER}/${name}${location[0]?.pointer ?? ''}: ${ruleId}: ${message}`);
    }
  }
  return { ok: names.length > 0 && problems.length === 0, output: problems.join('\n') || 'There is no document.' };
}
