import { type Activity, inject, injectable, type Lifetime, PortalError, toDisposable } from '@portico/core';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { MailConfig, MailServer, type Server } from './mail-settings.js';
import { type SmtpFault, silence, smtpFault } from './smtp-fault.js';

/** Loaded with the first mail, not with every start. */
const nodemailer = (): Promise<typeof import('nodemailer')> => import('nodemailer');

/** Longest silence in the middle of a mail. */
const silenceMillis = 60_000;

/**
 * Connections to the server of the settings, a few at a time, kept between mails. With STARTTLS nothing but EHLO and STARTTLS itself is ever said in
 * clear; with TLS nothing at all. Certificates are checked against the name of the host, always. It tries nothing twice: what a lost connection means
 * for a mail, the queue decides.
 */
@injectable()
export class SmtpClient implements Activity {
  private pool: Transporter | undefined;

  constructor(
    @inject(MailConfig) private readonly config: MailConfig,
    @inject(MailServer) private readonly server: MailServer,
  ) {}

  onStart(lifetime: Lifetime): void {
    lifetime.add(this.server.onDidChange(() => this.forget()));
    lifetime.add(toDisposable(() => this.forget(true)));
  }

  /** Answers undefined when the server took it. @param signal breaks it off; its reason is the fault that is answered. */
  async send(mail: SendMailOptions, signal?: AbortSignal): Promise<SmtpFault | undefined> {
    const { encryption } = this.server.inForce();
    try {
      await (await this.connections()).sendMail({ ...mail, ...(signal && { signal }) });
      return undefined;
    } catch (error) {
      if (signal?.aborted && (error as { code?: unknown }).code === 'EABORT') return signal.reason as SmtpFault;
      return smtpFault(error, encryption);
    }
  }

  /** Greets a server and says who we are, and nothing else. It takes no longer than `answerMillis`, whatever the server does. */
  async greet(server: Server): Promise<SmtpFault | undefined> {
    if (server.userName !== '' && server.password === undefined) return { kind: 'password-missing', isFinal: false };
    const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection');
    const { answerMillis } = this.config.values;
    const { auth, ...options } = this.options(server);
    const connection = new SMTPConnection(options);
    return new Promise((resolve) => {
      const finish = (fault?: SmtpFault): void => {
        clearTimeout(timer);
        if (fault === undefined) connection.quit();
        else connection.close();
        resolve(fault);
      };
      const failed = (error: unknown): void => finish(smtpFault(error, server.encryption));
      const timer = setTimeout(() => finish({ kind: silence(server.encryption), isFinal: false }), answerMillis);
      connection.on('error', failed);
      connection.connect((error) => {
        if (error) failed(error);
        else if (auth === undefined) finish();
        else connection.login({ credentials: auth }, (refused) => (refused ? failed(refused) : finish()));
      });
    });
  }

  private async connections(): Promise<Transporter> {
    const { createTransport } = await nodemailer();
    if (this.pool) return this.pool;
    if (!this.server.isSet) throw notSetUp();
    const { connections } = this.config.values;
    this.pool = createTransport({
      ...this.options(this.server.inForce()),
      pool: true,
      maxConnections: connections,
      // A mail whose connection breaks may have arrived: that is for the queue, which keeps its id.
      maxRequeues: 0,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return this.pool;
  }

  private options({ host, port, encryption, userName, password }: Server) {
    const { answerMillis } = this.config.values;
    return {
      host,
      port,
      secure: encryption === 'tls',
      requireTLS: encryption === 'starttls',
      ignoreTLS: encryption === 'none',
      tls: { minVersion: 'TLSv1.2', ...(this.config.authorities && { ca: [...this.config.authorities] }) } as const,
      ...(userName === '' ? {} : { auth: { user: userName, pass: password ?? '' } }),
      connectionTimeout: answerMillis,
      greetingTimeout: answerMillis,
      dnsTimeout: answerMillis,
      socketTimeout: silenceMillis,
      logger: false,
    };
  }

  /** The next mail goes by what is in force then. */
  private forget(force = false): void {
    this.pool?.close(...(force ? [{ force }] : []));
    this.pool = undefined;
  }
}

export function notSetUp(): PortalError {
  return new PortalError('mail-not-set-up', 'No mail server is set up. An administrator sets one in Instance Settings, Mail.', {
    status: 503,
    expose: true,
  });
}
