import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { OWN_ISSUER } from '@app/common/auth/token.rules.js';
import { ENV } from '@app/common/env/shared.settings.js';
import { AppError } from '@app/common/errors/app-error.js';
import { type About, childSpan, type Span, spanning } from '@app/common/tracing/tracing.js';
import type { Attachment, Envelope } from '@app/contracts/shapes.js';
import type { ChatEnv } from '../env.js';

/** A file's record, as the media service answers it. */
interface MediaRecord {
  _id: string;
  url: string;
  name?: string;
  contentType: string;
  size: number;
}

interface Asked {
  senderId: string;
  mediaIds: readonly string[];
  span: Span | undefined;
}

/** For all addresses that are asked together: the sender waits meanwhile. */
const PATIENCE_MS = 1200;
/** Addresses that are asked before the media service counts as away. */
const TRIES = 2;

const ASKING: About = { name: 'POST', kind: 'client', attributes: { 'http.request.method': 'POST' } };

/** Asks the media service which files a sender may attach; url, type and size come from its record. */
@Injectable()
export class AttachmentsClient {
  /** The last question under way, of each sender and conversation. */
  private readonly asking = new Map<string, Promise<unknown>>();
  /** Which address is asked first: the one that answered last. */
  private first = 0;

  constructor(
    private readonly jwt: JwtService,
    @Inject(ENV) private readonly env: ChatEnv,
  ) {}

  /**
   * Throws `NOT_FOUND` for a file that is not the sender's, `UNAVAILABLE` while the media service does not answer. Answers
   * in the order asked, so that a text does not overtake the picture that was sent before it.
   */
  async describe(
    message: { senderId: string; conversationId: string },
    mediaIds: readonly string[],
  ): Promise<Attachment[]> {
    const key = `${message.conversationId}${message.senderId}`;
    const before = this.asking.get(key);
    if (!before && mediaIds.length === 0) return [];
    const own = this.recordsOf(message.senderId, mediaIds);
    const inTurn = Promise.allSettled([before, own]);
    this.asking.set(key, inTurn);
    await inTurn;
    if (this.asking.get(key) === inTurn) this.asking.delete(key);
    return own;
  }

  private async recordsOf(senderId: string, mediaIds: readonly string[]): Promise<Attachment[]> {
    if (mediaIds.length === 0) return [];
    const span = childSpan(ASKING);
    const response = await spanning(span, async () => {
      const answer = await this.ask({ senderId, mediaIds, span });
      span?.note({ 'http.response.status_code': answer.status });
      return answer;
    });
    if (response.status === 404) {
      throw new AppError('NOT_FOUND', { message: 'An attachment does not exist or is not yours.' });
    }
    if (!response.ok) throw new AppError('UNAVAILABLE', { retryAfterMs: 1000 });
    const { data } = (await response.json()) as Envelope<MediaRecord[]>;
    return data.map(({ _id, url, name, contentType, size }) => ({
      mediaId: _id,
      url,
      ...(name !== undefined && { name }),
      contentType,
      size,
    }));
  }

  private async ask({ senderId, mediaIds, span }: Asked): Promise<Response> {
    // The socket's own token may have been renewed or end soon; the node vouches for whom it has authenticated.
    const token = await this.jwt.signAsync(
      { sub: senderId },
      { secret: this.env.JWT_SECRET, issuer: OWN_ISSUER, expiresIn: 30 },
    );
    const urls = this.env.MEDIA_SERVICE_URL;
    const tries = Math.min(TRIES, urls.length);
    const { first } = this;
    const traceparent = span && { traceparent: span.traceparent };
    const request = {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...traceparent },
      body: JSON.stringify({ mediaIds }),
    };
    let cause: unknown;
    for (let tried = 0; tried < tries; tried++) {
      const asked = (first + tried) % urls.length;
      try {
        const signal = AbortSignal.timeout(PATIENCE_MS / tries);
        const response = await fetch(`${urls[asked]}/media/check`, { ...request, signal });
        this.first = asked;
        return response;
      } catch (error) {
        cause = error;
      }
    }
    // Of more than these, others are asked the next time.
    this.first = (first + tries) % urls.length;
    throw new AppError('UNAVAILABLE', { retryAfterMs: 1000, cause });
  }
}
