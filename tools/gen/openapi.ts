import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { built } from './apps.ts';
import type { Document } from './document.ts';
import { renderOpenApi } from './openapi.page.ts';
import { isRequired, type Settings } from './settings.page.ts';

type AppModule = Type & { with: (env: object) => DynamicModule };
type ReadEnv = (settings: Settings, source: Record<string, string | undefined>) => object;

/** Settings that an app would start with: what is required has its example's value. */
async function exampleEnv(root: string, settings: Settings): Promise<object> {
  const { readEnv } = await built<{ readEnv: ReadEnv }>(root, 'libs/common/src/env/env');
  const given = Object.entries(settings).filter(([, spec]) => isRequired(spec));
  return readEnv(settings, Object.fromEntries(given.map(([name, spec]) => [name, spec.example])));
}

/** The app's own module: the class with `with(env)` in the one `*.module` beside its `main`. */
async function moduleOf(root: string, app: string): Promise<AppModule> {
  const names = readdirSync(join(root, 'apps', app, 'src')).filter((name) => name.endsWith('.module.ts'));
  for (const name of names) {
    const exported = await built<Record<string, unknown>>(root, `apps/${app}/src/${name.replace(/\.ts$/, '')}`);
    const found = Object.values(exported).find((value) => typeof value === 'function' && 'with' in value);
    if (found) return found as AppModule;
  }
  throw new Error(`${app} has no module with a static with(env) beside its main`);
}

/** Boots an app without making any of its providers, and writes down its routes. */
export async function openApiOf(root: string, app: string, settings: Settings): Promise<Document> {
  const module = await moduleOf(root, app);
  const { openApi } = await built<{ openApi: (app: INestApplication) => OpenAPIObject }>(
    root,
    `apps/${app}/src/openapi`,
  );
  const booted = await NestFactory.create(module.with(await exampleEnv(root, settings)), {
    preview: true,
    abortOnError: false,
    logger: ['error'],
  });
  return { path: `openapi/${app}.json`, text: renderOpenApi(openApi(booted)) };
}
