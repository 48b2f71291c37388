/** A word of PromQL. */
export interface Token {
  is: 'name' | 'number' | 'duration' | 'text' | 'sign';
  says: string;
}

const KINDS: [Token['is'] | 'space', RegExp][] = [
  ['space', /\s+/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+(?!\w)/y],
  ['number', /\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)/y],
  // A dollar begins a variable of Grafana's.
  ['name', /[a-zA-Z_:$][\w:]*/y],
  ['text', /"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'/y],
  ['sign', /=~|!~|==|!=|>=|<=|[-+*/%^<>=(){}[\],]/y],
];

/** The words of a query; throws where none begins. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length;) {
    const [is, says] = wordAt(query, at);
    if (is !== 'space') tokens.push({ is, says });
    at += says.length;
  }
  return tokens;
}

function wordAt(query: string, at: number): [Token['is'] | 'space', string] {
  for (const [is, pattern] of KINDS) {
    pattern.lastIndex = at;
    const [says] = pattern.exec(query) ?? [];
    if (says !== undefined) return [is, says];
  }
  throw new Error(`unexpected ${query.slice(at, at + 10)}`);
}
