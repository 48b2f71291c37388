import type { IncomingMessage } from 'node:http';
import { Public } from '@app/common/auth/jwt.guard.js';
import { type Bearer, TokenVerifier } from '@app/common/auth/token.verifier.js';
import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Dispatcher } from './dispatcher.js';
import { Forwarder } from './forwarder.js';
import { refuse, sessionUnknown } from './refusal.js';

/** What pino-http and the guard leave on a request. */
type Known = Request & { id?: string; user?: Bearer };

/** Everything that no other controller answers: authorised by the table of routes, and passed on. */
@ApiExcludeController()
@Public()
@Controller()
export class ProxyController {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly forwarder: Forwarder,
    private readonly verifier: TokenVerifier,
  ) {}

  /** Public to the global guard, as the path decides here, and only the path that is then passed on. */
  @All('*path')
  async pass(@Req() request: Known, @Res() response: Response): Promise<void> {
    const way = this.dispatcher.wayTo(request.originalUrl);
    if (way.route.auth === 'bearer') request.user = await this.verifier.verify(tokenOf(request));
    const passage = await this.dispatcher.passage(way);
    if (!passage) return refuse(response, sessionUnknown);
    if (request.id !== undefined) request.headers['x-request-id'] = request.id;
    await this.forwarder.forward(passage, request, response);
  }
}

function tokenOf(request: IncomingMessage): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
