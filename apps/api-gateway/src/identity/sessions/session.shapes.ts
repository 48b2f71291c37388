import { IsIn, ValidateIf } from 'class-validator';

/** A login on a device. */
export class SessionShape {
  /** What ends it: `DELETE /api/v1/auth/sessions/{id}`. */
  _id: string;
  /** The User-Agent that logged in; missing when it named none. */
  device?: string;
  /** True for the login that asks. */
  current: boolean;
  /** ISO 8601 in UTC. */
  createdAt: string;
  /** When its tokens were last renewed; ISO 8601 in UTC. */
  lastUsedAt: string;
}

/** Which logins are to end. */
export class EndSessionsShape {
  /** `true`: the login that asks goes on, and all others end. */
  @ValidateIf((_, value) => value !== undefined)
  @IsIn(['true', 'false'])
  keepThis?: 'true' | 'false';
}
