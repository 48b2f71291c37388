import { readEnv } from '@app/common/env/env.js';
import { nodeName, settings } from './env.js';

const NEEDED = { MONGODB_URI: 'mongodb://localhost/x', JWT_SECRET: 'a-secret-of-the-tests-with-32-letters' };

describe('the settings of chat', () => {
  it('have the names and the numbers of the contract', () => {
    expect(readEnv(settings, NEEDED)).toMatchObject({
      PORT: 3005,
      REDIS_HOST: 'localhost',
      REDIS_PORT: 6379,
      MESSAGE_RATE_LIMIT: 20,
      MESSAGE_RATE_WINDOW: 60_000,
      MESSAGE_EDIT_WINDOW_MINUTES: 15,
      NOTIFICATION_REDIS_CHANNEL: 'events:message.created',
      MEDIA_SERVICE_URL: ['http://localhost:3007'],
      MAX_PAYLOAD_BYTES: 64 * 1024,
      MAX_QUEUED_BYTES: 1024 * 1024,
      SOCKETS_PER_USER: 20,
      REQUESTS_IN_FLIGHT: 100,
      REQUEST_RATE_LIMIT: 600,
    });
  });

  it('make a name of the node that a session id can carry', () => {
    expect(nodeName({ NODE_NAME: 'chat_1.example' }, 1)).toBe('chat-1-example');
  });
});
