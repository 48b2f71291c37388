import type { WireError } from '../../../libs/contracts/src/errors.ts';

/** A wire event: its name and its payload. */
export type WireEvent = [name: string, payload: object];

/** A class whose fields the Swagger plugin has described at build time. */
export interface Shape {
  name: string;
  _OPENAPI_METADATA_FACTORY?: () => Record<string, FieldMetadata>;
}

/** What the Swagger plugin writes down of one field. */
export interface FieldMetadata {
  required: boolean;
  type: () => unknown;
  description?: string;
}

/** What of a row of a socket table the page needs; the engine's own types are in chat's `dialects/dialect.ts`. */
export interface TableRow {
  verb: string;
  shape: Shape;
  run(verbs: object, who: object, input: unknown): Promise<{ data: unknown; says?: WireEvent }>;
}

/** What of a dialect the page needs. */
export interface SocketTable {
  name: string;
  namespace: string;
  hears: Record<string, TableRow>;
  says: Record<string, (event: object, to: 'sender' | 'others') => WireEvent | null>;
  fails(error: { code: string; toWire(): WireError }, wireEvent: string): WireEvent | null;
}
