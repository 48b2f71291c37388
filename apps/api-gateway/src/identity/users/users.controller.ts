import { Who } from '@app/common/auth/caller.decorator.js';
import type { Bearer } from '@app/common/auth/token.verifier.js';
import { ok } from '@app/common/errors/envelope.js';
import { ApiEnvelope } from '@app/common/openapi/api-envelope.decorator.js';
import { ApiErrors } from '@app/common/openapi/api-errors.decorator.js';
import { EXAMPLES, IN_A_PATH } from '@app/common/openapi/examples.js';
import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { given } from '../given.rules.js';
import { MeShape, PersonShape, ProfileChangeShape, SearchShape } from '../identity.shapes.js';
import { meOf, personOf } from '../identity.view.js';
import { UsersService } from './users.service.js';

/** Who people are. */
@ApiTags('users')
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({ summary: 'Everything that is known of oneself' })
  @ApiEnvelope(MeShape)
  async getMe(@Who() who: Bearer) {
    return ok(meOf(await this.users.get(who.id)));
  }

  @Patch('me')
  @ApiOperation({ summary: 'Change one’s own profile; what is left out stays' })
  @ApiEnvelope(MeShape)
  @ApiErrors('CONFLICT')
  async updateMe(@Who() who: Bearer, @Body() body: ProfileChangeShape) {
    return ok(meOf(await this.users.change(who, given(body))));
  }

  @Get()
  @ApiOperation({ summary: 'At most 20 people whose username or name starts with this' })
  @ApiEnvelope(PersonShape, { as: 'list' })
  async searchUsers(@Query() { search }: SearchShape) {
    return ok((await this.users.search(search ?? '')).map(personOf));
  }

  @Get(':id')
  @ApiOperation({ summary: 'A person as others see them' })
  @ApiEnvelope(PersonShape)
  @ApiParam({
    name: 'id',
    description: 'The id of the person.',
    schema: { type: 'string', pattern: IN_A_PATH, example: EXAMPLES.account },
  })
  @ApiErrors('NOT_FOUND')
  async getUser(@Param('id') id: string) {
    return ok(personOf(await this.users.get(id)));
  }
}
