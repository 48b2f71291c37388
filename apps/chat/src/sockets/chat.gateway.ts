import {
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  WebSocketGateway,
} from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { native } from '../dialects/native/socket.js';
import { Connections } from './connections.js';
import { FanOut } from './fan-out.js';
import { Handshake } from './handshake.js';

/** The native dialect's namespace. Its words are in its table; guards do not run here, so the handshake authenticates. */
@WebSocketGateway({ namespace: native.namespace })
export class ChatGateway implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket>, OnGatewayDisconnect<Socket> {
  constructor(
    private readonly handshake: Handshake,
    private readonly connections: Connections,
    private readonly fanOut: FanOut,
  ) {}

  afterInit(namespace: Namespace): void {
    namespace.use(this.handshake.middleware);
    this.fanOut.attach(namespace.server);
  }

  handleConnection(socket: Socket): void {
    this.connections.connected(socket, native);
  }

  handleDisconnect(socket: Socket): void {
    this.connections.disconnected(socket);
  }
}
