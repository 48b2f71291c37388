import { ERRORS } from '../../../libs/contracts/src/errors.ts';
import type { SocketTable, TableRow } from '../wire/socket.table.ts';
import type { Examples } from '../wire/wire.page.ts';
import { type JsonSchema, objectOf, schemaRef } from './json.schema.ts';
import type { TableTypes } from './table.types.ts';
import type { TypeSchemas } from './type.schema.ts';

/** A dialect, as it runs and as its source types it. */
export interface Spoken {
  dialect: SocketTable;
  types: TableTypes;
  schemas: TypeSchemas;
  examples: Examples;
}

const { says: message, retryable } = ERRORS.NOT_A_MEMBER;

/** An example of a failure. */
export const refused = { code: 'NOT_A_MEMBER' as const, message, retryable };

/** The ack of what failed. */
export const FAILURE: JsonSchema = {
  description: 'The ack of a request that failed.',
  ...objectOf({ ok: { type: 'boolean', const: false }, error: schemaRef('WireError') }),
};

/** What a row of the table answers to its example. */
export function replyTo(wireEvent: string, row: TableRow, { inputs, answers }: Examples) {
  const verbs = { [row.verb]: () => Promise.resolve(answers[row.verb]) };
  return row.run(verbs, { id: 'ana', role: 'user' }, inputs[wireEvent]);
}
