import { fileURLToPath } from 'node:url';
import { Public } from '@app/common/auth/jwt.guard.js';
import { AppError } from '@app/common/errors/app-error.js';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { EVENTS_PATH, PAGE, SCRIPT, STYLE } from './events.page.js';

/** The build copies what is not compiled to the same place below its output, so that this is right there too. */
const root = fileURLToPath(new URL('../../../..', import.meta.url));
/** AsyncAPI's own renderer, as nobody else reads all of it; builds copy its bundle, so none of its 200 packages is deployed. */
const COMPONENT = 'node_modules/@asyncapi/react-component';

const FILES = new Map([
  ['asyncapi.json', 'asyncapi/events.json'],
  ['component.js', `${COMPONENT}/browser/standalone/index.js`],
  ['component.css', `${COMPONENT}/styles/default.min.css`],
]);
const TEXTS = new Map([
  ['page.js', { type: 'text/javascript', text: SCRIPT }],
  ['page.css', { type: 'text/css', text: STYLE }],
]);

/** The component makes functions of the JSON Schemas that it validates documents by, which is what `unsafe-eval` allows. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What is told over sockets and Redis: as AsyncAPI, and as a page that shows it. */
@ApiExcludeController()
@Public()
@Controller(EVENTS_PATH)
export class EventsController {
  @Get()
  page(@Res() response: Response): void {
    response.setHeader('Content-Security-Policy', POLICY);
    response.type('html').send(PAGE);
  }

  /** With an ETag each; browsers ask whether theirs still holds. */
  @Get(':name')
  async part(@Param('name') name: string, @Res() response: Response): Promise<void> {
    const [file, own] = [FILES.get(name), TEXTS.get(name)];
    response.setHeader('Cache-Control', 'no-cache');
    if (own) response.type(own.type).send(own.text);
    else if (file) await sent(response, file);
    else throw new AppError('NOT_FOUND');
  }
}

const sent = (response: Response, file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    response.sendFile(file, { root, cacheControl: false }, (error?: Error) => (error ? reject(error) : resolve()));
  });
