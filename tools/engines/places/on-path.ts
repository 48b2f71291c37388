import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { checkBinary, type Env, type Step } from '../engine.ts';

/** Step 2: an installed server on the PATH. */
export const onPath: Step = async (engine, env) => {
  const complaints: string[] = [];
  for (const path of await candidates(engine.commands, env)) {
    try {
      await checkBinary(engine, path);
      return path;
    } catch (error) {
      complaints.push((error as Error).message);
    }
  }
  throw new Error(complaints.join('; ') || `no ${engine.commands.join(' or ')} there`);
};

async function candidates(commands: readonly string[], env: Env): Promise<string[]> {
  // Relative entries would depend on the folder we happen to run in.
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  const paths = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  const there = await Promise.all(
    paths.map((path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => there[index]);
}
