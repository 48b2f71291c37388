/** What is asked all the time, and each poll of a socket, whose words have spans of their own. */
const UNTRACED = /^\/(?:health|metrics|socket\.io)(?:\/|\?|$)/;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** Whether a request has a span, by its address. */
export const isTraced = (url: string): boolean => !UNTRACED.test(url);

/** A method as the semantic conventions spell it. */
export const methodOf = (method = ''): string => (METHODS.has(method) ? method : '_OTHER');

/** The name of a request's span: its method, and the template of its route where it has one. */
export function requestName(method: string, route?: string): string {
  const verb = method === '_OTHER' ? 'HTTP' : method;
  return route === undefined ? verb : `${verb} ${route}`;
}

/** What an answer says of a request that was heard: of its status, and why it failed if that was the server's fault. */
export function failureOf(status: number): string | undefined {
  return status >= 500 ? String(status) : undefined;
}
