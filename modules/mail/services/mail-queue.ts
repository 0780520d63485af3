import {
  AuditLog,
  Clock,
  Emitter,
  HostConfig,
  Ids,
  In,
  inject,
  injectable,
  LessThan,
  LessThanOrEqual,
  notFound,
  type PersonalDataSource,
  PortalError,
  SecretBox,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { personalRows } from '@portico/core/util';
import type { Mail, Mailer } from '../api/index.js';
import { type MailState, QueuedMail } from '../entities/queued-mail.js';
import { composeMail, type MailBody } from './compose.js';
import { contextOf, opened } from './mail-secrets.js';
import { MailConfig, MailServer } from './mail-settings.js';
import { notSetUp } from './smtp-client.js';
import type { SmtpFault } from './smtp-fault.js';

const ended = 'The time of this mail is over. Let it be made anew, e.g. by asking for another link.';
const longestPauseMillis = 3_600_000;
/** How long whoever takes a mail may keep it: longer than it tries to send it. */
export const leaseMillis = 10 * 60_000;

/** Mails that are to be sent: those that wait, and those that somebody is sending. */
const unsent: readonly MailState[] = ['waiting', 'sending'];

/** A mail that somebody took to send it. */
export interface TakenMail {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  /** Undefined when it cannot be opened any more: the master key is another. */
  readonly body: MailBody | undefined;
}

/** How many mails are in a state, for those who keep watch. */
export interface QueueCounts {
  readonly waiting: number;
  readonly failed: number;
}

/** A mail for which there was no room, and how many there is room for. */
interface RefusedMail {
  readonly kind: string;
  readonly waiting: number;
  readonly most: number;
}

/**
 * The mails that are to be sent, in the order of their queuing, and what became of them.
 *
 * A mail comes in with the transaction of its cause. `take` claims those that are due, one statement a row, so that two nodes never hold the same one;
 * `finish` writes what the server said. No to this mail, or the end of its time: `failed`, and it stays in the list with its reason. Anything else: `waiting`
 * again, after a pause that doubles up to an hour. What was taken and never finished, because the process died, is due again when its lease is over: the
 * server may then get it a second time, with the same Message-ID; that is the one case in which it can.
 */
@injectable()
export class MailQueue implements Mailer {
  private readonly queued = new Emitter<void>();
  /** After the commit that queued something. */
  readonly onDidQueue = this.queued.event;
  private readonly refused = new Emitter<RefusedMail>();
  /** When a mail was refused because too many wait. */
  readonly onDidRefuse = this.refused.event;

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(SecretBox) private readonly box: SecretBox,
    @inject(HostConfig) private readonly host: HostConfig,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(MailServer) private readonly server: MailServer,
    @inject(MailConfig) private readonly config: MailConfig,
  ) {}

  get isReady(): boolean {
    return this.server.isSet && this.canSeal;
  }

  async send(transaction: Transaction, mail: Mail): Promise<void> {
    if (!this.isReady) throw notSetUp();
    const recipients = typeof mail.to === 'string' ? [mail.to] : mail.to;
    await this.requireRoom(transaction, mail, recipients.length);
    const now = this.clock.now().getTime();
    const body = JSON.stringify(composeMail(mail, this.host.publicUrl));
    const rows = recipients.map((recipient) => {
      const id = this.ids.next();
      return {
        id,
        kind: mail.kind,
        recipient,
        subject: mail.subject.replace(/\s+/g, ' '),
        body: this.box.seal(body, contextOf(id)),
        state: 'waiting' as const,
        attempts: 0,
        createdAt: now,
        nextTryAt: now,
        untilAt: mail.until?.getTime() ?? now + this.config.values.hours * 3_600_000,
        triedAt: null,
        fault: null,
        answer: null,
      };
    });
    await transaction.repository(QueuedMail).insert(rows);
    transaction.afterCommit(() => this.queued.fire());
  }

  /** What a server does not take for days must not fill the disk. Notices of security have room of their own behind the others. */
  private async requireRoom(transaction: Transaction, { kind, isSecurityNotice }: Mail, count: number): Promise<void> {
    const { mostWaiting } = this.config.values;
    const most = isSecurityNotice ? mostWaiting + Math.ceil(mostWaiting / 10) : mostWaiting;
    const waiting = await transaction.repository(QueuedMail).countBy({ state: In(unsent) });
    if (waiting + count <= most) return;
    this.refused.fire({ kind, waiting, most });
    const sentence = 'Too many mails wait for the mail server. An administrator sees why under System, Mail.';
    throw new PortalError('mail-queue-full', sentence, { status: 503, expose: true });
  }

  /** Whether a mail is due. */
  isDue(): Promise<boolean> {
    const where = { state: In(unsent), nextTryAt: LessThanOrEqual(this.clock.now().getTime()) };
    return this.unitOfWork.read((reader) => reader.repository(QueuedMail).existsBy(where));
  }

  /** Claims some mails that are due; nobody else gets them until their lease is over. What is past its time fails here. */
  take(most: number): Promise<readonly TakenMail[]> {
    const now = this.clock.now().getTime();
    return this.unitOfWork.write(async (transaction) => {
      const mails = transaction.repository(QueuedMail);
      const due = await transaction.query<{ id: string }>(
        `SELECT id FROM mail_message WHERE state IN ('waiting', 'sending') AND next_try_at <= ? ORDER BY next_try_at, id LIMIT ?`,
        [now, most],
      );
      const taken: TakenMail[] = [];
      for (const { id } of due) {
        const mail = await mails.findOneByOrFail({ id });
        if (mail.untilAt <= now) {
          await mails.update({ id }, { state: 'failed', body: null, fault: mail.fault ?? 'ended' });
          continue;
        }
        const claim = { id, state: mail.state, nextTryAt: mail.nextTryAt };
        const { affected } = await mails.update(claim, {
          state: 'sending',
          attempts: mail.attempts + 1,
          triedAt: now,
          nextTryAt: now + leaseMillis,
        });
        if (affected !== 1) continue;
        taken.push({ id, recipient: mail.recipient, subject: mail.subject, body: this.open(mail) });
      }
      return taken;
    });
  }

  /** Writes what became of a mail that was taken. @param fault undefined when the server took it. */
  finish(id: string, fault: SmtpFault | undefined): Promise<void> {
    return this.unitOfWork.write(async (transaction) => {
      const mails = transaction.repository(QueuedMail);
      const mail = await mails.findOneBy({ id });
      if (mail?.state !== 'sending') return;
      if (fault === undefined) {
        await mails.update({ id }, { state: 'sent', body: null, fault: null, answer: null });
        return;
      }
      const said = { fault: fault.kind, answer: fault.answer ?? null };
      const pause = fault.kind === 'stopped' ? 0 : this.pauseAfter(mail.attempts);
      const nextTryAt = this.clock.now().getTime() + pause;
      if (fault.isFinal) await mails.update({ id }, { state: 'failed', ...said });
      else if (nextTryAt >= mail.untilAt) await mails.update({ id }, { state: 'failed', body: null, ...said });
      else await mails.update({ id }, { state: 'waiting', nextTryAt, ...said });
    });
  }

  /**
   * Tries mails again now that wait or have failed.
   * @throws PortalError `not-found` (404); `mail-ended` (409) when its text is gone, because its time is over.
   */
  async retry(id: string): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const mail = await transaction.repository(QueuedMail).findOneBy({ id });
      if (!mail || mail.state === 'sent') throw notFound('mail');
      if (mail.body === null || mail.untilAt <= this.clock.now().getTime())
        throw new PortalError('mail-ended', ended, { status: 409 });
      if (mail.state === 'sending') return;
      const nextTryAt = this.clock.now().getTime();
      await transaction.repository(QueuedMail).update({ id }, { state: 'waiting', attempts: 0, nextTryAt });
      await this.audit.record(transaction, {
        area: 'mail',
        subject: mail.recipient,
        attribute: mail.kind,
        scope: 'instance',
        action: 'tried-again',
      });
      transaction.afterCommit(() => this.queued.fire());
    });
  }

  /** Newest first. @param before id of the last one of the page before. */
  list(states: readonly MailState[], limit: number, before?: string): Promise<readonly QueuedMail[]> {
    const where = { state: In(states), ...(before === undefined ? {} : { id: LessThan(before) }) };
    return this.unitOfWork.read((reader) => reader.repository(QueuedMail).find({ where, order: { id: 'DESC' }, take: limit }));
  }

  async counts(): Promise<QueueCounts> {
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ state: string; count: number }>('SELECT state, COUNT(*) AS count FROM mail_message GROUP BY state'),
    );
    const of = (state: MailState): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
    return { waiting: of('waiting') + of('sending'), failed: of('failed') };
  }

  /** Lets go what was sent or has failed long ago. */
  async sweep(): Promise<void> {
    const createdAt = LessThanOrEqual(this.clock.now().getTime() - this.config.values.keepDays * 86_400_000);
    await this.unitOfWork.write(async (transaction) => {
      for (const state of ['sent', 'failed'] as const) await transaction.repository(QueuedMail).delete({ state, createdAt });
    });
  }

  /** Whether there is a master key: texts are never stored as they are. */
  private get canSeal(): boolean {
    try {
      this.box.seal('', contextOf(''));
      return true;
    } catch {
      return false;
    }
  }

  private pauseAfter(attempts: number): number {
    return Math.min(longestPauseMillis, this.config.values.pauseSeconds * 1000 * 2 ** Math.min(attempts - 1, 20));
  }

  private open({ id, body }: QueuedMail): MailBody | undefined {
    const plain = body === null ? undefined : opened(this.box, id, body);
    return plain === undefined ? undefined : (JSON.parse(plain) as MailBody);
  }
}

const mails = personalRows({
  key: 'mails',
  label: 'mails.title',
  table: 'mail_message',
  owner: 'recipient',
  ownedBy: 'email',
  columns: {
    kind: 'kind',
    recipient: 'recipient',
    subject: 'subject',
    state: 'state',
    createdAt: 'created_at',
    triedAt: 'tried_at',
  },
  times: ['createdAt', 'triedAt'],
  forget: async (transaction, { email }) => {
    await transaction.repository(QueuedMail).delete({ recipient: email });
  },
});

/** Mails to somebody, without their texts: links in them open accounts. They go with the account, also when another one takes its place. */
export const personalMails: PersonalDataSource = { ...mails, merge: (transaction, from) => mails.forget(transaction, from) };
