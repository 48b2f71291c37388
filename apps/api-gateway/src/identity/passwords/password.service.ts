import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hash, verify } from 'argon2';

/** argon2id with OWASP's minimum: 19 MiB, two passes, one lane. The hash itself says them, so they may change. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The same keys give the same password on every keyboard. */
const same = (password: string): string => password.normalize('NFKC');

/** Hashes and checks passwords. */
@Injectable()
export class PasswordService implements OnModuleInit {
  private nobodys: string;

  async onModuleInit(): Promise<void> {
    this.nobodys = await this.hash(randomBytes(32).toString('hex'));
  }

  hash(password: string): Promise<string> {
    return hash(same(password), COST);
  }

  /** Takes as long for someone who does not exist as for a wrong password. */
  async matches(passwordHash: string | undefined, password: string): Promise<boolean> {
    const right = await verify(passwordHash ?? this.nobodys, same(password));
    return right && passwordHash !== undefined;
  }
}
