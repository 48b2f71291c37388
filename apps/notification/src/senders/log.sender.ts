import { Logger } from '@nestjs/common';
import type { Outcome, Push, Sender, Target } from './sender.js';

/** Writes a log line instead of a push: who would get it and how it is titled, never what it says nor a token. */
export class LogSender implements Sender {
  private readonly log = new Logger(LogSender.name);

  send(push: Push, to: Target): Promise<Outcome> {
    const { messageId, conversationId, seq, title, body } = push;
    const { installationId, userId, platform, provider } = to;
    const about = { messageId, conversationId, seq, userId, installationId, platform, provider };
    this.log.log({ ...about, title, bodyLength: body.length }, `push, only logged: no credentials for ${provider}`);
    return Promise.resolve({ is: 'accepted', logged: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
