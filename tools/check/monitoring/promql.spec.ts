import { parseQuery } from './promql.ts';

const selector = (metric: string, labels: string[] = [], range = false) => ({
  is: 'selector',
  metric,
  labels,
  range,
});

describe('a query', () => {
  it('names metrics and labels', () => {
    expect(parseQuery('up')).toEqual(selector('up'));
    expect(parseQuery(`a_total{one="1", two=~"x|{y}", three!='z',}[5m]`)).toEqual(
      selector('a_total', ['one', 'two', 'three'], true),
    );
  });

  it.each(['sum by (to, from) (rate(a_total[5m]))', 'sum(rate(a_total[$__rate_interval])) by (to, from)'])(
    'groups: %s',
    (query) => {
      const rate = { is: 'call', name: 'rate', inner: [selector('a_total', [], true)] };
      expect(parseQuery(query)).toEqual({ is: 'aggregate', name: 'sum', by: ['to', 'from'], inner: [rate] });
    },
  );

  it('binds as PromQL does', () => {
    const [a, b, scalar] = [selector('a'), selector('b'), { is: 'scalar' }];
    const of = (left: object, right: object, on: string[] = []) => ({ is: 'binary', on, inner: [left, right] });
    expect(parseQuery('a + b * 2 > 1e3 and on (x) a')).toEqual(of(of(of(a, of(b, scalar)), scalar), a, ['x']));
    expect(parseQuery('(a + b) * -2')).toEqual(of(of(a, b), scalar));
  });

  it.each([
    ['rate(a_total[5m)', 'No parse at 15'],
    ['rate(a_total[5 minutes])', 'No parse'],
    ['rates(a_total[5m])', 'No parse at 5'],
    ['sum by (x (a)', 'No parse'],
    ['sum without (x) (a)', 'say by which labels'],
    ['a + ignoring (x) b', 'say on which labels'],
    ['sum(a)[5m]', 'a range of what is no selector'],
    ['a{b}', 'No parse'],
    ['a{b=c}', 'No parse'],
    ['{b="c"}', 'without a name'],
    ['a offset 5m', 'nobody needed OffsetExpr yet'],
    ['a b', 'No parse'],
    ['a >', 'No parse'],
    ['sum(a', 'No parse'],
    ['a + ) b', 'No parse'],
  ])('is refused: %s', (query, problem) => {
    expect(() => parseQuery(query)).toThrow(problem);
  });
});
