import { EXAMPLES } from '@app/common/openapi/examples.js';
import type { NewMessageShape, OpenConversationShape } from './shapes.js';

type Fields<T> = { [K in keyof T as T[K] extends (...args: never[]) => unknown ? never : K]: T[K] };

/** A request of a route, for its document. */
interface Example<T> {
  summary: string;
  value: Fields<T>;
}

export const NEW_MESSAGES: Record<string, Example<NewMessageShape>> = {
  text: { summary: 'A text', value: { text: 'See you at eight', localId: 'b7d1f6b0-0001' } },
  file: {
    summary: 'A file, with a text under it',
    value: { text: 'The beach', attachments: [{ mediaId: EXAMPLES.media }], localId: 'b7d1f6b0-0002' },
  },
};

export const OPEN_CONVERSATIONS: Record<string, Example<OpenConversationShape>> = {
  direct: { summary: 'With one person', value: { participantIds: ['ben'], propertyId: 'flat-7' } },
  group: { summary: 'A group', value: { participantIds: ['ben', 'cleo'], isGroup: true, name: 'Weekend' } },
};
