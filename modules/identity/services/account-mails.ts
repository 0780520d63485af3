import { Clock, inject, injectable, Messages, optional, type ServiceHandle, type Transaction } from '@portico/core';
import { type Mail, Mailer } from '@portico/mail/api';
import type { LinkPurpose } from '../entities/account-link-entity.js';

/** Whom a mail is about. */
export interface Addressee {
  readonly name: string;
  readonly email: string;
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
  ) {}

  get isReady(): boolean {
    return this.mailer.get()?.isReady ?? false;
  }

  /** Sends a link. @param facts.to where it goes, when that is not the address of the account. */
  async link(
    transaction: Transaction,
    purpose: LinkPurpose,
    { name, email }: Addressee,
    { path, until, to = email }: { readonly path: string; readonly until: Date; readonly to?: string },
  ): Promise<void> {
    const hours = Math.round((until.getTime() - this.clock.now().getTime()) / 3_600_000);
    const say = (key: string): string => this.messages.text(`mail.${purpose}-${key}`, { name, hours, email: to });
    await this.send(transaction, {
      to,
      kind: purpose === 'password' ? 'password-reset' : purpose === 'email' ? 'address-change' : purpose,
      subject: say('subject'),
      paragraphs: [this.messages.text('mail.greeting', { name }), say('text')],
      link: { label: say('link'), path },
      closing: [say('closing')],
      until,
    });
  }

  /** Tells somebody what happened to their account, and what to do if it was not them. */
  async notice(transaction: Transaction, kind: NoticeKind, { name, email }: Addressee, facts: Facts = {}): Promise<void> {
    if (!this.isReady) return;
    const words = { ...facts, time: this.clock.now().toISOString().slice(0, 16).replace('T', ' ') };
    await this.send(transaction, {
      to: email,
      kind,
      subject: this.messages.text(`mail.${kind}-subject`),
      paragraphs: [this.messages.text('mail.greeting', { name }), this.messages.text(`mail.${kind}-text`, words)],
      closing: [this.messages.text('mail.not-you')],
    });
  }

  private async send(transaction: Transaction, mail: Mail): Promise<void> {
    await this.mailer.get()?.send(transaction, mail);
  }
}

export type NoticeKind = 'address-asked' | 'address-changed' | 'new-device' | 'password-changed';
