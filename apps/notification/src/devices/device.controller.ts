import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Who } from '@app/common/auth/caller.decorator.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { ApiEnvelope } from '@app/common/openapi/openapi.js';
import { DeviceService } from './device.service.js';
import { DeviceShape, RegisterDeviceShape, shown } from './device.shapes.js';

@ApiTags('devices')
@Controller('devices')
export class DeviceController {
  constructor(private readonly devices: DeviceService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Register this device for pushes',
    description:
      'To be called after each login and whenever the token changes; again is harmless. A token belongs to one ' +
      'installation, and an installation to one person: whoever registers last has it. A person keeps 20 devices.',
  })
  @ApiEnvelope(DeviceShape)
  @ApiErrors('INVALID_INPUT', 'UNAUTHENTICATED', 'TOO_LARGE', 'UNSUPPORTED_TYPE')
  async register(@Who() who: Bearer, @Body() ask: RegisterDeviceShape) {
    return ok(shown(await this.devices.register(who, ask)));
  }

  @Get()
  @ApiOperation({ summary: 'Your registered devices, the latest seen first' })
  @ApiEnvelope(DeviceShape, 'list')
  @ApiErrors('INVALID_INPUT', 'UNAUTHENTICATED')
  async list(@Who() who: Bearer) {
    return ok((await this.devices.list(who)).map(shown));
  }

  @Delete(':installationId')
  @ApiOperation({ summary: 'End the pushes to a device of yours, as at logout', description: 'Answers what it was.' })
  @ApiEnvelope(DeviceShape)
  @ApiErrors('INVALID_INPUT', 'UNAUTHENTICATED', 'NOT_FOUND', 'TOO_LARGE', 'UNSUPPORTED_TYPE')
  async remove(@Who() who: Bearer, @Param('installationId') installationId: string) {
    return ok(shown(await this.devices.remove(who, installationId)));
  }
}
