import type { PageText } from './wire.page.ts';

const begin = `REST is below \`/api/v1/chat\` and sockets are in the namespace \`/chat\` of the gateway (\`http://localhost:3000\` after
\`npm run up\`). Both need a token: one of \`POST /api/v1/auth/login\` (\`data.accessToken\`, valid for 15 minutes; renewed at
\`/api/v1/auth/refresh\`), or one that your own app signs. REST takes it as bearer in \`Authorization\`; a socket too, or in
\`auth.token\`. Every request of a socket may pass an ack callback.

\`\`\`js
const socket = io('http://localhost:3000/chat', { auth: (give) => give({ token: freshToken() }) });
socket.on('connect', catchUp);
socket.on('connect_error', ({ data }) => {
  if (data?.retryable) setTimeout(() => socket.connect(), data.retryAfterMs ?? 1000);
});
\`\`\``;

const order = `## What arrives, in which order

- **Membership decides what arrives.** A socket hears all conversations of its person from a moment after \`connect\` on; nothing is
  joined, and nothing joined again after a reconnect. \`join_conversation\` is for certainty: once it is acked, whatever is said
  there arrives, so history that is read after it lacks nothing. Only \`presence_subscribe\` belongs to the socket: say it again
  after a reconnect.
- **\`seq\` is the order**: 1, 2, 3 … in each conversation, without a hole. Show messages by \`seq\`, whenever they come. Live events
  are hints: a message may come late, behind a later one, or not at all, and rarely twice. Take each \`_id\` once.
- **A gap** (41, then 43), a reconnect, a start: catch up over REST. \`GET /conversations\` says in \`lastMessage.seq\` how far each
  conversation is (about half a second behind); where you have less, read \`GET /conversations/:id/messages?limit=100\`,
  newest first, then with \`before\` = \`pagination.before\`, until a \`seq\` that you have or \`hasMore: false\`. Edits and
  deletions that were missed show in the pages that are read again.
- **Send again** whatever was not acked, with the same \`localId\`: it is kept once, and answered as the first time. The ack of a
  send or an edit has the \`localId\`, as have \`message_new\` on the sender's own sockets and one's own messages over REST;
  \`message_updated\` never has, nor \`message_new\` that is told when Redis is back. So match by \`_id\` once there is one.
- **A change of a message has a number**, \`change\`, which grows within its conversation. Events of two nodes may come in either
  order: of one message, the event with the highest \`change\` holds.
- **While the nodes do not hear each other** (Redis is away), acks and REST go on, and one hears who is on the same node at once.
  When it is back, what others said is told (up to ten minutes of it; older gaps are for REST), and the presence of whom one
  watches. Typing is lost.
- **While the database is away**, requests are refused with \`UNAVAILABLE\` within two seconds, and sockets stay: send again, as
  that leaves open whether it took effect.
- **A new conversation** is told to nobody: it shows by its first message. At a \`message_new\` of a conversation you do not know, ask
  \`GET /conversations/:id\`.
- **Whoever is added to a group** hears \`conversation_updated\` and the system message of their coming, and sees the group from
  that message on: history, ids, files, the last message, edits and deletions of what was said before are not for them, unless
  \`GROUP_HISTORY\` is \`all\`; their first \`seq\` is not 1. Whoever is removed or leaves hears \`conversation_updated\`, and is answered
  \`NOT_A_MEMBER\` from then on. When the owner leaves, whoever has been there longest is the owner.`;

const connection = `## A connection

- **Refused, with \`data\`**: \`connect_error\` has an error as below in \`data\`, and Socket.IO's client does not try again. When
  \`data.retryable\`, wait for \`data.retryAfterMs\` (or a second) and call \`socket.connect()\`; at \`UNAUTHENTICATED\`, get a token first.
- **Refused, without \`data\`** (no network, a node that has just started, an origin that may not): the client tries again by itself.
- **Cut**: the client connects again by itself, and catches up, unless the reason of \`disconnect\` is \`io server disconnect\`. Then an
  \`error\` before it said why: the token holds no longer (\`UNAUTHENTICATED\`), or too many requests were refused (\`RATE_LIMITED\`: wait
  for \`retryAfterMs\`). Connect again yourself.
- **It lasts as long as its token.** To stay, send a fresh one by \`authenticate\` before that. A token without \`exp\` lasts for
  \`TOKEN_MAX_AGE\` (24 hours).
- **It ends with its session**, at every node within five seconds: logged out, ended at another device, or a spent refresh token came
  again. \`error\` says \`UNAUTHENTICATED\`, its tokens are refused, and only a new login helps. Tokens of your own app have no session
  that could be ended here.
- **From a browser**, its page's origin must be in \`FRONTEND_URL\`, or be the server's own (React Native says that). Without an
  \`Origin\` header it is an app. A token in the query of the address is refused, unless \`ALLOW_QUERY_TOKEN\` is on.
- **A socket without a namespace** is refused with \`NOT_FOUND\`.
- **A request is one JSON object**, not nested deeply, with the fields below and no others, and at most one callback after it.
  Anything else is \`INVALID_INPUT\`; the error names no value, and the socket goes on. A field that is not required and is
  \`null\` counts as left out.`;

const limits = `What is refused for now carries \`retryAfterMs\`; of several messages that wait, each is told a time of its own. After a node has
died, its sockets count for up to nine seconds more. A text has at most 5,000 characters as a person counts them and 20,000
UTF-16 units, without control characters but tab and line breaks; a message has at most 10 files, a group 500 people. A socket
that was cut for a packet that is too large comes back by itself: do not send that again.`;

const rest = `Field by field, and to try: Swagger UI at \`/docs\` of the gateway. Success is
\`{ success: true, message, data, pagination? }\`, failure \`{ success: false, message, code, retryAfterMs?, errorId? }\` with the
[codes](../errors.md) of the acks. Files are uploaded first: \`POST /api/v1/media\`, form field \`file\`; \`data._id\` is the \`mediaId\`.`;

const message = `Of an attachment only the \`mediaId\` counts, an \`url\` in a request is ignored: the answer's is that of the file's record, and is
downloaded with the token as bearer. Of a system message \`senderId\` is who did it, and \`text\` is English, with the ids of people
whom nobody has seen yet: better show a text of your own, of \`system\` and the participants' names. The examples below show what
matters there of a message, and \`…\` for the rest; this one is whole:`;

/** How the native dialect is connected to, and what a client may count on. */
export const text: PageText = { begin, order, connection, limits, rest, message };

/** Wire event → what its table does not say of what a client says. */
export const asked: Record<string, string> = {
  join_conversation: 'Not needed in order to hear: see above.',
  leave_conversation:
    "Ends one's typing there and, on this socket, the watching of its members. Messages go on arriving: membership decides that.",
  message_edit:
    "The author's, for `MESSAGE_EDIT_WINDOW_MINUTES`; later it is `FORBIDDEN`, of a deleted message `NOT_FOUND`.",
  message_delete:
    "The author's, and in a group the owner's, at any time. The place stays: history shows the message with `deletedAt`, and empty.",
  message_read:
    'Reading is a watermark: these, and all before them. The answer lists what that newly read, of others, at most the newest 100. Sending is reading too.',
  typing: 'Renew it every few seconds.',
  presence_subscribe:
    'For this socket, until it closes, the last shared conversation ends, or one leaves a conversation with them. `lastSeen` is there for those who are offline and once were here. `UNAVAILABLE` when it is not known.',
};

/** Wire event → what its example does not say of what a client hears. */
export const heard: Record<string, string> = {
  message_new: 'Everybody in the conversation hears it, the sender too.',
  message_updated: 'Never with `localId`.',
  message_read_update:
    'Everybody hears it, the reader too, on each device. Everything up to `upToSeq` is read; `messageIds` are those that are newly so, at most 100.',
  conversation_updated:
    'Who is added or removed hears it too. Above 50 people `participantIds` is empty: ask for the participants.',
  typing:
    'Not said to oneself. No `isTyping: false` comes when the message does: end it at their `message_new`, and after 6 seconds.',
  presence_update:
    'Offline is said about 4 seconds after the last socket has closed (a reload is none), up to 50 seconds after a network was lost, and within 15 seconds of the death of a node.',
};
