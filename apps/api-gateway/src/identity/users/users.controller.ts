import { Who } from '@app/common/auth/caller.decorator.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { ApiEnvelope } from '@app/common/openapi/openapi.js';
import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { given } from '../given.rules.js';
import { MeShape, PersonShape, ProfileChangeShape, SearchShape } from '../identity.shapes.js';
import { meOf, personOf } from '../identity.view.js';
import { UsersService } from './users.service.js';

/** Who people are. */
@ApiTags('users')
@ApiBearerAuth()
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({ summary: 'Everything that is known of oneself' })
  @ApiEnvelope(MeShape)
  @ApiErrors('UNAUTHENTICATED')
  async me(@Who() who: Bearer) {
    return ok(meOf(await this.users.get(who.id)));
  }

  @Patch('me')
  @ApiOperation({ summary: 'Change one’s own profile; what is left out stays' })
  @ApiEnvelope(MeShape)
  @ApiErrors('INVALID_INPUT', 'UNAUTHENTICATED', 'CONFLICT')
  async change(@Who() who: Bearer, @Body() body: ProfileChangeShape) {
    return ok(meOf(await this.users.change(who, given(body))));
  }

  @Get()
  @ApiOperation({ summary: 'At most 20 people whose username or name starts with this' })
  @ApiEnvelope(PersonShape, 'list')
  @ApiErrors('INVALID_INPUT', 'UNAUTHENTICATED')
  async search(@Query() { search }: SearchShape) {
    return ok((await this.users.search(search ?? '')).map(personOf));
  }

  @Get(':id')
  @ApiOperation({ summary: 'A person as others see them' })
  @ApiEnvelope(PersonShape)
  @ApiErrors('UNAUTHENTICATED', 'NOT_FOUND')
  async person(@Param('id') id: string) {
    return ok(personOf(await this.users.get(id)));
  }
}
