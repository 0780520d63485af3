import {
  type AccessContext,
  AuditLog,
  inject,
  injectable,
  invalidInput,
  Localization,
  MessageCatalog,
  Messages,
  notFound,
  optional,
  type PortalError,
  type ServiceHandle,
  UnitOfWork,
} from '@portico/core';
import { PersonEntity } from '../entities/person-entity.js';
import { AccountRepository } from './account-repository.js';

/** What a person chose; empty: whatever the browser says. */
export interface Preferences {
  /** BCP 47 tag. */
  readonly locale: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** The language and the zone in which the portal speaks with a person, on screens and in mails. */
@injectable()
export class PersonPreferences {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(optional(Localization)) private readonly localization: ServiceHandle<Localization>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** The languages to choose among: those that the instance offers. */
  locales(): readonly string[] {
    return this.localization.get()?.of(undefined).locales ?? this.catalog.languages();
  }

  /** What is said of it, in the language that was chosen. */
  saved(locale: string): string {
    return this.messages.text('account.language-saved', undefined, locale);
  }

  /** Answers the language from now on. @throws PortalError `invalid-input` (400) for a language that is not offered, or a zone that there is not. */
  async choose({ person, locale: reader }: AccessContext, { locale, timeZone }: Preferences): Promise<string> {
    if (!person) throw notFound('person');
    const say = (key: string): string => this.messages.text(key, undefined, reader);
    const refused = (field: keyof Preferences, sentence: string): PortalError => invalidInput({ [field]: sentence }, sentence);
    const isKept = locale === '' || locale === person.locale;
    if (!isKept && !this.locales().includes(locale)) throw refused('locale', say('account.language-unknown'));
    if (timeZone !== '' && !isTimeZone(timeZone)) throw refused('timeZone', say('account.time-zone-unknown'));
    const chosen = { locale: locale || null, timeZone: timeZone || null };
    await this.unitOfWork.write(async (transaction) => {
      const people = transaction.repository(PersonEntity);
      const row = await people.findOneByOrFail({ id: person.id });
      await people.update({ id: person.id }, chosen);
      for (const attribute of ['locale', 'timeZone'] as const) {
        const [before, after] = [row[attribute] ?? undefined, chosen[attribute] ?? undefined];
        if (before === after) continue;
        await this.audit.record(transaction, {
          area: 'people',
          subject: row.email,
          about: row.id,
          attribute: attribute === 'locale' ? 'language' : 'time-zone',
          scope: 'instance',
          action: 'changed',
          before,
          after,
        });
      }
      await this.accounts.publish(transaction, person.id);
    });
    return locale || reader;
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
