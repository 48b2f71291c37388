import { Public } from '@app/common/auth/jwt.guard.js';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';

const ABOUT = 'Parley, a self-hosted chat back end';

const PAGE = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Parley</title></head>
  <body>
    <h1>Parley</h1>
    <p>${ABOUT}. This is its gateway.</p>
    <ul>
      <li><a href="/docs">The API, to read and to try</a></li>
      <li><a href="/docs/events">What is told over sockets and Redis</a></li>
      <li><a href="/health/ready">Health</a></li>
    </ul>
  </body>
</html>
`;

/** Says what this is, to someone who opens the bare address. */
@ApiExcludeController()
@Public()
@Controller()
export class HomeController {
  @Get()
  home(@Res() response: Response): void {
    response.format({
      json: () => response.json({ name: 'parley', about: ABOUT, docs: '/docs', health: '/health/ready' }),
      html: () => response.send(PAGE),
    });
  }
}
