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
import { MailQueue, type QueueCounts, type TakenMail } from './mail-queue.js';
import { MailConfig, MailServer } from './mail-settings.js';
import { SmtpClient } from './smtp-client.js';
import type { SmtpFault } from './smtp-fault.js';

const atOnce = 10;
const sweepMillis = 3_600_000;

/**
 * Sends what is due: when something was queued, and now and then for what has to be tried again. One round at a time; within a round as many mails as
 * there are connections. No request waits for it, and one mail that fails holds up no other.
 */
@injectable()
export class MailRunner implements Activity {
  private running: Promise<void> | undefined;
  private again = false;
  private isOver = false;
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
    lifetime.add(
      toDisposable(async () => {
        this.isOver = true;
        await this.running;
      }),
    );
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
      await Promise.all(taken.map((mail) => this.deliver(mail)));
      this.counts = await this.queue.counts();
    }
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
      ? await this.client.send({
          from: this.senderOf(head),
          to: { name: '', address: recipient },
          subject,
          ...withHead(body, head),
          messageId: `<${id}@${sender.slice(sender.lastIndexOf('@') + 1)}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
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
