import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { parse, parseAllDocuments } from 'yaml';

const run = promisify(execFile);

/** What every object of Kubernetes has. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec?: unknown;
  data?: Record<string, string>;
}

/** Objects, as they would be applied, and where they come from. */
export interface Rendered {
  where: string;
  objects: KubernetesObject[];
}

interface Kustomization {
  resources: string[];
  configMapGenerator?: { name: string; literals?: string[] }[];
}

const RENDERERS = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
];
const OVERLAYS = ['local', 'production'];

/** The overlays as kustomize makes them; nothing where neither kustomize nor kubectl is on the PATH. */
export async function renderOverlays(root: string, env = process.env): Promise<Rendered[]> {
  const rendered = await Promise.all(
    OVERLAYS.map(async (name) => {
      const objects = await renderFolder(join(root, 'k8s/overlays', name), env);
      return objects && { where: `k8s/overlays/${name}`, objects };
    }),
  );
  return rendered.flatMap((overlay) => overlay ?? []);
}

/** What kustomize makes of a folder; undefined where neither kustomize nor kubectl is on the PATH. */
export async function renderFolder(folder: string, env = process.env): Promise<KubernetesObject[] | undefined> {
  for (const [command = '', ...args] of RENDERERS) {
    try {
      const { stdout } = await run(command, [...args, folder], { env, maxBuffer: 1 << 24 });
      return objectsOf(stdout);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

/** The base as it is written, with the settings that kustomize would make of it. */
export async function readBase(root: string): Promise<Rendered> {
  const where = 'k8s/base';
  const text = (file: string) => readFile(join(root, where, file), 'utf8');
  const { resources, configMapGenerator = [] } = parse(await text('kustomization.yaml')) as Kustomization;
  const texts = await Promise.all(resources.map(text));
  const settings = configMapGenerator.map(({ name, literals = [] }) => {
    const data = Object.fromEntries(literals.map((literal) => splitOnce(literal, '=')));
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data } satisfies IConfigMap;
  });
  return { where, objects: [...texts.flatMap(objectsOf), ...settings] };
}

function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return [text.slice(0, at), text.slice(at + by.length)];
}
