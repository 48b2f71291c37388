import { parser } from '@prometheus-io/lezer-promql';

/** A query of PromQL, as far as the names in it go. */
export type Query =
  | { is: 'scalar' }
  | { is: 'selector'; metric: string; labels: string[]; range: boolean }
  | { is: 'subquery'; inner: Query[] }
  | { is: 'call'; name: string; inner: Query[] }
  | { is: 'aggregate'; name: string; by: string[]; inner: Query[] }
  | { is: 'binary'; on: string[]; inner: Query[] };

type Node = ReturnType<typeof parser.parse>['topNode'];

const strict = parser.configure({ strict: true });

/** Reads a query with Prometheus' own grammar; throws at whatever is not PromQL, or a part of it that nobody needed here yet. */
export function parseQuery(text: string): Query {
  // Grafana puts durations in for its variables.
  const query = text.replace(/\$__(?:rate_interval|range)\b/g, '5m');
  return new Reader(query).query(strict.parse(query).topNode.firstChild);
}

class Reader {
  private readonly text: string;
  private readonly kinds: Readonly<Record<string, (node: Node) => Query>> = {
    NumberDurationLiteral: () => ({ is: 'scalar' }),
    StringLiteral: () => ({ is: 'scalar' }),
    VectorSelector: (node) => this.selector(node, false),
    MatrixSelector: (node) => this.ranged(node.firstChild),
    SubqueryExpr: (node) => ({ is: 'subquery', inner: [this.query(node.firstChild)] }),
    FunctionCall: (node) => this.call(node),
    AggregateExpr: (node) => this.aggregate(node),
    BinaryExpr: (node) => this.binary(node),
    ParenExpr: (node) => this.query(node.firstChild),
    UnaryExpr: (node) => this.query(node.lastChild),
  };

  constructor(text: string) {
    this.text = text;
  }

  query(node: Node | null): Query {
    const read = node && this.kinds[node.name];
    if (!read) throw new Error(`nobody needed ${node?.name ?? 'nothing'} yet`);
    return read(node);
  }

  private ranged(node: Node | null): Query {
    if (node?.name !== 'VectorSelector') throw new Error('a range of what is no selector');
    return this.selector(node, true);
  }

  private call(node: Node): Query {
    return { is: 'call', name: this.said(node.getChild('FunctionIdentifier')), inner: this.inner(node) };
  }

  private selector(node: Node, range: boolean): Query {
    const metric = this.said(node.getChild('Identifier'));
    if (metric === '') throw new Error('a selector without a name');
    const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
    return {
      is: 'selector',
      metric,
      labels: matchers.map((matcher) => this.said(matcher.getChild('LabelName'))),
      range,
    };
  }

  private aggregate(node: Node): Query {
    const grouping = node.getChild('AggregateModifier');
    if (grouping?.getChild('Without')) throw new Error('say by which labels, not without which');
    const name = this.said(node.getChild('AggregateOp'));
    return { is: 'aggregate', name, by: this.labels(grouping), inner: this.inner(node) };
  }

  private binary(node: Node): Query {
    const matching = node.getChild('MatchingModifierClause');
    if (matching?.getChild('Ignoring')) throw new Error('say on which labels, not ignoring which');
    return {
      is: 'binary',
      on: this.labels(matching),
      inner: [this.query(node.firstChild), this.query(node.lastChild)],
    };
  }

  private inner(node: Node): Query[] {
    const inner: Query[] = [];
    for (let one = node.getChild('FunctionCallBody')?.firstChild; one; one = one.nextSibling)
      inner.push(this.query(one));
    return inner;
  }

  private labels(node: Node | null): string[] {
    const names = node?.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
    return names.map((name) => this.said(name));
  }

  private said(node: Node | null): string {
    return node ? this.text.slice(node.from, node.to) : '';
  }
}
