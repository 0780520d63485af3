import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** Made for these tests with `openssl req -x509`: of nobody, for the name localhost alone, valid for a hundred years. */
const trusted = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUTjDEieW99dZXzylHdIeoqG+D+20wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDEzMzU1M1oYDzIxMjYxMTA2
MTMzNTUzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARohUL+A4uXNg5jDtZFIAwy79+cHTNOu/M5H1jKJUQe65ig7qOXNm/h
EDhNuGE7cPpwQeoEGBdn2mXhSAOprH0Lo2kwZzAdBgNVHQ4EFgQU1WMSA2r+Q2Cq
UrwfvDsPx2w7Bh4wHwYDVR0jBBgwFoAU1WMSA2r+Q2CqUrwfvDsPx2w7Bh4wFAYD
VR0RBA0wC4IJbG9jYWxob3N0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
SAAwRQIhAPAXAksK+JdwRF13FiOMRSfcPByHvfiEDVSke2yJPKf/AiAipX0oWFgE
IJ+niQNIsL4MvAxjxJRY/xfSUGUHXd3JuA==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3+iVfuqOp3BtJLYQ
Shg1YkXnD10FPUd/7Pm5d+Wc9MKhRANCAARohUL+A4uXNg5jDtZFIAwy79+cHTNO
u/M5H1jKJUQe65ig7qOXNm/hEDhNuGE7cPpwQeoEGBdn2mXhSAOprH0L
-----END PRIVATE KEY-----
`,
};

/** Of the same name, and signed by nobody that the tests trust. */
const untrusted = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUbTfAze+TvG51wgpiD1FozgLTG5YwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDEzNDgxOVoYDzIxMjYxMTA2
MTM0ODE5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAReSE6qThZMOx9q2F2waETRsQ66L14bh+5KtUpFohuQnJVr4BL+y1N0
cbGI836al1F1aaHRlmcWxFYhoxShGelvo2kwZzAdBgNVHQ4EFgQUkfzAKaYMgija
m7rmRMiUuV8wqMowHwYDVR0jBBgwFoAUkfzAKaYMgijam7rmRMiUuV8wqMowDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgcUVUVk60xXxz3486pzpFiMRKqmhrxmuNYH1FwNHVjEECICYFVgWlup+k
tYICMW0jKwLrYlvCzLPenUtilV0meClx
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoAo5lGC+KhS83623
vYrrIm8Y5OYuZYNg7EBYqASD5ZyhRANCAAReSE6qThZMOx9q2F2waETRsQ66L14b
h+5KtUpFohuQnJVr4BL+y1N0cbGI836al1F1aaHRlmcWxFYhoxShGelv
-----END PRIVATE KEY-----
`,
};

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
  /** The first address of the portal in the text; empty when there is none. */
  readonly link: string;
  /** The pictures that came with it. */
  readonly attached: readonly { readonly type: string; readonly cid: string; readonly bytes: Uint8Array }[];
  readonly encrypted: boolean;
  readonly user: string | undefined;
}

export interface TestMailServerOptions {
  /** Default STARTTLS. */
  readonly encryption?: 'none' | 'starttls' | 'tls';
  /** Who may send; default everybody. */
  readonly account?: { readonly user: string; readonly password: string };
  /** What is said to a recipient, e.g. `451`; undefined: 250. */
  readonly answerTo?: (recipient: string) => number | undefined;
  /** False: the certificate is one that `config` does not name. */
  readonly isTrusted?: boolean;
  readonly more?: SMTPServerOptions;
}

/** A mail server on a loopback port, with real TLS, that keeps what it is given. */
export class TestMailServer {
  readonly received: ReceivedMail[] = [];
  /** Each time that somebody tried to sign in: what came over the line, and whether it could be read there. */
  readonly attempts: { readonly user: string; readonly encrypted: boolean }[] = [];
  private readonly waiting: (() => void)[] = [];

  private constructor(
    private readonly server: SMTPServer,
    private readonly folder: string,
    private readonly encryption: 'none' | 'starttls' | 'tls',
  ) {}

  static async start({
    encryption = 'starttls',
    account,
    answerTo,
    isTrusted = true,
    more,
  }: TestMailServerOptions = {}): Promise<TestMailServer> {
    const folder = await mkdtemp(join(tmpdir(), 'portico-mail-'));
    await writeFile(join(folder, 'authority.pem'), trusted.cert);
    let self: TestMailServer;
    const server = new SMTPServer({
      secure: encryption === 'tls',
      ...(encryption === 'none' && { disabledCommands: ['STARTTLS'], allowInsecureAuth: true }),
      authOptional: account === undefined,
      disableReverseLookup: true,
      logger: false,
      ...(isTrusted ? trusted : untrusted),
      onAuth({ username = '', password }, session, done) {
        self.attempts.push({ user: username, encrypted: session.secure });
        if (username === account?.user && password === account.password) done(null, { user: username });
        else done(Object.assign(new Error('No such account'), { responseCode: 535 }));
      },
      onRcptTo({ address }, _session, done) {
        const code = answerTo?.(address);
        done(code === undefined ? null : Object.assign(new Error(`No to ${address}`), { responseCode: code }));
      },
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          self.take({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            ...parsed(Buffer.concat(chunks).toString()),
            encrypted: session.secure,
            user: session.user as string | undefined,
          });
          done(null);
        });
      },
      ...more,
    });
    // What breaks on the line is what tests want to break.
    server.on('error', () => {});
    self = new TestMailServer(server, folder, encryption);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    return self;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** What the section `modules.mail` needs, so that the certificate is trusted and the queue is looked at often. */
  get config(): object {
    return { certificateAuthorities: join(this.folder, 'authority.pem'), lookMillis: 20 };
  }

  /** The settings that lead here, as environment variables. */
  get environment(): NodeJS.ProcessEnv {
    return {
      PORTICO_SETTING_MAIL_HOST: 'localhost',
      PORTICO_SETTING_MAIL_PORT: String(this.port),
      PORTICO_SETTING_MAIL_ENCRYPTION: this.encryption,
      PORTICO_SETTING_MAIL_SENDER: 'portal@example.org',
    };
  }

  /** The mail that comes next to somebody, or came already and was not asked for yet. */
  async next(recipient: string): Promise<ReceivedMail> {
    for (;;) {
      const at = this.received.findIndex(({ to }) => to.includes(recipient));
      if (at >= 0) return this.received.splice(at, 1)[0] as ReceivedMail;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Ends the connections that are open, as servers do that tire of waiting. */
  closeConnections(): void {
    for (const connection of this.server.connections) {
      connection.send(421, 'Idle for too long');
      connection.close();
    }
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await rm(this.folder, { recursive: true, force: true });
  }

  private take(mail: ReceivedMail): void {
    this.received.push(mail);
    for (const go of this.waiting.splice(0)) go();
  }
}

function parsed(raw: string): Pick<ReceivedMail, 'headers' | 'text' | 'html' | 'link' | 'attached'> {
  const headers = headersOf(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1] ?? '';
  const parts = raw.split(`--${boundary}`).slice(1, -1);
  const [text = '', html = ''] = parts.map((part) => contentOf(part.trimStart()));
  const pictures = [...raw.matchAll(/\r\nContent-Type: (image\/\S+);[\s\S]*?\r\n\r\n([A-Za-z\d+/=\r\n]+)/g)];
  const attached = pictures.map(([head, type = '', content = '']) => ({
    type,
    cid: /Content-Id: <([^>]+)>/i.exec(head)?.[1] ?? '',
    bytes: Buffer.from(content, 'base64'),
  }));
  return { headers, text, html, link: /https?:\/\/\S+/.exec(text)?.[0] ?? '', attached };
}

/** Of a text; of one with pictures the text. */
function contentOf(part: string): string {
  const headers = headersOf(part);
  const content = part.replace(/^[\s\S]*?\r\n\r\n/, '');
  const boundary = /^multipart\/.*boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1];
  if (boundary !== undefined) return contentOf((content.split(`--${boundary}`)[1] ?? '').trimStart());
  return decoded(content, headers.get('content-transfer-encoding') ?? '');
}

function headersOf(raw: string): Map<string, string> {
  const lines =
    raw
      .split('\r\n\r\n', 1)[0]
      ?.replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n') ?? [];
  return new Map(lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', line.slice(line.indexOf(':') + 1).trim()]));
}

function decoded(text: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString();
  if (encoding !== 'quoted-printable') return text;
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
