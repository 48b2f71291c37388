import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { AppError } from './app-error.js';

/** The options of every validation, REST and socket: unknown fields are refused, nothing of the input comes back. */
export const VALIDATION = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
} as const;

const UNKNOWN_FIELD = 'There is a field that is not known here.';

/** The first problem of a failed validation, as one sentence that names the field and not its value. */
export function invalidInput(errors: ValidationError[]): AppError {
  return new AppError('INVALID_INPUT', { message: firstProblem(errors) });
}

/** Turns a plain object into a validated instance of `shape`; throws `INVALID_INPUT`. */
export function shaped<T extends object>(shape: ClassConstructor<T>, input: unknown): T {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AppError('INVALID_INPUT', { message: 'An object is expected.' });
  }
  // class-transformer leaves these out without a word: names of methods, and of what every object has.
  if (Object.keys(input).some((name) => name in shape.prototype)) {
    throw new AppError('INVALID_INPUT', { message: UNKNOWN_FIELD });
  }
  const instance = plainToInstance(shape, input);
  const errors = validateSync(instance, VALIDATION);
  if (errors.length > 0) throw invalidInput(errors);
  return withoutNulls(instance);
}

/** Takes the fields that are null out of what was validated: many clients write a field like that which they mean to leave out. */
export function withoutNulls<T>(valid: T): T {
  if (typeof valid !== 'object' || valid === null) return valid;
  for (const [name, value] of Object.entries(valid)) {
    if (value === null && !Array.isArray(valid)) Reflect.deleteProperty(valid, name);
    else withoutNulls(value);
  }
  return valid;
}

function firstProblem(errors: ValidationError[]): string | undefined {
  for (const error of errors) {
    const [constraint, own] = Object.entries(error.constraints ?? {})[0] ?? [];
    // The name of an unknown field is the client's, and does not come back.
    const found = constraint === 'whitelistValidation' ? UNKNOWN_FIELD : (own ?? firstProblem(error.children ?? []));
    if (found) return found;
  }
  return undefined;
}
