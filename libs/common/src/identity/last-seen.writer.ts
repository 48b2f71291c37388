import { Injectable, Logger } from '@nestjs/common';
import { UserRepository } from './user.repository.js';

/** How long to wait before trying again. */
const RETRY_MS = 2000;
/** The most people that wait while MongoDB is away; more are not kept. */
const WAITING = 50_000;

/** Writes when people were last seen: whoever waits shares one write, the next gathers while one is in flight. */
@Injectable()
export class LastSeenWriter {
  private readonly log = new Logger(LastSeenWriter.name);
  private waiting = new Map<string, Date>();
  private writing: Promise<void> | undefined;

  constructor(private readonly users: UserRepository) {}

  /** Notes that these people were last seen at a time; it is written soon. */
  saw(userIds: readonly string[], at: Date): void {
    for (const id of userIds) if (this.waiting.size < WAITING) this.waiting.set(id, at);
    this.writing ??= this.write().finally(() => (this.writing = undefined));
  }

  /** Resolves when everything noted so far has been written, or could not be. */
  async flush(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = this.waiting;
      this.waiting = new Map();
      try {
        await this.users.saveLastSeen(batch);
      } catch (error) {
        this.log.warn({ err: error, people: batch.size }, 'last seen was not written; trying again');
        for (const [id, at] of batch) if (!this.waiting.has(id)) this.waiting.set(id, at);
        setTimeout(() => this.saw([], new Date()), RETRY_MS).unref();
        return;
      }
    }
  }
}
