import { Clock, IsNull, inject, injectable, type Reader, type Transaction, UnitOfWork } from '@portico/core';
import { RecoveryCodeEntity } from '../entities/recovery-code-entity.js';
import { Passwords } from './passwords.js';

const count = 8;
const codePattern = /^[a-z0-9]{16}$/;

/** New codes: in clear for the person, once, and as the rows that take the place of the former ones. */
export interface NewRecoveryCodes {
  readonly codes: readonly string[];
  readonly rows: readonly { readonly prefix: string; readonly codeHash: string }[];
}

/** Codes for those whose phone is lost. Each is good once; their hashes are made before the transaction, because that takes long. */
@injectable()
export class RecoveryCodes {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Passwords) private readonly passwords: Passwords,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
  ) {}

  async make(): Promise<NewRecoveryCodes> {
    const byPrefix = new Map<string, string>();
    while (byPrefix.size < count) {
      const code = Passwords.generate();
      byPrefix.set(code.slice(0, 4), code);
    }
    const rows = await Promise.all(
      [...byPrefix].map(async ([prefix, code]) => ({ prefix, codeHash: await this.passwords.hash(plain(code)) })),
    );
    return { codes: [...byPrefix.values()], rows };
  }

  /** Puts new codes in the place of all that the person had. */
  async replace(transaction: Transaction, personId: string, { rows }: NewRecoveryCodes): Promise<void> {
    const repository = transaction.repository(RecoveryCodeEntity);
    await repository.delete({ personId });
    await repository.insert(rows.map((row) => ({ ...row, personId, usedAt: null })));
  }

  /** Whether a code is one of the person's that was not used; it still is to be taken by `use`. Answers what `use` wants. */
  async find(personId: string, typed: string): Promise<string | undefined> {
    const code = plain(typed);
    if (!codePattern.test(code)) return undefined;
    const prefix = code.slice(0, 4);
    const row = await this.unitOfWork.read((reader) =>
      reader.repository(RecoveryCodeEntity).findOneBy({ personId, prefix, usedAt: IsNull() }),
    );
    return (await this.passwords.verify(row?.codeHash, code)) ? row?.codeHash : undefined;
  }

  /** Side by side only one succeeds. */
  async use(transaction: Transaction, personId: string, codeHash: string): Promise<boolean> {
    const usedAt = this.clock.now().getTime();
    const { affected } = await transaction
      .repository(RecoveryCodeEntity)
      .update({ personId, codeHash, usedAt: IsNull() }, { usedAt });
    return affected === 1;
  }

  left(reader: Reader, personId: string): Promise<number> {
    return reader.repository(RecoveryCodeEntity).countBy({ personId, usedAt: IsNull() });
  }
}

/** As it is hashed: people leave out hyphens, or write capitals. */
function plain(typed: string): string {
  return typed.replace(/[\s-]/g, '').toLowerCase();
}
