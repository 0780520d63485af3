import { Clock, type Command, type CommandCall, inject, injectable, invalidInput, Messages } from '@portico/core';
import type { MailState } from '../entities/queued-mail.js';
import { MailQueue } from '../services/mail-queue.js';
import { MailRunner } from '../services/mail-runner.js';
import { MailServer, mailAddress } from '../services/mail-settings.js';
import { SmtpClient } from '../services/smtp-client.js';
import type { SmtpFault } from '../services/smtp-fault.js';

const states: readonly MailState[] = ['waiting', 'sending', 'failed', 'sent'];
const open: readonly MailState[] = ['waiting', 'sending', 'failed'];
const perPage = 100;

@injectable()
export class ListMail implements Command {
  readonly name = 'mail list';
  readonly summary = 'List mails that wait or have failed, the newest first, with the reason.';
  readonly whenEmpty = 'No mail waits, and none has failed.';
  readonly options = [
    { name: 'state', value: 'state', description: 'Only those that are waiting, sending, failed or sent.' },
    { name: 'json', description: 'One JSON object a line.' },
  ];

  constructor(@inject(MailQueue) private readonly queue: MailQueue) {}

  async run({ options, print, signal }: CommandCall): Promise<void> {
    const wanted = states.filter((state) => state === options.state);
    if (options.state !== undefined && wanted.length === 0)
      throw invalidInput({ state: 'state' }, `--state is one of ${states.join(', ')}.`);
    for (let before: string | undefined; !signal.aborted; ) {
      const mails = await this.queue.list(wanted.length > 0 ? wanted : open, perPage, before);
      for (const { id, kind, recipient, state, attempts, fault, answer, createdAt } of mails) {
        const queuedAt = new Date(Number(createdAt)).toISOString();
        if (options.json) print(JSON.stringify({ id, kind, recipient, state, attempts, queuedAt, fault, answer }));
        else
          print([id, queuedAt, state, kind, recipient, ...(fault ? [fault] : []), ...(answer ? [`"${answer}"`] : [])].join('  '));
      }
      before = mails.at(-1)?.id;
      if (mails.length < perPage) return;
    }
  }
}

@injectable()
export class RetryMail implements Command {
  readonly name = 'mail retry';
  readonly summary = 'Try a mail again now that waits or has failed.';
  readonly arguments = [{ name: 'id', required: true, description: 'Id of the mail, as `mail list` prints it.' }];

  constructor(@inject(MailQueue) private readonly queue: MailQueue) {}

  async run({ arguments: { id = '' }, print }: CommandCall): Promise<void> {
    await this.queue.retry(id);
    print('It is tried again.');
  }
}

@injectable()
export class TestMail implements Command {
  readonly name = 'mail test';
  readonly summary = 'Greet the mail server, and send a mail when an address is given.';
  readonly options = [{ name: 'to', value: 'address', description: 'Where a mail is sent to; left out: none is.' }];

  constructor(
    @inject(MailServer) private readonly server: MailServer,
    @inject(SmtpClient) private readonly client: SmtpClient,
    @inject(MailRunner) private readonly runner: MailRunner,
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async run({ options: { to }, print, warn }: CommandCall): Promise<number> {
    const recipient = typeof to === 'string' ? mailAddress(to) : undefined;
    if (to !== undefined && recipient === undefined) throw invalidInput({ to: 'to' }, '--to is an email address.');
    const server = this.server.inForce();
    const place = `${server.host}:${server.port}`;
    const said = ({ kind, answer }: SmtpFault): number => {
      warn(this.messages.text(`fault.${kind}`, { place, host: server.host }));
      if (answer !== undefined) warn(this.messages.text('fault.said', { answer }));
      return 1;
    };
    if (!this.server.isSet) {
      warn(this.messages.text('test.not-set'));
      return 1;
    }
    const fault = await this.client.greet(server);
    if (fault) return said(fault);
    print(this.messages.text(`test.passed-${server.encryption}`, { place }));
    if (recipient === undefined) return 0;
    const words = { time: this.clock.now().toISOString() };
    const paragraphs = [this.messages.text('test.mail-text', words)];
    const refused = await this.runner.sendNow({
      to: recipient,
      kind: 'test',
      subject: this.messages.text('test.mail-subject'),
      paragraphs,
    });
    if (refused) return said(refused);
    print(this.messages.text('test.mail-sent', { recipient }));
    return 0;
  }
}
