import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { User, UserSchema } from '../schemas/user.schema.js';
import { LastSeenWriter } from './last-seen.writer.js';
import { UserDirectory } from './user.directory.js';
import { UserRepository } from './user.repository.js';

/** Who people are: the one writer of `users`. */
@Module({
  imports: [MongooseModule.forFeature([{ name: User.name, schema: UserSchema }])],
  providers: [UserRepository, UserDirectory, LastSeenWriter],
  exports: [UserRepository, UserDirectory, LastSeenWriter],
})
export class IdentityModule {}
