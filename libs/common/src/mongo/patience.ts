/** MongoDB did not answer in time; whether it will do what it was asked is unknown. */
export class OutOfPatience extends Error {
  override name = 'OutOfPatience';
}

/**
 * What MongoDB answers, or {@link OutOfPatience} after so many milliseconds. The driver's own `timeoutMS` has no effect in
 * the version that Mongoose brings, and a frozen server keeps its connections open: without this, one waits as long as it.
 */
export async function patiently<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutOfPatience(`MongoDB did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, end]);
  } finally {
    clearTimeout(timer);
  }
}
