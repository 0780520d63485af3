import {
  type AccessContext,
  AccessContexts,
  Clock,
  inject,
  injectable,
  Messages,
  optional,
  type ServiceHandle,
  type Transaction,
} from '@portico/core';
import { type Mail, Mailer } from '@portico/mail/api';
import type { LinkPurpose } from '../entities/account-link-entity.js';

/** Whom a mail is about. */
export interface Addressee {
  readonly name: string;
  readonly email: string;
  /** Those that the person chose. */
  readonly locale?: string;
  readonly timeZone?: string;
}

/** Facts of a notice, as its sentences name them. */
type Facts = Readonly<Record<string, string | number | Date>>;

/**
 * The mails of accounts. They go to the address that is stored, never to one that somebody typed. While no mail server is set up, notices are left out
 * and nothing else is different.
 */
@injectable()
export class AccountMails {
  constructor(
    @inject(optional(Mailer)) private readonly mailer: ServiceHandle<Mailer>,
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  get isReady(): boolean {
    return this.mailer.get()?.isReady ?? false;
  }

  /** Sends a link. @param facts.to where it goes, when that is not the address of the account. */
  async link(
    transaction: Transaction,
    purpose: LinkPurpose,
    person: Addressee,
    { path, until, to = person.email }: { readonly path: string; readonly until: Date; readonly to?: string },
  ): Promise<void> {
    const { locale } = this.readerOf(person);
    const hours = Math.round((until.getTime() - this.clock.now().getTime()) / 3_600_000);
    const say = (key: string): string => this.messages.text(`mail.${purpose}-${key}`, { hours, email: to }, locale);
    await this.send(transaction, {
      to,
      kind: purpose === 'password' ? 'password-reset' : purpose === 'email' ? 'address-change' : purpose,
      subject: say('subject'),
      paragraphs: [this.messages.text('mail.greeting', { name: person.name }, locale), say('text')],
      link: { label: say('link'), path },
      closing: [say('closing')],
      locale,
      until,
    });
  }

  /** Tells somebody what happened to their account, and what to do if it was not them. */
  async notice(transaction: Transaction, kind: NoticeKind, person: Addressee, facts: Facts = {}): Promise<void> {
    if (!this.isReady) return;
    const { locale, timeZone = 'UTC' } = this.readerOf(person);
    const words = { ...facts, time: momentIn(this.clock.now(), locale, timeZone) };
    await this.send(transaction, {
      to: person.email,
      kind,
      subject: this.messages.text(`mail.${kind}-subject`, {}, locale),
      paragraphs: [
        this.messages.text('mail.greeting', { name: person.name }, locale),
        this.messages.text(`mail.${kind}-text`, words, locale),
      ],
      closing: [this.messages.text('mail.not-you', {}, locale)],
      locale,
    });
  }

  /** A mail is in the language and the zone of who gets it, not of who caused it. */
  private readerOf(person: Addressee): Pick<AccessContext, 'locale' | 'timeZone'> {
    return this.contexts.for({ id: '', kind: 'person', ...person });
  }

  private async send(transaction: Transaction, mail: Mail): Promise<void> {
    await this.mailer.get()?.send(transaction, mail);
  }
}

/** With its zone, which is not that of the server. */
function momentIn(moment: Date, locale: string, timeZone: string): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(locale, { ...options, timeZone, timeZoneName: 'short' }).format(moment);
}

export type NoticeKind = 'address-asked' | 'address-changed' | 'new-device' | 'password-changed';
