import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** What a person logs in with, when Parley keeps the passwords. Written by the gateway's identity only. */
@Schema({ collection: 'accounts', timestamps: true, versionKey: false })
export class Account {
  /** The user's id. */
  @Prop({ type: String, required: true })
  _id: string;

  /** As it was chosen. */
  @Prop({ required: true })
  username: string;

  /** The username as it is compared: NFKC, lower case. */
  @Prop({ required: true })
  usernameKey: string;

  @Prop()
  email?: string;

  /** The e-mail address as it is compared. */
  @Prop()
  emailKey?: string;

  /** argon2id, with its parameters and salt. */
  @Prop({ required: true })
  passwordHash: string;

  createdAt: Date;
  updatedAt: Date;
}

export const AccountSchema = SchemaFactory.createForClass(Account);
// Serves: login by username; keeps usernames unique.
AccountSchema.index({ usernameKey: 1 }, { unique: true });
// Serves: login by e-mail; keeps addresses unique among those who gave one.
AccountSchema.index({ emailKey: 1 }, { unique: true, partialFilterExpression: { emailKey: { $type: 'string' } } });
