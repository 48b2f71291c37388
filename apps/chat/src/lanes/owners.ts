import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Metrics } from '@app/common/metrics/metrics.js';
import { NodeDirectory } from '@app/common/presence/node.directory.js';
import { NODE_ID } from '../env.js';
import { ownerOf } from './contention.rules.js';
import { laneMetrics } from './lane.metrics.js';

/** How often the living nodes are read. */
const LOOK_MS = 2000;
/** A node that did not answer owns nothing for this long. */
const SILENT_MS = 10_000;

/** Which node owns which conversation, as this node sees it: a hint, on which nothing but speed hangs. */
@Injectable()
export class Owners {
  private nodes: readonly string[] = [];
  private readonly known = new LRUCache<string, string>({ max: 10_000 });
  private readonly silentUntil = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly directory: NodeDirectory,
    @Inject(NODE_ID) readonly self: string,
    metrics: Metrics,
  ) {
    metrics.of(laneMetrics).owners.reads(() => this.nodes.length);
  }

  start(): void {
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The owner of a conversation; undefined while no node is known. */
  of(conversationId: string): string | undefined {
    const known = this.known.get(conversationId);
    if (known !== undefined) return known;
    const owner = ownerOf(conversationId, this.nodes);
    if (owner !== undefined) this.known.set(conversationId, owner);
    return owner;
  }

  /** Leaves out a node that did not answer. */
  silence(node: string): void {
    this.silentUntil.set(node, Date.now() + SILENT_MS);
    this.see(this.nodes);
  }

  private async look(): Promise<void> {
    this.see(await this.directory.live());
  }

  private see(nodes: readonly string[]): void {
    const now = Date.now();
    for (const [node, until] of this.silentUntil) if (until <= now) this.silentUntil.delete(node);
    const seen = nodes.filter((node) => !this.silentUntil.has(node));
    if (seen.join() === this.nodes.join()) return;
    this.nodes = seen;
    this.known.clear();
  }
}
