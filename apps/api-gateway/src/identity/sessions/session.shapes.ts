import { ApiProperty } from '@nestjs/swagger';
import { IsIn, ValidateIf } from 'class-validator';

/** The id of a login, in examples. */
export const SESSION = 'q0Zk3vJ1yX5s7uB9nD2fHw';

/** A login on a device. */
export class SessionShape {
  /** What ends it: `DELETE /api/v1/auth/sessions/{id}`. */
  @ApiProperty({ example: SESSION })
  _id: string;
  /** The User-Agent that logged in; missing when it named none. */
  @ApiProperty({ required: false, example: 'Mozilla/5.0 (Android 16; Mobile)' })
  device?: string;
  /** True for the login that asks. */
  @ApiProperty({ example: true })
  current: boolean;
  /** ISO 8601 in UTC. */
  @ApiProperty({ example: '2026-11-20T18:00:00.000Z', format: 'date-time' })
  createdAt: string;
  /** When its tokens were last renewed; ISO 8601 in UTC. */
  @ApiProperty({ example: '2026-11-21T09:30:00.000Z', format: 'date-time' })
  lastUsedAt: string;
}

/** Which logins are to end. */
export class EndSessionsShape {
  /** `true`: the login that asks goes on, and all others end. */
  @ApiProperty({ required: false, enum: ['true', 'false'], example: 'true' })
  @ValidateIf((_, value) => value !== undefined)
  @IsIn(['true', 'false'])
  keepThis?: 'true' | 'false';
}
