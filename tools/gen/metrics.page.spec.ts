import { counter, gauge } from '../../libs/common/src/metrics/metric.js';
import { renderMetrics } from './metrics.page.ts';

it('has a row for each metric, with what its labels may be', () => {
  const labels = { outcome: ['good', 'bad'], route: 'its template' } as const;
  const page = renderMetrics([
    { title: 'All apps', metrics: [counter({ name: 'asked_total', help: 'Asked.', labels })] },
    { title: 'chat', metrics: [gauge({ name: 'sockets', help: 'Open.' })] },
  ]);
  expect(page).toContain('| `asked_total` | counter | `outcome`: `good`, `bad`; `route`: its template | Asked. |');
  expect(page).toMatch(/## chat\n\n.*\n.*\n\| `sockets` \| gauge \| {2}\| Open\. \|/);
});
