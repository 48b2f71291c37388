/** Routes (`<provider>/<platform>`) on which our settings at the provider are wrong, and until when they are left alone. */
export class Breaker {
  private readonly open = new Map<string, Date>();

  /** Parks a route; true when it was not parked before, so that it is said once. */
  park(route: string, until: Date): boolean {
    const first = !this.open.has(route);
    this.open.set(route, until);
    return first;
  }

  /** Until when a route is parked; undefined when a push may be tried. */
  parkedUntil(route: string, now: Date): Date | undefined {
    const until = this.open.get(route);
    return until && until > now ? until : undefined;
  }

  /** True until a push is taken on this route, also when the next one may be tried already. */
  isOpen(route: string): boolean {
    return this.open.has(route);
  }

  /** A push was taken on this route; true when it had been parked. */
  works(route: string): boolean {
    return this.open.delete(route);
  }
}
