import { problemsIn, type Series, unsaid } from './usage.ts';

/** A rule of Prometheus' that says when somebody is called. */
interface Alert {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook: string };
}

/** What is in a PrometheusRule. */
export interface Rules {
  groups: { name: string; rules: Alert[] }[];
}

const FIELDS = ['alert', 'expr', 'for', 'labels', 'annotations'];
const ANNOTATIONS = ['summary', 'description', 'runbook'];
const SEVERITIES = ['critical', 'warning'];
const DURATION = /^\d+[smhd]$/;

/** What is wrong with alert rules; `headings` are the links that pages of ours take, as `docs/page.md#heading`. */
export function ruleProblems({ groups }: Rules, series: Map<string, Series>, headings: ReadonlySet<string>): string[] {
  const all = groups.flatMap(({ rules }) => rules);
  const names = all.map(({ alert }) => alert);
  return [
    ...names.filter((name, at) => names.indexOf(name) < at).map((name) => `${name} is there twice`),
    ...all.flatMap((rule) =>
      [...formProblems(rule, headings), ...queryProblems(rule, series)].map((problem) => `${rule.alert}: ${problem}`),
    ),
  ];
}

function formProblems(rule: Alert, headings: ReadonlySet<string>): string[] {
  const { annotations, labels } = rule;
  const unknown = Object.keys(rule).filter((field) => !FIELDS.includes(field));
  const missing = ANNOTATIONS.filter((name) => !(name in annotations));
  return [
    ...unknown.map((field) => `Prometheus knows no ${field}`),
    ...missing.map((name) => `it has no ${name}`),
    ...(SEVERITIES.includes(labels.severity) ? [] : [`severity is ${SEVERITIES.join(' or ')}`]),
    ...(DURATION.test(rule.for ?? '0m') ? [] : [`${rule.for ?? ''} is no duration`]),
    ...(headings.has(annotations.runbook) ? [] : [`${annotations.runbook} is not there`]),
  ];
}

function queryProblems({ expr, annotations }: Alert, series: Map<string, Series>): string[] {
  const problems = problemsIn(expr, series);
  if (problems.length > 0) return problems;
  const said = annotations.summary.replaceAll(/\{\{\s*\$value[^}]*\}\}/g, '');
  return [...unsaid(said, expr, series), ...(/[<>=]/.test(expr) ? [] : ['it compares with nothing'])];
}

/** The links that a page takes. */
export function headingsOf(path: string, markdown: string): string[] {
  return [...markdown.matchAll(/^#{1,4} (.+)$/gm)].map(([, title = '']) => {
    const anchor = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    return `${path}#${anchor}`;
  });
}
