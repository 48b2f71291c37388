/** What a client's developer needs to know about one error code. */
export interface ErrorMeaning {
  /** HTTP status of the REST answer. */
  http: number;
  /** True when the same request may succeed later; a send is retried with the same `localId`. */
  retryable: boolean;
  /** One sentence for the client's developer. */
  says: string;
}

/** Every error code that Parley answers with, over REST and in acks. */
export const ERRORS = {
  INVALID_INPUT: { http: 400, retryable: false, says: 'A field is missing, unknown or of the wrong form.' },
  UNAUTHENTICATED: { http: 401, retryable: false, says: 'The token is missing, expired or not valid.' },
  WRONG_CREDENTIALS: { http: 401, retryable: false, says: 'The username or the password is wrong.' },
  FORBIDDEN: { http: 403, retryable: false, says: 'This is not allowed for you.' },
  NOT_A_MEMBER: { http: 403, retryable: false, says: 'You are not a participant of this conversation.' },
  NOT_FOUND: { http: 404, retryable: false, says: 'There is nothing at this address or with this id.' },
  METHOD_NOT_ALLOWED: { http: 405, retryable: false, says: 'This address takes other methods: those in `Allow`.' },
  CONFLICT: { http: 409, retryable: false, says: 'It exists already, or has changed meanwhile.' },
  REQUEST_TIMEOUT: { http: 408, retryable: true, says: 'The request did not arrive in time.' },
  TOO_LARGE: { http: 413, retryable: false, says: 'The body or the file is larger than allowed.' },
  UNSUPPORTED_TYPE: { http: 415, retryable: false, says: 'A body or a file of this type is not accepted.' },
  HEADERS_TOO_LARGE: { http: 431, retryable: false, says: 'The headers of the request are larger than allowed.' },
  RATE_LIMITED: { http: 429, retryable: true, says: 'Too many requests; wait for retryAfterMs and try again.' },
  INTERNAL: { http: 500, retryable: true, says: 'Something went wrong on our side; quote the errorId when you ask.' },
  UPSTREAM_DOWN: { http: 503, retryable: true, says: 'The service behind the gateway does not answer just now.' },
  UNAVAILABLE: {
    http: 503,
    retryable: true,
    says: 'This did not end in time, and may have taken effect; try again, a message with the same localId.',
  },
} as const satisfies Record<string, ErrorMeaning>;

/** One of the codes in {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** The error inside an ack, `{ ok: false, error }`. */
export interface WireError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  /** Milliseconds to wait before trying again; only with `RATE_LIMITED` and `UNAVAILABLE`. */
  retryAfterMs?: number;
  /** The id under which the server logged it; only with `INTERNAL`. */
  errorId?: string;
}
