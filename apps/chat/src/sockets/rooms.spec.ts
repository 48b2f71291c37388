import { rooms } from './rooms.js';

describe('rooms', () => {
  it('never have a name of 20 characters, which the adapter would take for a socket', () => {
    for (let length = 1; length <= 128; length++) {
      expect(rooms.person('x'.repeat(length))).not.toHaveLength(20);
      expect(rooms.watchers('x'.repeat(length))).not.toHaveLength(20);
    }
    expect(rooms.conversation('0'.repeat(24))).not.toHaveLength(20);
  });

  it('tell everyone apart', () => {
    const ids = ['x'.repeat(18), `p:${'x'.repeat(18)}`, 'x'.repeat(17), 'x'.repeat(19)];
    expect(new Set([...ids.map(rooms.person), ...ids.map(rooms.watchers)]).size).toBe(2 * ids.length);
  });
});
