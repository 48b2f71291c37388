import { sessionClaimOf } from './session.rules.js';

describe('whose session a request belongs to', () => {
  it('is nobody’s before the handshake', () => {
    expect(sessionClaimOf('?EIO=4&transport=polling')).toBe('none');
    expect(sessionClaimOf('?sid=')).toBe('none');
  });

  it('is the node’s that made the id, whatever the name of the node', () => {
    expect(sessionClaimOf('?EIO=4&sid=n1.aB_-9')).toEqual({ node: 'n1' });
    expect(sessionClaimOf('?sid=chat-0.local.aB_-9')).toEqual({ node: 'chat-0.local' });
    expect(sessionClaimOf('?sid=n%31.x')).toEqual({ node: 'n1' });
  });

  it('is unknown for an id of another form', () => {
    expect(sessionClaimOf('?sid=abcdef')).toEqual({ node: undefined });
    expect(sessionClaimOf('?sid=.abc')).toEqual({ node: undefined });
  });
});
