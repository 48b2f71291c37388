/** One instruction of a Dockerfile, with what stands after its name. */
export interface Instruction {
  name: string;
  text: string;
}

/** What stands between a FROM and the next. */
export interface Stage {
  name: string;
  from: string;
  instructions: Instruction[];
}

/** The stages of a Dockerfile, in order; the last one is the image. */
export function stagesOf(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const { name, text: rest } of instructionsOf(text)) {
    if (name === 'FROM') {
      const [from = '', , as] = rest.split(/\s+/);
      stages.push({ name: as ?? '', from, instructions: [] });
    } else stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const whole = lines.join('\n').replace(/\\\n\s*/g, ' ');
  return whole.split('\n').map((line) => {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    return { name: name.toUpperCase(), text: rest };
  });
}

/** What an image runs, as words. */
export function wordsOf(stage: Stage, name: 'CMD' | 'HEALTHCHECK'): string[] {
  const text = stage.instructions.find((instruction) => instruction.name === name)?.text ?? '[]';
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}

/** A COPY: which stage or the checkout (none) it takes from, and the paths. */
export function copyOf({ text }: Instruction): { from: string | undefined; sources: string[]; target: string } {
  const [, from, paths = text] = /^--from=(\S+)\s+(.*)$/.exec(text) ?? [];
  const words = paths.split(/\s+/);
  return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}

/** Whether a path of the checkout reaches the build, by .dockerignore: of the lines that fit, the last one holds. */
export function reachesBuild(path: string, dockerignore: string): boolean {
  const lines = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const fits = lines.filter((line) => fitsOf(line.replace(/^!/, '')).test(path));
  return fits.at(-1)?.startsWith('!') ?? true;
}

/** A line of .dockerignore holds for a path and all that is under it. */
function fitsOf(line: string): RegExp {
  const pattern = line
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\//g, '\u0000')
    .replace(/\*/g, '[^/]*')
    .replace(/\u0000/g, '(?:.*/)?');
  return new RegExp(`^${pattern}(?:/|$)`);
}
