import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { of, readCompose } from './deployed.ts';
import { copyOf, reachesBuild, stagesOf } from './dockerfile.ts';
import { readBase } from './kubernetes.ts';

const root = join(import.meta.dirname, '../../..');
const text = (file: string) => readFile(join(root, file), 'utf8');

interface Pod {
  containers: { image: string; securityContext: object; resources: { limits: { memory?: string } } }[];
  securityContext: object;
}

const podOf = (spec: unknown) => (spec as { template: { spec: Pod } }).template.spec;

describe('the image of an app', () => {
  it('has the Node that the suite is built and tested with', async () => {
    const { devDependencies } = JSON.parse(await text('package.json')) as { devDependencies: { node: string } };
    const images = stagesOf(await text('Dockerfile')).map(({ from }) => from);
    expect(new Set(images)).toEqual(new Set([`node:${devDependencies.node}-bookworm-slim`, 'install']));
  });

  it('is built from what .dockerignore lets through, and from nothing else', async () => {
    const ignored = await text('.dockerignore');
    const copied = stagesOf(await text('Dockerfile'))
      .flatMap(({ instructions }) => instructions.filter(({ name }) => name === 'COPY').map(copyOf))
      .flatMap(({ from, sources }) => (from ? [] : sources));
    const within = (await readdir(join(root, 'tools'))).map((name) => `tools/${name}`);
    const passed = [...(await readdir(root)), ...within].filter((path) => reachesBuild(path, ignored));
    expect(passed.sort()).toEqual([...new Set(copied)].sort());
    const inside = [
      'apps/chat/.env',
      'apps/chat/src/env.spec.ts',
      'libs/testing/src/engines.ts',
      'libs/common/src/a.ts',
    ];
    expect(inside.filter((path) => reachesBuild(path, ignored))).toEqual(['libs/common/src/a.ts']);
  });

  it('runs as somebody who owns nothing of it', async () => {
    const { instructions = [] } = stagesOf(await text('Dockerfile')).at(-1) ?? {};
    expect(instructions.find(({ name }) => name === 'USER')?.text).toBe('1000:1000');
    expect(instructions.filter(({ text }) => text.includes('--chown'))).toEqual([]);
  });
});

describe('engines', () => {
  it('are of the same pinned versions in compose and Kubernetes, without known holes', async () => {
    const { services } = readCompose(await text('docker-compose.yml'));
    const inCompose = Object.values(services).flatMap(({ build, image }) => (build ? [] : [image ?? '']));
    const engines = parseAllDocuments(await text('k8s/overlays/local/engines.yaml')).map(
      (one) => one.toJS() as { spec: unknown },
    );
    const inCluster = engines.flatMap(({ spec }) =>
      (spec as { template?: object }).template ? podOf(spec).containers.map(({ image }) => image) : [],
    );
    expect(new Set(inCompose)).toEqual(new Set(inCluster));
    const [, patch] = /^mongo:8\.0\.(\d+)$/.exec(inCluster[0] ?? '') ?? [];
    expect(Number(patch)).toBeGreaterThanOrEqual(21);
    expect(inCluster[1]).toMatch(/^valkey\/valkey:[89]\.\d+\.\d+-alpine$/);
  });
});

describe('every app', () => {
  it('is read-only and without rights in Kubernetes, with a bound on its memory', async () => {
    const pods = of((await readBase(root)).objects, 'Deployment').map(({ spec }) => podOf(spec));
    expect(pods).toHaveLength(4);
    for (const { securityContext, containers } of pods) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
      expect(containers[0]?.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(containers[0]?.resources.limits.memory).toBeDefined();
    }
  });

  it('is read-only and without rights in compose', async () => {
    const { services } = readCompose(await text('docker-compose.yml'));
    const apps = Object.values(services).filter(({ build }) => build);
    expect(apps).toHaveLength(4);
    for (const app of apps) {
      expect(app).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
  });
});
