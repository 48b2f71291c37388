import { Rarely } from './rarely.js';

describe('what lasts', () => {
  it('is said at once, then after 10, 20, 40 seconds, and at least every five minutes', () => {
    const rarely = new Rarely();
    const said = Array.from({ length: 2000 }, (_, second) => second).filter((second) => rarely.isDue(second * 1000));
    expect(said).toEqual([0, 10, 30, 70, 150, 310, 610, 910, 1210, 1510, 1810]);
  });

  it('is news again once it was over', () => {
    const rarely = new Rarely();
    expect(rarely.over()).toBe(false);
    rarely.isDue(0);
    expect(rarely.over()).toBe(true);
    expect(rarely.isDue(1)).toBe(true);
    expect(rarely.isDue(9000)).toBe(false);
    expect(rarely.isDue(10_001)).toBe(true);
  });
});
