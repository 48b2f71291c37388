import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** What a person may do across conversations; tokens say it in lower case. */
export const ROLES = ['user', 'support', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A known person. Written by `common/identity` only, from tokens and profile changes. */
@Schema({ collection: 'users', timestamps: true, versionKey: false })
export class User {
  /** The host app's own id, at most 128 characters. */
  @Prop({ type: String, required: true })
  _id: string;

  @Prop()
  username?: string;

  @Prop({ required: true })
  name: string;

  @Prop()
  picture?: string;

  @Prop()
  email?: string;

  @Prop()
  phone?: string;

  @Prop({ type: String, enum: ROLES, default: 'user' })
  role: Role;

  /** Username and name in lower case, for search by their start. */
  @Prop({ type: [String], default: [] })
  searchTerms: string[];

  /** When the last socket closed, as presence shows it. */
  @Prop()
  lastSeenAt?: Date;

  createdAt: Date;
  updatedAt: Date;
}

export const UserSchema = SchemaFactory.createForClass(User);
// Serves: UserRepository.search (terms that start with what was typed).
UserSchema.index({ searchTerms: 1 });
