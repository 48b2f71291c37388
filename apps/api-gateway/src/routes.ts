/** The services behind the gateway. */
export const SERVICES = ['chat', 'media', 'notification'] as const;
export type Service = (typeof SERVICES)[number];

/** One row: what is under `path` goes to `to`, where it is under `as`. */
export interface Route {
  path: string;
  to: Service;
  as: string;
  /** `bearer`: the gateway asks for a valid token. `public`: the service decides. */
  auth: 'bearer' | 'public';
  /** Engine.IO: requests may become WebSockets and must reach the node that knows their session. */
  sockets?: true;
}

/** Everything that is passed on. What the gateway answers itself are its controllers. */
export const ROUTES: readonly Route[] = [
  { path: '/api/v1/chat', to: 'chat', as: '', auth: 'bearer' },
  { path: '/socket.io', to: 'chat', as: '/socket.io', auth: 'public', sockets: true },
  { path: '/api/v1/notifications', to: 'notification', as: '/notifications', auth: 'bearer' },
  { path: '/api/v1/devices', to: 'notification', as: '/devices', auth: 'bearer' },
  { path: '/api/v1/media', to: 'media', as: '/media', auth: 'bearer' },
  { path: '/docs/chat/openapi.json', to: 'chat', as: '/api-json', auth: 'public' },
  { path: '/docs/media/openapi.json', to: 'media', as: '/api-json', auth: 'public' },
  { path: '/docs/notification/openapi.json', to: 'notification', as: '/api-json', auth: 'public' },
];
