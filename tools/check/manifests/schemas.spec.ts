import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCompose } from './deployed.ts';
import { type KubernetesObject, type Rendered, readBase, renderOverlays } from './kubernetes.ts';
import { dangling } from './references.ts';
import { composeProblems, kubernetesProblems, unknownNames } from './schemas.ts';

const root = join(import.meta.dirname, '../../..');
let text: string;
let base: Rendered;

beforeAll(async () => {
  text = await readFile(join(root, 'docker-compose.yml'), 'utf8');
  base = await readBase(root);
});

/** The base with one change in its text, in every object of a kind. */
function changed(kind: string, from: string, to: string): Rendered {
  const objects = base.objects.map((object) =>
    object.kind === kind ? (JSON.parse(JSON.stringify(object).replace(from, to)) as KubernetesObject) : object,
  );
  return { ...base, objects };
}

describe('the compose specification', () => {
  it('refuses words that it does not know, and values of the wrong kind', () => {
    expect(composeProblems(readCompose(text.replace('depends_on:', 'dependson:')))).not.toEqual([]);
    expect(composeProblems(readCompose(text.replace('replicas: 2', 'replicas: two')))).not.toEqual([]);
  });
});

describe('the schemas of Kubernetes', () => {
  it('refuse values of the wrong kind, and what does not exist', async () => {
    expect(await kubernetesProblems(changed('Deployment', '"replicas":2', '"replicas":"two"'))).toEqual([
      'k8s/base: Deployment notification-service: data/spec/replicas must be integer',
    ]);
    expect(await kubernetesProblems(changed('Ingress', 'networking.k8s.io/v1', 'networking.k8s.io/v2'))).toEqual([
      'k8s/base: there is no Ingress in networking.k8s.io/v2',
    ]);
  });

  it('know every name', async () => {
    const folder = join(root, `.cache/manifests-${process.pid}`);
    const typo = changed('PodDisruptionBudget', '"maxUnavailable"', '"maxUnavailabel"');
    const problems = await unknownNames(root, folder, [typo]).finally(() => rm(folder, { recursive: true }));
    expect(problems).toHaveLength(3);
    expect(problems[1]).toMatch(/^k8s\/base: PodDisruptionBudget chat-service: .*"maxUnavailabel"/);
  });
});

describe('objects that name others', () => {
  it.each([
    ['Deployment', '"configMapRef":{"name":"chat"}', '"configMapRef":{"name":"talk"}', 'names the ConfigMap talk'],
    ['Deployment', '"claimName":"media"', '"claimName":"files"', 'names the PersistentVolumeClaim files'],
    ['Deployment', '"name":"parley-secrets"', '"name":"secrets"', 'names the Secret secrets'],
    ['HorizontalPodAutoscaler', '"name":"chat-service"},"min', '"name":"chat"},"min', 'names the Deployment chat'],
    ['Ingress', '"name":"api-gateway"', '"name":"gateway"', 'names the Service gateway'],
    ['PodDisruptionBudget', '"app.kubernetes.io/name":"chat-service"', '"app":"chat"', 'selects {"app":"chat"}'],
    ['Service', '"targetPort":"http"', '"targetPort":"https"', 'opens port https'],
    ['NetworkPolicy', '"port":3005', '"port":3000', 'opens port 3000'],
  ])('find them: %s %s', (...[kind, from, to, problem]) => {
    expect(dangling(changed(kind, from, to)).join()).toContain(problem);
  });
});

describe('the overlays', () => {
  it('are rendered where kubectl or kustomize is, with nothing that dangles', async () => {
    const rendered = await renderOverlays(root);
    expect(rendered.flatMap(dangling)).toEqual([]);
    expect([0, 2]).toContain(rendered.length);
  });

  it('are left out where neither is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'no-programs-'));
    const rendered = await renderOverlays(root, { PATH: folder }).finally(() => rm(folder, { recursive: true }));
    expect(rendered).toEqual([]);
  });
});
