import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The command line held against these options; with `--help`, or what is not known, the help ends the process. */
export function readOptions<T extends Options>(options: T, help: string) {
  if (process.argv.includes('--help')) {
    console.log(help);
    return process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${help}`);
    return process.exit(2);
  }
}

/** A port, or an end with the help. */
export function readPort(text: string, help: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_500) return port;
  console.error(`--port ${text}: no port\n${help}`);
  return process.exit(2);
}
