/** The services behind the gateway. */
export const SERVICES = ['chat', 'media', 'notification'] as const;
export type Service = (typeof SERVICES)[number];

/** One row: what is under `path` goes to `to`, where it is under `as`. */
export interface Route {
  path: string;
  /** `gateway`: a controller of its own answers, and decides who may. */
  to: Service | 'gateway';
  /** The path at the service; the same when left out. */
  as?: string;
  /** `bearer`: the gateway asks for a valid token. `public`: whoever answers decides. */
  auth: 'bearer' | 'public';
  /** What a request counts as, a person and an address: nothing, one request, or an upload too when it brings a body. */
  limit: 'none' | 'requests' | 'uploads';
  /** Engine.IO: requests may become WebSockets and must reach the node that knows their session. */
  sockets?: true;
}

/** Everything that can be asked for; what no row names is nowhere. Of two rows that fit, the first holds. */
export const ROUTES: readonly Route[] = [
  { path: '/api/v1/auth', to: 'gateway', auth: 'public', limit: 'requests' },
  { path: '/api/v1/users', to: 'gateway', auth: 'public', limit: 'requests' },
  { path: '/api/v1/chat', to: 'chat', as: '', auth: 'bearer', limit: 'requests' },
  { path: '/socket.io', to: 'chat', auth: 'public', limit: 'requests', sockets: true },
  { path: '/api/v1/notifications', to: 'notification', as: '/notifications', auth: 'bearer', limit: 'requests' },
  { path: '/api/v1/devices', to: 'notification', as: '/devices', auth: 'bearer', limit: 'requests' },
  { path: '/api/v1/media', to: 'media', as: '/media', auth: 'bearer', limit: 'uploads' },
  { path: '/docs/chat/openapi.json', to: 'chat', as: '/api-json', auth: 'public', limit: 'requests' },
  { path: '/docs/media/openapi.json', to: 'media', as: '/api-json', auth: 'public', limit: 'requests' },
  { path: '/docs/notification/openapi.json', to: 'notification', as: '/api-json', auth: 'public', limit: 'requests' },
  { path: '/docs', to: 'gateway', auth: 'public', limit: 'requests' },
  { path: '/api', to: 'gateway', auth: 'public', limit: 'requests' },
  { path: '/api-json', to: 'gateway', auth: 'public', limit: 'requests' },
  { path: '/health', to: 'gateway', auth: 'public', limit: 'none' },
  { path: '/', to: 'gateway', auth: 'public', limit: 'requests' },
];
