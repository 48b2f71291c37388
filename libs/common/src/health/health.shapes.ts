import { ApiProperty } from '@nestjs/swagger';

/** That a service runs. */
export class LivenessShape {
  /** `starting` while it waits for its engines. */
  @ApiProperty({ enum: ['ok', 'starting'], example: 'ok' })
  status: string;
  /** Which service it is. */
  @ApiProperty({ example: 'chat' })
  service: string;
  /** Its own name among several of them. */
  @ApiProperty({ required: false })
  node?: string;
  /** While it starts: the engine that it waits for. */
  @ApiProperty({ required: false })
  waitsFor?: string;
}

/** Which service it is, and since when. */
export class HealthShape extends LivenessShape {
  /** Missing while it starts. */
  @ApiProperty({ required: false, type: 'integer', minimum: 0, example: 86400 })
  uptimeSeconds?: number;
}

/** How an engine is. */
export class EngineShape {
  @ApiProperty({ enum: ['up', 'down'], example: 'up' })
  status: string;
  /** Of Redis, which is missed but not needed. */
  @ApiProperty({ required: false, enum: ['ok', 'degraded'] })
  state?: string;
  /** Of MongoDB: milliseconds until it answered. */
  @ApiProperty({ required: false, type: 'integer', minimum: 0 })
  responseTime?: number;
  /** Why it is down. */
  @ApiProperty({ required: false })
  message?: string;
}
