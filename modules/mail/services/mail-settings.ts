import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { domainToASCII } from 'node:url';
import { defineSettings, Settings, type SettingsHandle } from '@portico/configuration/api';
import { type Event, HostConfig, inject, injectable, instanceScope, PortalError, z } from '@portico/core';

export type Encryption = 'none' | 'starttls' | 'tls';

/** By which server, and how. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly encryption: Encryption;
  /** Empty: the server asks for no name. */
  readonly userName: string;
  readonly password: string | undefined;
  readonly sender: string;
}

const address = z.email().max(254);

/** An address as SMTP and DNS take it: its domain in ASCII. Undefined when it is none. */
export function mailAddress(typed: string): string | undefined {
  const at = typed.lastIndexOf('@');
  const written = `${typed.slice(0, at)}@${domainToASCII(typed.slice(at + 1))}`;
  return at > 0 && address.safeParse(written).success ? written : undefined;
}

const checkHost = (value: string): string | undefined =>
  /[\s/@:]/.test(value.trim()) && !/^[\da-f:]+$/i.test(value.trim()) ? 'settings.host-wrong' : undefined;
const checkSender = (value: string): string | undefined =>
  value.trim() === '' || mailAddress(value.trim()) !== undefined ? undefined : 'settings.sender-wrong';

/** Instance Settings > Mail. */
export const mailSettings = defineSettings({
  id: 'mail',
  section: 'platform',
  title: 'settings.title',
  description: 'settings.description',
  scopes: ['instance'],
  fields: {
    host: { type: 'text', default: '', maxLength: 253, check: checkHost, label: 'settings.host', help: 'settings.host-help' },
    port: { type: 'number', default: 587, min: 1, max: 65_535, whole: true, label: 'settings.port', help: 'settings.port-help' },
    encryption: {
      type: 'choice',
      default: 'starttls',
      options: [
        { value: 'none', label: 'settings.encryption-none' },
        { value: 'starttls', label: 'settings.encryption-starttls' },
        { value: 'tls', label: 'settings.encryption-tls' },
      ],
      label: 'settings.encryption',
      help: 'settings.encryption-help',
    },
    userName: { type: 'text', default: '', maxLength: 200, label: 'settings.user-name', help: 'settings.user-name-help' },
    password: { type: 'secret', label: 'settings.password' },
    sender: {
      type: 'text',
      default: '',
      maxLength: 254,
      check: checkSender,
      label: 'settings.sender',
      help: 'settings.sender-help',
    },
  },
});

const section = z.strictObject({
  /** File with the certificates, in PEM, of authorities that are trusted besides those that Node.js brings. */
  certificateAuthorities: z.string().optional(),
  /** Milliseconds until a server must have greeted, encryption and all; Test Connection takes no longer in all. */
  answerMillis: z.int().min(50).max(10_000).default(9000),
  /** Connections at the same time. */
  connections: z.int().min(1).max(20).default(2),
  /** How often the queue is looked at for mails that are due again. */
  lookMillis: z.int().min(10).max(600_000).default(5000),
  /** The first pause after a try that came to nothing; each further one is twice as long, at most an hour. */
  pauseSeconds: z.int().min(1).default(60),
  /** How long a mail is tried that does not say so itself. */
  hours: z.int().min(1).max(720).default(48),
  /** Mails that may wait: a few tens of megabytes, which two connections send within minutes. A tenth more has room when it is a notice of security. */
  mostWaiting: z.int().min(1).max(1_000_000).default(10_000),
  /** How long mails that were sent, or have failed, stay in the list. */
  keepDays: z.int().min(1).max(366).default(14),
});

/** The section `modules.mail` of the configuration, checked. */
@injectable()
export class MailConfig {
  readonly values: Readonly<z.infer<typeof section>>;
  /** Undefined: those that Node.js brings. */
  readonly authorities: readonly string[] | undefined;

  constructor(@inject(HostConfig) config: HostConfig) {
    const parsed = section.safeParse(config.module('mail') ?? {});
    if (!parsed.success)
      throw new PortalError('configuration-invalid', `The section modules.mail is wrong. ${z.prettifyError(parsed.error)}`);
    this.values = parsed.data;
    const file = parsed.data.certificateAuthorities;
    try {
      this.authorities = file === undefined ? undefined : [...rootCertificates, readFileSync(file, 'utf8')];
    } catch (cause) {
      throw new PortalError('configuration-invalid', `modules.mail.certificateAuthorities: ${file} cannot be read.`, { cause });
    }
  }
}

/** What administrators said about the server, as it is in force. */
@injectable()
export class MailServer {
  private readonly handle: SettingsHandle<typeof mailSettings.fields>;
  readonly onDidChange: Event<unknown>;

  constructor(@inject(Settings) settings: Settings) {
    this.handle = settings.of(mailSettings);
    this.onDidChange = this.handle.onDidChange;
  }

  get isSet(): boolean {
    const { host, sender } = this.handle.get(instanceScope);
    return host.trim() !== '' && sender.trim() !== '';
  }

  get sender(): string {
    return this.handle.get(instanceScope).sender.trim();
  }

  /** Not to be kept: it holds the password. */
  inForce(): Server {
    const { host, port, encryption, userName, sender } = this.handle.get(instanceScope);
    const password = this.handle.secret(instanceScope, 'password');
    return { host: host.trim(), port, encryption, userName: userName.trim(), password, sender: sender.trim() };
  }
}
