import { Public } from '@app/common/auth/jwt.guard.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Admission } from '../admission.js';
import { Dispatcher } from './dispatcher.js';
import { Forwarder } from './forwarder.js';
import { refuse, sessionUnknown } from './refusal.js';

/** Where the log of requests looks for who asked. */
type Known = Request & { user?: Bearer };

/** Everything that no other controller answers is passed on. */
@ApiExcludeController()
@Public()
@Controller()
export class ProxyController {
  constructor(
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly forwarder: Forwarder,
  ) {}

  /** Public to the global guard: its admission has asked for a token, by the path that is passed on here. */
  @All('*path')
  async pass(@Req() request: Known, @Res() response: Response): Promise<void> {
    const { way, bearer } = this.admission.of(request);
    request.user = bearer;
    const passage = await this.dispatcher.passage(way);
    if (passage) await this.forwarder.forward(passage, request, response);
    else refuse(response, sessionUnknown);
  }
}
