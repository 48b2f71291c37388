import type { Env } from '../../engines/engine.ts';

/** Where nobody comes from another machine. */
export const LOOPBACK = '127.0.0.1';

/** The ports of the five processes. */
export interface Ports {
  gateway: number;
  'chat-1': number;
  'chat-2': number;
  notification: number;
  media: number;
}

/** So far above its own port is where a process tells its metrics: of the gateway, Prometheus' usual 9464. */
const METRICS_ABOVE = 6464;
const LAST_PORT = 65_535;

/** One process of an app, and the settings that only it gets. */
export interface AppProcess {
  name: string;
  app: string;
  port: number;
  env: Env;
}

/** The usual ports, or the same moved so that the gateway has this one. */
export function portsFrom(gateway = 3000): Ports {
  return {
    gateway,
    'chat-1': gateway + 5,
    'chat-2': gateway + 15,
    notification: gateway + 6,
    media: gateway + 7,
  };
}

/** Where a process with this port tells its metrics; another process's never meets it. */
export function metricsPortOf(port: number): number {
  return port + METRICS_ABOVE <= LAST_PORT ? port + METRICS_ABOVE : port - METRICS_ABOVE;
}

export function addressOf(port: number): string {
  return `http://${LOOPBACK}:${port}`;
}

/** Where this machine reaches what listens on this host. */
export function reachedAt(host: string, port: number): string {
  return ['0.0.0.0', '::'].includes(host) ? addressOf(port) : `http://${host}:${port}`;
}

/** A chat node of this name. */
export function chatProcess(name: string, port: number, { media }: Ports): AppProcess {
  return { name, app: 'chat', port, env: { NODE_NAME: name, MEDIA_SERVICE_URL: addressOf(media) } };
}

/** Every process of the suite, in the order of their start; the gateway is last, and stops first. */
export function appProcesses(ports: Ports): AppProcess[] {
  const at = (name: keyof Ports): string => addressOf(ports[name]);
  return [
    chatProcess('chat-1', ports['chat-1'], ports),
    chatProcess('chat-2', ports['chat-2'], ports),
    { name: 'media', app: 'media', port: ports.media, env: { PUBLIC_URL: `http://localhost:${ports.gateway}` } },
    { name: 'notification', app: 'notification', port: ports.notification, env: {} },
    {
      name: 'gateway',
      app: 'api-gateway',
      port: ports.gateway,
      env: {
        CHAT_URLS: `${at('chat-1')},${at('chat-2')}`,
        NOTIFICATION_URLS: at('notification'),
        MEDIA_URLS: at('media'),
      },
    },
  ];
}
