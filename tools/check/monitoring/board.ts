import { problemsIn, type Series, unsaid } from './usage.ts';

interface Panel {
  title: string;
  datasource?: { uid: string };
  targets?: { expr: string; legendFormat: string; datasource: { uid: string } }[];
}

/** A dashboard of Grafana's, as far as it is looked at. */
export interface Dashboard {
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
}

/** As it is imported anywhere, the one who looks chooses where the metrics are. */
const CHOSEN = '${datasource}';
const VALUES = /^label_values\((\w+), (\w+)\)$/;

/** What is wrong with a dashboard: queries, legends, and where the answers come from. */
export function boardProblems({ panels, templating }: Dashboard, series: Map<string, Series>): string[] {
  const variables = templating.list.map(({ name }) => name);
  const asked = templating.list.flatMap(({ type, query }) =>
    type === 'query' && typeof query === 'object' ? [query.query] : [],
  );
  return [
    ...(variables.includes('datasource') ? [] : ['there is no variable datasource']),
    ...asked.flatMap((query) => listed(query, series)),
    ...panels.flatMap((panel) => panelProblems(panel, series, variables)),
  ];
}

function panelProblems({ title, targets = [] }: Panel, series: Map<string, Series>, variables: string[]): string[] {
  const problems = targets.flatMap(({ expr, legendFormat, datasource }) => {
    const own = problemsIn(expr, series);
    const unknown = [...expr.matchAll(/"\$(\w+)"/g)].map(([, name = '']) => name);
    return [
      ...own,
      ...(own.length === 0 ? unsaid(legendFormat, expr, series) : []),
      ...unknown.filter((name) => !variables.includes(name)).map((name) => `there is no variable ${name}`),
      ...(datasource.uid === CHOSEN ? [] : [`asks ${datasource.uid}, not the datasource that is chosen`]),
    ];
  });
  return problems.map((problem) => `panel "${title}": ${problem}`);
}

/** What a variable offers are the values of a label that there is. */
function listed(query: string, series: Map<string, Series>): string[] {
  const [, metric = '', label = ''] = VALUES.exec(query) ?? [];
  return problemsIn(`sum by (${label}) (${metric})`, series).map((problem) => `variable ${query}: ${problem}`);
}
