/** A request's headers, by name in lower case. */
type Headers = Record<string, string | string[] | undefined>;

/** What is known of where a request came from, beside what it says itself. */
interface Asked {
  /** The client's address. */
  address: string;
  /** The connection is that of a trusted proxy. */
  believed: boolean;
  encrypted: boolean;
}

/** What only the gateway says, and what would have another path or method than the table was asked for. */
const SAID = /^(?:forwarded|x-real-ip|x-forwarded-.+|x-original-url|x-rewrite-url|x-(?:http-)?method(?:-override)?)$/;

/** Where a trace goes on, and what it carries: services believe the gateway, so strangers say nothing of it. */
const TRACE = /^(?:traceparent|tracestate|baggage)$/;

/**
 * A request's headers as a service gets them. `X-Forwarded-For` is one address, the client's: so a service need believe its
 * gateway only, and whatever the gateway did not believe reaches nobody.
 */
export function forwardedHeaders(headers: Headers, { address, believed, encrypted }: Asked): Headers {
  const said = (name: string, form: RegExp): string | undefined => {
    const value = believed ? headers[`x-forwarded-${name}`] : undefined;
    return typeof value === 'string' && form.test(value) ? value.toLowerCase() : undefined;
  };
  const proto = said('proto', /^https?$/i) ?? (encrypted ? 'https' : 'http');
  const host = said('host', /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i) ?? String(headers.host ?? '');
  const port = said('port', /^\d{1,5}$/) ?? /:(\d{1,5})$/.exec(host)?.[1] ?? (proto === 'https' ? '443' : '80');
  return {
    ...Object.fromEntries(
      Object.entries(headers).filter(([name]) => !SAID.test(name) && (believed || !TRACE.test(name))),
    ),
    'x-forwarded-for': address,
    'x-forwarded-proto': proto,
    'x-forwarded-host': host,
    'x-forwarded-port': port,
  };
}
