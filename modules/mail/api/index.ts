import { type ServiceToken, serviceToken, type Transaction } from '@portico/core';

/** A mail as data. The portal makes the text and the HTML of it, so that all its mails look alike and none carries markup of a module. */
export interface Mail {
  /** Whom it goes to. Each address gets a mail of its own, which is delivered, tried again or listed as failed for itself. */
  readonly to: string | readonly string[];
  /** What it is, kebab-case, e.g. `password-reset`: shown in the list of mails, never to the person. */
  readonly kind: string;
  readonly subject: string;
  /** Plain text; each becomes a paragraph. */
  readonly paragraphs: readonly string[];
  /** A place of the portal (`/x`). The address of it is that of the configuration, whatever host the request named. */
  readonly link?: { readonly label: string; readonly path: string };
  /** Below the link, e.g. what to do if one did not ask for this. */
  readonly closing?: readonly string[];
  /** BCP 47; default English. */
  readonly locale?: string;
  /** It is not sent after this time, e.g. because its link has ended. Default: it is tried for two days. */
  readonly until?: Date;
  /** It tells somebody what was done to their account. Such mails are still taken when so many wait that others are refused. */
  readonly isSecurityNotice?: boolean;
}

/** Sends mail, when an administrator has said by which server. */
export interface Mailer {
  /** Whether a server and a sender are set: without them mails are not taken, and what depends on mail should not be offered. A memory read. */
  readonly isReady: boolean;
  /**
   * Queues a mail in the caller's transaction: it is sent after the commit, or not at all. The text is sealed until then. Each mail has an id that
   * stays the same when it has to be sent again, so that servers and readers can tell a copy.
   * @throws PortalError `mail-not-set-up` (503) when it is not ready; `mail-queue-full` (503) when too many wait already. Nothing is written then, so
   * that a caller who can do without the mail may go on with the transaction.
   */
  send(transaction: Transaction, mail: Mail): Promise<void>;
}
export const Mailer: ServiceToken<Mailer> = serviceToken('mail.mailer');
export type { MailErrorCode } from './error-codes.js';
