import { setMaxListeners } from 'node:events';
import {
  type Activity,
  Branding,
  inject,
  injectable,
  type Lifetime,
  Log,
  Messages,
  optional,
  type ServiceHandle,
  toDisposable,
} from '@portico/core';
import { every } from '@portico/core/util';
import type { Mail } from '../api/index.js';
import { composeMail, type Letterhead, mailLogoWidth, withHead } from './compose.js';
import { leaseMillis, MailQueue, type QueueCounts, type TakenMail } from './mail-queue.js';
import { MailConfig, MailServer } from './mail-settings.js';
import { SmtpClient } from './smtp-client.js';
import { type SmtpFault, silence } from './smtp-fault.js';

const atOnce = 10;
const sweepMillis = 3_600_000;
/** What is being sent at a stop may take so long; most mails take much less, and one that is broken off may come twice. */
const graceMillis = 2000;
/** A server that says a little now and then is never silent: nothing goes on when somebody else may take the mail. */
const longestMillis = leaseMillis - 60_000;
const stopped: SmtpFault = { kind: 'stopped', isFinal: false };

/**
 * Sends what is due: when something was queued, and now and then for what has to be tried again. One round at a time; within a round as many mails as
 * there are connections. No request waits for it, and one mail that fails holds up no other.
 */
@injectable()
export class MailRunner implements Activity {
  private running: Promise<void> | undefined;
  private again = false;
  private isOver = false;
  private sending = breakable();
  /** What is waiting and has failed, as of the last round: a memory read. */
  counts: QueueCounts = { waiting: 0, failed: 0 };

  constructor(
    @inject(MailQueue) private readonly queue: MailQueue,
    @inject(SmtpClient) private readonly client: SmtpClient,
    @inject(MailServer) private readonly server: MailServer,
    @inject(MailConfig) private readonly config: MailConfig,
    @inject(Log) private readonly log: Log,
    @inject(Messages) private readonly messages: Messages,
    @inject(optional(Branding)) private readonly branding: ServiceHandle<Branding>,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    this.counts = await this.queue.counts();
    lifetime.add(this.queue.onDidQueue(() => void this.wake()));
    lifetime.add(this.server.onDidChange(() => void this.wake()));
    lifetime.add(every(this.config.values.lookMillis, () => this.wake(), 0));
    lifetime.add(
      every(sweepMillis, () =>
        this.attempt(async () => {
          await this.queue.sweep();
          this.counts = await this.queue.counts();
        }),
      ),
    );
    // Before the others, which wait for what is running: nothing more is taken, and what is still due stays for the next start.
    lifetime.add(toDisposable(() => this.end()));
  }

  /** Resolves when everything that is due now was tried. Never throws. */
  wake(): Promise<void> {
    this.again = true;
    this.running ??= this.attempt(async () => {
      while (this.again && !this.isOver) {
        this.again = false;
        await this.round();
      }
    }).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async round(): Promise<void> {
    while (this.server.isSet && !this.isOver && (await this.queue.isDue())) {
      const taken = await this.queue.take(atOnce);
      const late = setTimeout(
        () => this.breakOff({ kind: silence(this.server.inForce().encryption), isFinal: false }),
        longestMillis,
      );
      late.unref();
      await Promise.all(taken.map((mail) => this.deliver(mail))).finally(() => clearTimeout(late));
      this.counts = await this.queue.counts();
    }
  }

  private async end(): Promise<void> {
    this.isOver = true;
    const over = setTimeout(() => this.breakOff(stopped), graceMillis);
    await this.running;
    clearTimeout(over);
  }

  /** What is being sent comes to its end, as what has not been begun; the next round is not meant, when there is one. */
  private breakOff(fault: SmtpFault): void {
    this.sending.abort(fault);
    if (!this.isOver) this.sending = breakable();
  }

  /** Sends a mail at once, past the queue: to try out the server. */
  async sendNow(mail: Mail & { readonly to: string }): Promise<SmtpFault | undefined> {
    const head = await this.letterhead();
    return this.client.send({
      from: this.senderOf(head),
      to: mail.to,
      subject: mail.subject,
      ...withHead(composeMail(mail, ''), head),
    });
  }

  private async deliver({ id, recipient, subject, body }: TakenMail): Promise<void> {
    const { sender } = this.server;
    const head = await this.letterhead();
    const fault: SmtpFault | undefined = body
      ? await this.client.send(
          {
            from: this.senderOf(head),
            to: { name: '', address: recipient },
            subject,
            ...withHead(body, head),
            messageId: `<${id}@${sender.slice(sender.lastIndexOf('@') + 1)}>`,
            headers: { 'Auto-Submitted': 'auto-generated' },
          },
          this.sending.signal,
        )
      : { kind: 'ended', isFinal: true };
    if (fault) this.log.warn('A mail was not delivered.', { mail: id, fault: fault.kind, final: fault.isFinal });
    await this.queue.finish(id, fault);
  }

  /** What stands above the text now. A logo that cannot be read holds up no mail. */
  private async letterhead(): Promise<Letterhead> {
    const branding = this.branding.get();
    const { name = this.messages.text('portal.name'), logo } = branding?.of(undefined) ?? {};
    try {
      const bytes = logo && (await branding?.portalLogo());
      return { name, logo: logo && bytes && { bytes, width: mailLogoWidth(logo) } };
    } catch (error) {
      this.log.warn('The logo of the portal cannot be read; mails go without it.', { error });
      return { name };
    }
  }

  private senderOf({ name }: Letterhead): { readonly name: string; readonly address: string } {
    return { name, address: this.server.sender };
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.log.error('The queue of mails could not be worked on; it will be, next time.', { error });
    }
  }
}

/** Each mail of a round listens to it. */
function breakable(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
