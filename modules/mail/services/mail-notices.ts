import type {
  SettingsAction,
  SettingsActionCall,
  SettingsActionResult,
  SettingsNotice,
  SettingsNoticeSource,
} from '@portico/configuration/api';
import {
  type AccessContext,
  type FirstStep,
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  Messages,
} from '@portico/core';
import { MailQueue } from './mail-queue.js';
import { MailRunner } from './mail-runner.js';
import { type Encryption, MailServer, type Server } from './mail-settings.js';
import { SmtpClient } from './smtp-client.js';
import type { SmtpFault } from './smtp-fault.js';

const passwordKept: SmtpFault = { kind: 'password-kept', isFinal: false };

/**
 * Whether a stored password may be tried at what is typed: at the host that it was entered for, and never with less encryption. Whoever may type a host
 * was never shown the password, and must not have it sent to a server of their own.
 */
function keepsPassword(inForce: Server, typed: Server): boolean {
  const isSameHost = inForce.host.toLowerCase() === typed.host.toLowerCase();
  return isSameHost && (typed.encryption !== 'none' || inForce.encryption === 'none');
}

/** Test Connection, beside the settings: greets the server as they are typed, before anything is saved. It sends no mail. */
@injectable()
export class TestConnection implements SettingsAction {
  readonly settings = 'mail';
  readonly field = 'sender';
  readonly label = 'test.label';
  readonly help = 'test.help';

  constructor(
    @inject(SmtpClient) private readonly client: SmtpClient,
    @inject(MailServer) private readonly server: MailServer,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async run({ values, secret, access: { locale } }: SettingsActionCall): Promise<SettingsActionResult> {
    const say = (key: string, words?: Record<string, string | number>): string => this.messages.text(key, words, locale);
    const password = secret('password');
    const server: Server = {
      host: String(values.host).trim(),
      port: Number(values.port),
      encryption: values.encryption as Encryption,
      userName: String(values.userName).trim(),
      password: password?.value,
      sender: String(values.sender).trim(),
    };
    if (server.host === '') return { kind: 'danger', summary: say('test.no-host'), findings: [] };
    const place = `${server.host}:${server.port}`;
    const inForce = this.server.inForce();
    const isStored = password !== undefined && password.from !== 'typed' && server.userName !== '';
    const fault = isStored && !keepsPassword(inForce, server) ? passwordKept : await this.client.greet(server);
    if (fault) {
      const text = say(`fault.${fault.kind}`, { place, host: fault === passwordKept ? inForce.host : server.host });
      const said = fault.answer === undefined ? '' : ` ${say('fault.said', { answer: fault.answer })}`;
      return {
        kind: 'danger',
        summary: say('test.failed', { place }),
        findings: [{ kind: 'danger', title: say('test.server'), text: text + said }],
      };
    }
    const passed = say(`test.passed-${server.encryption}`, { place });
    const inClear = server.encryption === 'none';
    return {
      kind: inClear ? 'warning' : 'success',
      summary: say('test.passed'),
      findings: [
        { kind: inClear ? 'warning' : 'success', title: say('test.server'), text: passed },
        ...(server.userName === ''
          ? []
          : [
              {
                kind: 'success',
                title: say('settings.user-name'),
                text: say('test.signed-in', { name: server.userName }),
              } as const,
            ]),
        ...(server.sender === ''
          ? [{ kind: 'warning', title: say('settings.sender'), text: say('test.no-sender') } as const]
          : []),
      ],
    };
  }
}

/** How many mails have failed, above the settings and in Diagnostics, and what that may mean. */
@injectable()
export class MailNotices implements SettingsNoticeSource, IntegrityCheck {
  readonly settings = 'mail';
  readonly title = 'Mails reach their server.';
  readonly about = 'deployment';

  constructor(
    @inject(MailQueue) private readonly queue: MailQueue,
    @inject(MailRunner) private readonly runner: MailRunner,
    @inject(MailServer) private readonly server: MailServer,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  notices({ locale }: AccessContext): readonly SettingsNotice[] {
    const { failed } = this.runner.counts;
    return failed === 0 ? [] : [{ kind: 'warning', text: this.messages.text('notice.failed', { failed }, locale) }];
  }

  async run(): Promise<readonly IntegrityFinding[]> {
    const { failed, waiting } = await this.queue.counts();
    const found = (key: string, count: number): readonly IntegrityFinding[] =>
      count === 0 ? [] : [{ severity: 'warning', message: this.messages.text(key, { [key.slice(7)]: count }) }];
    return [...found('notice.failed', failed), ...(this.server.isSet ? [] : found('notice.waiting', waiting))];
  }
}

@injectable()
export class MailStep implements FirstStep {
  readonly label = 'first-steps.mail';
  readonly text = 'first-steps.mail-text';
  readonly action = 'first-steps.mail-action';
  readonly href = '/configuration/instance-settings/mail';

  constructor(@inject(MailServer) private readonly server: MailServer) {}

  isDone(): boolean {
    return this.server.isSet;
  }
}
