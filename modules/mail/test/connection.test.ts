import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, instanceScope } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { TestMailServer } from '../testing/index.js';

interface Result {
  readonly kind: string;
  readonly summary: string;
  readonly findings: readonly { readonly kind: string; readonly title: string; readonly text: string }[];
}

const page = '/configuration/instance-settings/mail';
const account = { user: 'portal', password: 'tide-and-canary' };

describe('Test Connection of the mail settings', () => {
  let portal: TestPortal;
  let admin: Awaited<ReturnType<TestPortal['signIn']>>;
  let starttls: TestMailServer;
  let tls: TestMailServer;
  let plain: TestMailServer;
  const strange: Server[] = [];
  const heard: string[] = [];

  before(async () => {
    [starttls, tls, plain] = (await Promise.all([
      TestMailServer.start({ account }),
      TestMailServer.start({ encryption: 'tls', account }),
      TestMailServer.start({ encryption: 'none', account }),
    ])) as [TestMailServer, TestMailServer, TestMailServer];
    portal = await startTestPortal({ config: { modules: { mail: { ...starttls.config, answerMillis: 2500 } } } });
    admin = await portal.signIn();
  });
  after(async () => {
    await portal?.stop();
    await Promise.all([starttls, tls, plain].map((server) => server?.stop()));
    for (const server of strange) server.close();
  });

  const press = async (fields: object): Promise<Result> => {
    const answer = await admin
      .post(page)
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(admin))
      .set('Accept', 'application/json')
      .type('form')
      .send({ 'form.action': 'mail/test-connection', host: 'localhost', sender: 'portal@example.org', ...fields });
    expect(answer.status, answer.text).to.equal(200);
    return answer.body as Result;
  };
  const saying = async (fields: object): Promise<string> => {
    const { kind, findings } = await press(fields);
    return `${kind}: ${findings.map(({ text }) => text).join(' ')}`;
  };
  /** A server of a few lines, which remembers all that is said to it. */
  const speaking = async (onConnect: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('data', (chunk) => heard.push(chunk.toString('latin1')));
      socket.on('error', () => {});
      onConnect(socket);
    }).listen(0, '127.0.0.1');
    strange.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  it('says that all is well, with STARTTLS and with TLS, and asks for the password only in the encrypted connection', async () => {
    for (const [encryption, server] of [
      ['starttls', starttls],
      ['tls', tls],
    ] as const) {
      const result = await press({ port: server.port, encryption, userName: account.user, password: account.password });
      expect([result.kind, result.summary]).to.deep.equal(['success', 'The server can be used.']);
      expect(server.attempts.splice(0)).to.deep.equal([{ user: 'portal', encrypted: true }]);
    }
  });

  it('8.10: says that STARTTLS is not offered, and sends no password in clear', async () => {
    const text = await saying({ port: plain.port, encryption: 'starttls', userName: account.user, password: account.password });
    expect(text).to.match(
      /^danger: The server does not offer STARTTLS at localhost:\d+\. Nothing was sent, the password least of all\./,
    );
    expect(plain.attempts).to.deep.equal([]);
  });

  it('8.10: says that the handshake broke, when STARTTLS is offered and then is none', async () => {
    const port = await speaking((socket) => {
      socket.write('220 ready\r\n');
      socket.on('data', (chunk) => {
        const said = chunk.toString('latin1');
        if (said.startsWith('EHLO')) socket.write('250-hello\r\n250 STARTTLS\r\n');
        else if (said.startsWith('STARTTLS')) socket.write('220 go ahead\r\n');
        else socket.end('this is no handshake\r\n');
      });
    });
    heard.length = 0;
    const text = await saying({ port, encryption: 'starttls', userName: account.user, password: account.password });
    expect(text).to.match(/^danger: localhost:\d+ offered encryption, and then the handshake broke\. Nothing was sent\./);
    expect(heard.join(''))
      .to.not.include('AUTH')
      .and.not.include(Buffer.from(`\0portal\0${account.password}`).toString('base64'));
  });

  it('8.10: says that the certificate is of another name, or of nobody that is trusted', async () => {
    for (const [encryption, server] of [
      ['starttls', starttls],
      ['tls', tls],
    ] as const) {
      const fields = { host: '127.0.0.1', port: server.port, encryption, userName: account.user, password: account.password };
      expect(await saying(fields)).to.match(
        /^danger: The certificate of the server is made out to another name than 127\.0\.0\.1\. Nothing was sent\./,
      );
      expect(server.attempts).to.deep.equal([]);
    }
    const stranger = await TestMailServer.start({ isTrusted: false });
    expect(await saying({ port: stranger.port, encryption: 'starttls' })).to.match(
      /was issued by nobody whom this portal trusts\. Nothing was sent\./,
    );
    await stranger.stop();
  });

  it('8.11: hints at the other choice when the kind of port is wrong, or the server says nothing', async () => {
    expect(await saying({ port: plain.port, encryption: 'tls' })).to.match(
      /^danger: localhost:\d+ does not speak TLS from the start\. Choose Encryption STARTTLS\./,
    );
    const silent = await speaking(() => {});
    const [none, starttls, reversed] = await Promise.all([
      saying({ port: tls.port, encryption: 'none' }),
      saying({ port: tls.port, encryption: 'starttls' }),
      saying({ port: silent, encryption: 'tls' }),
    ]);
    for (const text of [none, starttls])
      expect(text).to.match(/^danger: localhost:\d+ took the connection and said nothing\..* try Encryption TLS/);
    expect(reversed).to.match(/said nothing\..* try Encryption STARTTLS/);
    const unreachable = await speaking(() => {});
    await new Promise((resolve) => strange.pop()?.close(resolve));
    expect(await saying({ port: unreachable, encryption: 'tls' })).to.match(/cannot be reached: nothing answers there/);
  });

  it('8.11: holds up nobody else while a server is silent', async () => {
    const silent = await speaking(() => {});
    const order: string[] = [];
    const testing = press({ port: silent, encryption: 'starttls' }).then(() => order.push('test'));
    await once(strange.at(-1) as Server, 'connection');
    for (let count = 0; count < 5; count += 1) await admin.get('/configuration/instance-settings').then(() => order.push('page'));
    await testing;
    expect(order).to.deep.equal(['page', 'page', 'page', 'page', 'page', 'test']);
  });

  it('says that the name or the password is refused, and repeats neither the password nor stores it', async () => {
    const result = await press({ port: starttls.port, encryption: 'starttls', userName: account.user, password: 'canary-wrong' });
    expect(result.findings[0]?.text)
      .to.include('does not accept the user name and the password')
      .and.include('The server said: 535');
    expect(JSON.stringify(result)).to.not.include('canary');
    expect(await saying({ port: starttls.port, encryption: 'starttls', userName: 'portal' })).to.include(
      'A user name is set, but no password.',
    );
    expect(portal.log()).to.not.include('canary');
  });

  it('warns when nothing is encrypted', async () => {
    expect(await saying({ port: plain.port, encryption: 'none' })).to.match(/^warning: .*The connection is not encrypted/);
  });

  it('takes new settings for the next mail, and shows the password to nobody', async () => {
    const person = portal.service(AccessContexts).system().person;
    const handle = portal.service(Settings).byId('mail')?.handle;
    await handle?.save(
      instanceScope,
      {
        host: { set: 'localhost' },
        port: { set: starttls.port },
        userName: { set: account.user },
        password: { set: account.password },
        sender: { set: 'portal@example.org' },
      },
      person as NonNullable<typeof person>,
    );
    const { exitCode, out } = await portal.command(['mail', 'test', '--to', 'ada@example.org']);
    expect([exitCode, out.split('\n').slice(1, 2)]).to.deep.equal([0, ['The server took a mail to ada@example.org.']]);
    const mail = await starttls.next('ada@example.org');
    expect([mail.user, mail.encrypted]).to.deep.equal(['portal', true]);
    for (const path of [page, '/mail', '/configuration/audit-log'])
      expect((await admin.get(path)).text, path).to.not.include(account.password);
    expect(portal.log()).to.not.include(account.password);
  });

  it('sends the stored password to no other host, and not without encryption', async () => {
    const fields = { port: starttls.port, encryption: 'starttls', userName: account.user };
    expect(await saying(fields), 'as it is stored').to.match(/^success: .*accepts portal and the password/);
    starttls.attempts.length = 0;
    heard.length = 0;
    const elsewhere = await speaking((socket) => {
      socket.write('220 ready\r\n');
      socket.on(
        'data',
        (chunk) => void socket.write(chunk.toString().startsWith('EHLO') ? '250-hi\r\n250 AUTH PLAIN\r\n' : '535 no\r\n'),
      );
    });
    const refused = /^danger: The stored password goes to no other server than localhost, .* Nothing was sent\./;
    for (const typed of [
      { ...fields, host: '127.0.0.1' },
      { ...fields, host: '127.0.0.1', port: elsewhere, encryption: 'none' },
      { ...fields, port: elsewhere, encryption: 'none' },
      { ...fields, port: plain.port, encryption: 'none' },
    ])
      expect(await saying(typed), JSON.stringify(typed)).to.match(refused);
    expect([starttls.attempts, plain.attempts, heard]).to.deep.equal([[], [], []]);
  });
});
