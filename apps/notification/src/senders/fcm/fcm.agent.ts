import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';

/** Connections to FCM that stay open between pushes, at most `connections` of them. */
export function fcmAgent(connections: number, emulator?: string): Agent {
  const options = { keepAlive: true, maxSockets: connections };
  return emulator === undefined ? new Agent(options) : new EmulatorAgent(emulator, options);
}

/** Speaks plain HTTP to one host, whatever address is asked for: the SDK has no setting for another address of FCM. */
class EmulatorAgent extends Agent {
  private readonly host: string;
  private readonly port: number;

  constructor(emulator: string, options: { keepAlive: boolean; maxSockets: number }) {
    super(options);
    const { hostname, port } = new URL(`http://${emulator}`);
    // A URL keeps the brackets of an IPv6 address, a socket wants none; it leaves port 80 out.
    this.host = hostname.replace(/^\[|\]$/g, '');
    this.port = Number(port || 80);
  }

  override createConnection(): Socket {
    return connect({ host: this.host, port: this.port });
  }
}
