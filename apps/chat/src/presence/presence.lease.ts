import { Injectable, Logger } from '@nestjs/common';
import { NodeDirectory } from '@app/common/presence/node.directory.js';

const RENEW_MS = 3000;

/** Says every three seconds that this node lives, so that its sockets count. */
@Injectable()
export class PresenceLease {
  private readonly log = new Logger(PresenceLease.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly nodes: NodeDirectory) {}

  start(nodeId: string): void {
    const renew = () =>
      void this.nodes
        .renew(nodeId)
        .catch((error: unknown) => this.log.warn({ err: error }, 'the node lease was not renewed'));
    renew();
    this.timer = setInterval(renew, RENEW_MS);
  }

  async end(nodeId: string): Promise<void> {
    clearInterval(this.timer);
    await this.nodes.end(nodeId).catch(() => undefined);
  }
}
