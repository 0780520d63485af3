import { In, inject, injectable, SecretBox, type SecretStore, type StoredSecret, UnitOfWork } from '@portico/core';
import { type MailState, QueuedMail } from '../entities/queued-mail.js';

/** The texts of mails that are not sent yet, for `portico secrets`: links in them open accounts. */
@injectable()
export class MailSecrets implements SecretStore {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(SecretBox) private readonly box: SecretBox,
  ) {}

  async list(): Promise<readonly StoredSecret[]> {
    const where = { state: In<MailState>(['waiting', 'sending', 'failed']) };
    const mails = await this.unitOfWork.read((reader) => reader.repository(QueuedMail).find({ where, order: { id: 'ASC' } }));
    return mails.flatMap(({ id, kind, createdAt, body }) =>
      body === null
        ? []
        : [
            {
              id,
              name: `mail.${kind}`,
              scope: 'instance',
              setBy: 'Portico',
              setAt: new Date(Number(createdAt)),
              sealed: body,
              readable: opened(this.box, id, body) !== undefined,
            },
          ],
    );
  }

  reseal(id: string): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      const mail = await transaction.repository(QueuedMail).findOneBy({ id });
      if (!mail || mail.body === null) return true;
      const plain = opened(this.box, id, mail.body);
      if (plain === undefined) return false;
      await transaction.repository(QueuedMail).update({ id }, { body: this.box.seal(plain, contextOf(id)) });
      return true;
    });
  }
}

/** The text of a mail; undefined when the master key is another. */
export function opened(box: SecretBox, id: string, sealed: string): string | undefined {
  try {
    return box.open(sealed, contextOf(id));
  } catch {
    return undefined;
  }
}

/** What a text is sealed for: that of another mail cannot stand in its place. */
export function contextOf(id: string): string {
  return `mail/${id}`;
}
