import { type Token, tokensOf } from './promql.tokens.ts';

/** A query of PromQL, as far as the names in it go. */
export type Query =
  | { is: 'scalar' }
  | { is: 'selector'; metric: string; labels: string[]; range: boolean }
  | { is: 'subquery'; inner: Query[] }
  | { is: 'call'; name: string; inner: Query[] }
  | { is: 'aggregate'; name: string; by: string[]; inner: Query[] }
  | { is: 'binary'; on: string[]; inner: Query[] };

const AGGREGATES = ['sum', 'min', 'max', 'avg', 'count', 'topk', 'bottomk', 'quantile'];
const FUNCTIONS = [
  ...['rate', 'irate', 'increase', 'delta', 'deriv', 'changes', 'resets', 'predict_linear', 'histogram_quantile'],
  ...['avg_over_time', 'min_over_time', 'max_over_time', 'sum_over_time', 'absent', 'clamp_min', 'clamp_max', 'vector'],
];
/** From those that bind least. */
const BINARY = [['or'], ['and', 'unless'], ['==', '!=', '>', '<', '>=', '<='], ['+', '-'], ['*', '/', '%'], ['^']];

/** Reads a query; throws at whatever is not PromQL, or a part of it that nobody needed here yet. */
export function parseQuery(text: string): Query {
  const parser = new Parser(tokensOf(text));
  const query = parser.binary(0);
  parser.end();
  return query;
}

class Parser {
  private at = 0;
  private readonly tokens: Token[];

  constructor(tokens: Token[]) {
    this.tokens = tokens;
  }

  end(): void {
    const next = this.tokens[this.at];
    if (next) throw new Error(`unexpected ${next.says}`);
  }

  binary(level: number): Query {
    const signs = BINARY[level];
    if (!signs) return this.unary();
    let left = this.binary(level + 1);
    while (signs.some((sign) => this.took(sign))) {
      this.took('bool');
      const on = this.took('on') ? this.labels() : [];
      left = { is: 'binary', on, inner: [left, this.binary(level + 1)] };
    }
    return left;
  }

  private unary(): Query {
    this.took('-');
    const inner = this.primary();
    if (!this.took('[')) return inner;
    this.next('duration');
    // How fine it looks, as in `[10m:30s]`: to the tokens a name, as names may begin so.
    if (!/^:(\d+[smhd])?$/.test(this.next('name').says)) throw new Error('a range of what is no selector');
    this.needs(']');
    return { is: 'subquery', inner: [inner] };
  }

  private primary(): Query {
    if (this.took('(')) {
      const inner = this.binary(0);
      this.needs(')');
      return inner;
    }
    const { is, says } = this.next();
    if (is === 'number') return { is: 'scalar' };
    if (says !== '{' && is !== 'name') throw new Error(`unexpected ${says}`);
    if (AGGREGATES.includes(says)) return this.aggregate(says);
    if (FUNCTIONS.includes(says)) return { is: 'call', name: says, inner: this.inner() };
    if (this.tokens[this.at]?.says === '(') throw new Error(`there is no function ${says}`);
    if (says === '{') throw new Error('a selector without a name');
    return this.selector(says);
  }

  private aggregate(name: string): Query {
    const before = this.grouping();
    const inner = this.inner();
    return { is: 'aggregate', name, by: before ?? this.grouping() ?? [], inner };
  }

  private grouping(): string[] | undefined {
    if (this.took('without')) throw new Error('say by which labels, not without which');
    return this.took('by') ? this.labels() : undefined;
  }

  private inner(): Query[] {
    this.needs('(');
    const inner: Query[] = [];
    while (!this.took(')')) {
      inner.push(this.binary(0));
      if (!this.took(',') && this.tokens[this.at]?.says !== ')') throw new Error('a parenthesis is not closed');
    }
    return inner;
  }

  private labels(): string[] {
    this.needs('(');
    const labels: string[] = [];
    while (!this.took(')')) {
      labels.push(this.next('name').says);
      this.took(',');
    }
    return labels;
  }

  private selector(metric: string): Query {
    const labels: string[] = [];
    if (this.took('{')) {
      while (!this.took('}')) {
        labels.push(this.next('name').says);
        if (!['=', '!=', '=~', '!~'].some((sign) => this.took(sign))) throw new Error(`${metric}: no matcher`);
        this.next('text');
        this.took(',');
      }
    }
    const range = this.took('[');
    if (range) {
      if (!this.took('$__rate_interval') && !this.took('$__range')) this.next('duration');
      this.needs(']');
    }
    return { is: 'selector', metric, labels, range };
  }

  private took(says: string): boolean {
    const found = this.tokens[this.at]?.says === says;
    if (found) this.at += 1;
    return found;
  }

  private needs(says: string): void {
    if (!this.took(says)) throw new Error(`${says} is missing before ${this.tokens[this.at]?.says ?? 'the end'}`);
  }

  private next(is?: Token['is']): Token {
    const token = this.tokens[this.at];
    if (!token) throw new Error('it ends too soon');
    if (is !== undefined && token.is !== is) throw new Error(`unexpected ${token.says}`);
    this.at += 1;
    return token;
  }
}
