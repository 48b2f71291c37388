import type { IncomingMessage, Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '@app/common/errors/app-error.js';
import { knownError } from '@app/common/errors/known-error.js';
import { type Instruments, Metrics } from '@app/common/metrics/metrics.js';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Admission } from '../admission.js';
import { Dispatcher } from './dispatcher.js';
import { Forwarder } from './forwarder.js';
import { proxyMetrics } from './proxy.metrics.js';
import { refusal, refuseConnection, sessionUnknown } from './refusal.js';

/** Takes WebSocket handshakes, which Node gives to no controller. */
@Injectable()
export class UpgradeGateway implements OnApplicationBootstrap {
  private readonly log = new Logger(UpgradeGateway.name);
  private readonly upgrades: Instruments<typeof proxyMetrics>['upgrades'];

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly forwarder: Forwarder,
    metrics: Metrics,
  ) {
    this.upgrades = metrics.of(proxyMetrics).upgrades;
  }

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    // Java's client offers h2c with every request; those stay requests.
    Object.assign(server, {
      shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket',
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (socket instanceof Socket) void this.take(request, socket, head);
    });
  }

  private async take(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    // Node has let go of the socket: without a listener its error would end the process.
    socket.on('error', () => socket.destroy());
    const told: Record<string, string> = { 'X-Request-Id': this.admission.name(request) };
    try {
      const { way } = await this.admission.admit(request, (name, value) => (told[name] = String(value)));
      if (!way.route.sockets) throw new AppError('NOT_FOUND');
      const passage = await this.dispatcher.passage(way);
      this.upgrades.with({ code: passage ? 'OK' : 'session_unknown' }).inc();
      if (passage) this.forwarder.upgrade(passage, request, { socket, head });
      else refuseConnection(socket, sessionUnknown, told);
    } catch (error) {
      const known = knownError(error, this.log);
      this.upgrades.with({ code: known.code }).inc();
      refuseConnection(socket, refusal(known), told);
    }
  }
}
