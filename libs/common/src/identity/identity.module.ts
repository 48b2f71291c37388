import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { User, UserSchema } from '../schemas/user.schema.js';
import { UserDirectory } from './user.directory.js';
import { UserRepository } from './user.repository.js';

/** Who people are: the one writer of `users`. */
@Module({
  imports: [MongooseModule.forFeature([{ name: User.name, schema: UserSchema }])],
  providers: [UserRepository, UserDirectory],
  exports: [UserRepository, UserDirectory],
})
export class IdentityModule {}
