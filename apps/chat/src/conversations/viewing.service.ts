import { Injectable } from '@nestjs/common';
import { AppError } from '@app/common/errors/app-error.js';
import type { Asker } from '../asker.js';
import { Teller } from '../domain-events.js';
import { Lanes } from '../lanes/lanes.js';
import { AdmissionService } from '../membership/admission.service.js';
import { PresenceService } from '../presence/presence.service.js';
import { TypingService } from '../presence/typing.service.js';

/** Opening and closing a conversation on a screen. Membership, not this, decides what arrives. */
@Injectable()
export class ViewingService {
  constructor(
    private readonly lanes: Lanes,
    private readonly admission: AdmissionService,
    private readonly typing: TypingService,
    private readonly presence: PresenceService,
    private readonly teller: Teller,
  ) {}

  /** Resolves when everything that is said in the conversation from now on arrives; throws `NOT_A_MEMBER`. */
  async join(who: Asker, { conversationId }: { conversationId: string }): Promise<{ conversationId: string }> {
    const check = () => this.admission.member(conversationId, who.id);
    if (who.connectionId === undefined) await check();
    else if (!(await this.teller.listen(who.connectionId, conversationId, check))) throw new AppError('NOT_A_MEMBER');
    return { conversationId };
  }

  /** Ends one's typing there and, on this socket, the presence of its members; messages go on arriving. */
  async leave(who: Asker, { conversationId }: { conversationId: string }): Promise<{ conversationId: string }> {
    const { members } = await this.lanes.of(conversationId, who.id);
    if (who.connectionId !== undefined) this.typing.stop(who.connectionId, conversationId);
    const others = [...members].filter((id) => id !== who.id);
    this.presence.stop(who.connectionId, others);
    return { conversationId };
  }
}
