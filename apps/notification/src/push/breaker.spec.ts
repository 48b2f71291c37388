import { Breaker } from './breaker.js';

const at = (seconds: number) => new Date(seconds * 1000);

describe('the breaker', () => {
  it('parks a route for its time, and no other', () => {
    const breaker = new Breaker();
    breaker.park('fcm/ios', at(60));
    expect(breaker.parkedUntil('fcm/ios', at(59))).toEqual(at(60));
    expect(breaker.parkedUntil('fcm/ios', at(60))).toBeUndefined();
    expect(breaker.parkedUntil('fcm/android', at(1))).toBeUndefined();
  });

  it('says once that a route is parked, and once that it works again', () => {
    const breaker = new Breaker();
    expect([breaker.park('fcm/ios', at(60)), breaker.park('fcm/ios', at(120))]).toEqual([true, false]);
    expect([breaker.works('fcm/ios'), breaker.works('fcm/ios')]).toEqual([true, false]);
    expect(breaker.park('fcm/ios', at(180))).toBe(true);
  });
});
