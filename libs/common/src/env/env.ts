import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { parseArgs } from 'node:util';
import { cleanEnv, type CleanedEnv, EnvMissingError, type Spec } from 'envalid';

/** A settings table: name → envalid spec, each with a `desc`. */
type Settings = Record<string, Spec<unknown>>;

/** Every problem of a settings table, one line each; thrown by {@link readEnv}. */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(`Settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Holds `source` against the table; throws {@link SettingsError} with all problems at once. */
export function readEnv<S extends object>(settings: S, source: Record<string, string | undefined>): CleanedEnv<S> {
  // An empty line in .env means "not set", so that a default holds.
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const values = cleanEnv(given, settings, {
    reporter: ({ errors }) => {
      const problems = Object.entries(errors as Record<string, Error>).map(([name, error]) => {
        const said = (settings as Settings)[name]?.desc;
        // Of one that is missing, envalid's message is the description again.
        const what = error instanceof EnvMissingError ? 'is missing' : error.message;
        return `${name}: ${what}${said ? ` (${said})` : ''}`;
      });
      if (problems.length > 0) throw new SettingsError(problems);
    },
  });
  // Plain values: envalid's own object throws on every look at a name it does not know, and Nest looks.
  return Object.freeze({ ...values }) as CleanedEnv<S>;
}

/** Reads the settings of this process: `--port` wins over the environment, which wins over `.env`. A bad start ends here. */
export function loadEnv<S extends object>(settings: S): CleanedEnv<S> {
  if (existsSync('.env')) loadEnvFile('.env');
  const { values } = parseArgs({ options: { port: { type: 'string' } }, strict: false });
  const given = typeof values.port === 'string' ? { ...process.env, PORT: values.port } : process.env;
  try {
    return readEnv(settings, given);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
