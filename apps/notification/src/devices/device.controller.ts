import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Who } from '@app/common/auth/caller.decorator.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { IN_A_PATH } from '@app/common/openapi/examples.js';
import { DeviceService } from './device.service.js';
import { DeviceShape, INSTALLATION, RegisterDeviceShape, shown } from './device.shapes.js';

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
  async registerDevice(@Who() who: Bearer, @Body() ask: RegisterDeviceShape) {
    return ok(shown(await this.devices.register(who, ask)));
  }

  @Get()
  @ApiOperation({ summary: 'Your registered devices, the latest seen first' })
  @ApiEnvelope(DeviceShape, { as: 'list' })
  async listDevices(@Who() who: Bearer) {
    return ok((await this.devices.list(who)).map(shown));
  }

  @Delete(':installationId')
  @ApiOperation({ summary: 'End the pushes to a device of yours, as at logout', description: 'Answers what it was.' })
  @ApiEnvelope(DeviceShape)
  @ApiParam({
    name: 'installationId',
    description: 'As the device was registered.',
    schema: { type: 'string', pattern: IN_A_PATH, example: INSTALLATION },
  })
  @ApiErrors('NOT_FOUND', 'TOO_LARGE', 'UNSUPPORTED_TYPE')
  async removeDevice(@Who() who: Bearer, @Param('installationId') installationId: string) {
    return ok(shown(await this.devices.remove(who, installationId)));
  }
}
