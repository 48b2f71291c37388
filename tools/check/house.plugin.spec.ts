import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import house from './house.plugin.js';

type Law = keyof typeof house.rules;

const linter = new Linter();
const broken = (law: Law, code: string) =>
  linter
    .verify(code, { languageOptions: { parser: tseslint.parser }, plugins: { house }, rules: { [`house/${law}`]: 2 } })
    .map(({ ruleId, message }) => ruleId ?? message);

const refused: [Law, string][] = [
  ['three-parameters', 'class A { send(who, room, text, at) {} }'],
  ['three-parameters', 'class A { constructor(a, b, c, d) {} }'],
  ['no-barrels', 'export { send } from "./message.service.js";'],
  ['env-in-one-place', 'const { PORT } = process.env;'],
  ['env-in-one-place', 'const { env } = process;'],
  ['env-in-one-place', 'process["env"].PORT;'],
  ['env-in-one-place', 'globalThis.process.env.PORT;'],
  ['env-in-one-place', 'import { env } from "node:process";'],
  ['env-in-one-place', 'import process from "node:process";'],
  ['nest-at-edges', 'import { Injectable, Get } from "@nestjs/common";'],
  ['nest-at-edges', 'import { SubscribeMessage } from "@nestjs/websockets";'],
  ['nest-at-edges', 'import type { Socket } from "socket.io";'],
  ['rules-only-decide', 'const now = new Date();'],
  ['rules-only-decide', 'const now = Date.now();'],
  ['rules-only-decide', 'const id = Math.random();'],
  ['rules-only-decide', 'const id = crypto.randomUUID();'],
  ['rules-only-decide', 'import { randomUUID } from "node:crypto";'],
  ['rules-only-decide', 'export const decide = async () => true;'],
  ['rules-only-decide', 'setTimeout(() => undefined, 5);'],
  ['names-in-one-place', 'const room = `conversation:${id}`;'],
  ['names-in-one-place', 'this.redis.get("nodes");'],
  ['names-in-one-place', 'this.io.to("everyone").emit("hello");'],
];

const allowed: [Law, string][] = [
  ['three-parameters', '@Injectable() class A { constructor(a, b, c, d) {} }'],
  ['three-parameters', 'const send = (who, room, text) => text;'],
  ['no-barrels', 'export { send };'],
  ['env-in-one-place', 'process.on("SIGTERM", stop);'],
  ['nest-at-edges', 'import { Inject, Injectable, Logger, type OnApplicationShutdown } from "@nestjs/common";'],
  ['rules-only-decide', 'const at = new Date(now.getTime() + 5);'],
  ['rules-only-decide', 'import { createHash } from "node:crypto";'],
  ['names-in-one-place', 'const url = `http:${rest}`; const said = `error: ${text}`;'],
  [
    'names-in-one-place',
    'this.redis.get(keys.nodes()); this.redis.on("error", log); this.io.to(room(id)).emit("hello");',
  ],
];

describe('the laws of one file', () => {
  it.each(refused)('%s refuses %s', (law, code) => {
    expect(broken(law, code)).toEqual([`house/${law}`]);
  });

  it.each(allowed)('%s allows %s', (law, code) => {
    expect(broken(law, code)).toEqual([]);
  });
});
