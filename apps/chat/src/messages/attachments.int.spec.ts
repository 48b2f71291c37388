import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Message } from '@app/contracts/shapes.js';
import { chatWorld, type ChatWorld, type Chatter } from '../chat.world.suite.js';

const MINE = '0123456789abcdef01234567';
const OTHERS = 'fedcba9876543210fedcba98';
const record = {
  _id: MINE,
  url: 'https://chat.example/api/v1/media/x',
  name: 'sea.png',
  contentType: 'image/png',
  size: 70,
};

/** Stands in for the media service: it knows one file, and answers when it is let. */
let media: Server;
let mayAnswer: Promise<void> = Promise.resolve();
let world: ChatWorld;
let ana: Chatter;
let roomId: string;

beforeAll(async () => {
  media = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      const known = body.includes(MINE);
      const data = known ? { success: true, message: 'OK', data: [record] } : { success: false, code: 'NOT_FOUND' };
      void mayAnswer.then(() =>
        response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(data)),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(media, 'listening');
  world = await chatWorld(1, { MEDIA_SERVICE_URL: `http://127.0.0.1:${(media.address() as AddressInfo).port}` });
  ana = await world.connect('ana');
  roomId = (await ana.opens(['ben']))._id;
});
afterAll(async () => {
  await world.close();
  media.close();
});

describe('an attachment', () => {
  it('is described by the media service’s record, whatever url the sender names', async () => {
    const attachments = [{ mediaId: MINE, url: 'https://evil.example/x.exe' }];
    const sent = await ana.socket.asks<Message>('message_send', { conversationId: roomId, attachments });
    const { _id, ...described } = record;
    expect(sent.attachments).toEqual([{ mediaId: _id, ...described }]);
    expect(sent.text).toBe('');
  });

  it('of somebody else is refused, and nothing is kept', async () => {
    const ask = { conversationId: roomId, text: 'look', attachments: [{ mediaId: OTHERS }], localId: 'not-mine' };
    expect(await ana.socket.answer('message_send', ask)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(await world.db.collection('messages').countDocuments({ localId: 'not-mine' })).toBe(0);
  });

  it('is not overtaken by the text that was sent after it', async () => {
    const gate = Promise.withResolvers<void>();
    mayAnswer = gate.promise;
    const picture = ana.socket.asks<Message>('message_send', {
      conversationId: roomId,
      attachments: [{ mediaId: MINE }],
    });
    const text = ana.sends(roomId, 'that was last summer');
    // A third conversation is not held up.
    await ana.sends((await ana.opens(['cleo']))._id, 'hello');
    gate.resolve();
    expect((await text).seq).toBe((await picture).seq + 1);
  });

  it('can be tried again while the media service is away', async () => {
    media.closeAllConnections();
    media.close();
    await once(media, 'close');
    const ask = { conversationId: roomId, attachments: [{ mediaId: MINE }] };
    expect(await ana.socket.answer('message_send', ask)).toMatchObject({
      error: { code: 'UNAVAILABLE', retryable: true },
    });
    await expect(ana.sends(roomId, 'text goes on')).resolves.toMatchObject({ text: 'text goes on' });
  });
});
