import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnitOfWork } from '@portico/core';
import { eventually, startTestPortal, type TestPortal } from '@portico/core/testing';
import { loadSharp } from '@portico/core/util';
import { expect } from 'chai';
import { Mailer } from '../api/index.js';
import { TestMailServer } from '../testing/index.js';
import { FakeClock, type Listed, listed, queue, until } from './support.js';

describe('The queue of mails', () => {
  const answers = new Map<string, number>();
  let server: TestMailServer;
  let portal: TestPortal;
  let clock: FakeClock;

  before(async () => {
    clock = new FakeClock();
    server = await TestMailServer.start({ answerTo: (recipient) => answers.get(recipient) });
    portal = await startTestPortal({ clock, environment: server.environment, config: { modules: { mail: server.config } } });
  });
  after(async () => {
    await portal?.stop();
    await server?.stop();
  });
  beforeEach(() => answers.clear());

  it('sends after the commit, encrypted, as text and as HTML that say the same and load nothing', async () => {
    await queue(portal, {
      link: { label: 'Open <the> harbour', path: '/harbour?gate=1' },
      closing: ['If it was not you: do nothing.'],
    });
    const mail = await server.next('ada@example.org');
    expect(mail.encrypted).to.equal(true);
    expect(mail.from).to.equal('portal@example.org');
    expect(mail.headers.get('subject')).to.equal('Good morning');
    expect(mail.headers.get('auto-submitted')).to.equal('auto-generated');
    expect(mail.headers.get('message-id')).to.match(/^<[\da-f-]{36}@example\.org>$/);
    expect(mail.text.replaceAll('\r\n', '\n').trim()).to.equal(
      `The harbour is open.\n\nOpen <the> harbour:\n${portal.url}/harbour?gate=1\n\nIf it was not you: do nothing.`,
    );
    expect(mail.html)
      .to.include('The harbour is open.')
      .and.include('Open &lt;the&gt; harbour')
      .and.include(`href="${portal.url}/harbour?gate=1"`);
    expect(mail.html).to.not.match(/<(?:img|script|link|iframe)|url\(|src=/i);
  });

  it('goes out under the name and the logo that the portal has when it is sent', async () => {
    await queue(portal, { to: 'unnamed@example.org' });
    const unnamed = await server.next('unnamed@example.org');
    expect([unnamed.headers.get('from'), unnamed.attached]).to.deep.equal(['Portico <portal@example.org>', []]);
    const folder = await mkdtemp(join(tmpdir(), 'portico-logo-'));
    try {
      const sharp = await loadSharp();
      const drawn = sharp({ create: { width: 400, height: 100, channels: 3, background: 'navy' } });
      await writeFile(join(folder, 'logo.png'), await drawn.png().toBuffer());
      await portal.command(['branding', '--name', 'Harbour & Club', '--logo', join(folder, 'logo.png')]);
      await queue(portal, { to: 'named@example.org' });
      const named = await server.next('named@example.org');
      expect(named.headers.get('from')).to.equal('"Harbour & Club" <portal@example.org>');
      const [logo] = named.attached;
      expect(named.html).to.include(`<img src="cid:${logo?.cid}" alt="Harbour &amp; Club" width="192"`);
      const { format, width } = await sharp(Buffer.from(logo?.bytes ?? [])).metadata();
      expect({ format, width }).to.deep.equal({ format: 'png', width: 400 });
      await portal.command(['branding', '--name', '', '--remove-logo']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('sends nothing of a transaction that is undone', async () => {
    const undone = portal.service(UnitOfWork).write(async (transaction) => {
      await portal.service(Mailer).send(transaction, { to: 'undone@example.org', kind: 'x', subject: 'x', paragraphs: ['x'] });
      throw new Error('undone');
    });
    expect(await undone.catch((error: Error) => error.message)).to.equal('undone');
    await queue(portal, { to: 'done@example.org' });
    await server.next('done@example.org');
    expect(server.received).to.deep.equal([]);
    expect((await listed(portal)).map(({ recipient }) => recipient)).to.not.include('undone@example.org');
  });

  it('8.12: each mail is delivered once or listed as failed, with its reason, when the server closes idle connections, says 451 and then 550', async () => {
    answers.set('late@example.org', 451).set('gone@example.org', 550);
    await queue(portal, { to: 'first@example.org' });
    await server.next('first@example.org');
    server.closeConnections();
    await queue(portal, { to: ['here@example.org', 'late@example.org', 'gone@example.org'] });
    const tried = (times: number) => (mails: readonly Listed[]) =>
      mails.some(
        ({ recipient, state, attempts }) => recipient === 'late@example.org' && state === 'waiting' && attempts === times,
      );
    for (const [index, minutes] of [0, 1, 2, 4].entries()) {
      clock.advance(minutes);
      await until(portal, tried(index + 1));
    }
    answers.delete('late@example.org');
    clock.advance(8);
    await server.next('late@example.org');
    await server.next('here@example.org');
    const mails = await until(portal, (all) => all.every(({ state }) => state === 'sent' || state === 'failed'));
    const after = ['here', 'late', 'gone'].map((name) => {
      const { state, attempts, fault, answer } = mails.find(
        ({ recipient }) => recipient === `${name}@example.org`,
      ) as (typeof mails)[number];
      return { name, state, attempts, fault, answer };
    });
    expect(after).to.deep.equal([
      { name: 'here', state: 'sent', attempts: 1, fault: null, answer: null },
      { name: 'late', state: 'sent', attempts: 5, fault: null, answer: null },
      { name: 'gone', state: 'failed', attempts: 1, fault: 'refused', answer: '550 No to gone@example.org' },
    ]);
    expect(server.received, 'nothing came twice').to.deep.equal([]);
  });

  it('tries again what has failed when somebody says so, and says who did', async () => {
    answers.set('again@example.org', 550);
    await queue(portal, { to: 'again@example.org' });
    const failed = (
      await until(portal, (mails) =>
        mails.some(({ recipient, state }) => recipient === 'again@example.org' && state === 'failed'),
      )
    ).find(({ recipient }) => recipient === 'again@example.org');
    const admin = await portal.signIn();
    const settings = await admin.get('/configuration/instance-settings/mail');
    expect(settings.text).to.match(/\d+ mails? ha(?:ve|s) failed\. System, Mail says which and why\./);
    const diagnostics = await admin.get('/configuration/diagnostics');
    expect(diagnostics.text).to.match(/\d+ mails? ha(?:ve|s) failed\. System, Mail says which and why\./);
    const page = await admin.get('/mail');
    expect(page.text)
      .to.include('again@example.org')
      .and.include('The server refused this mail for good.')
      .and.include('550 No to again');
    answers.clear();
    expect((await portal.post(admin, `/mail/${failed?.id}/retry`)).headers.location).to.equal('/mail');
    await server.next('again@example.org');
    const audit = await admin.get('/configuration/audit-log?area=mail');
    expect(audit.text).to.include('again@example.org');
    const author = portal.agent();
    expect((await author.get('/mail').set('Accept', 'application/json')).status).to.equal(401);
  });

  it('gives a mail that was taken by a process that died to the next one, with the same id, when its time is over', async () => {
    answers.set('twice@example.org', 451);
    await queue(portal, { to: 'twice@example.org' });
    await until(portal, (mails) =>
      mails.some(({ recipient, fault }) => recipient === 'twice@example.org' && fault === 'temporary'),
    );
    answers.clear();
    const lease = clock.now().getTime() + 10 * 60_000;
    await portal
      .service(UnitOfWork)
      .write((transaction) =>
        transaction.query(`UPDATE mail_message SET state = 'sending', next_try_at = ? WHERE recipient = 'twice@example.org'`, [
          lease,
        ]),
      );
    clock.advance(5);
    await queue(portal, { to: 'meanwhile@example.org' });
    await server.next('meanwhile@example.org');
    expect(server.received).to.deep.equal([]);
    clock.advance(6);
    const mail = await server.next('twice@example.org');
    const [{ id } = { id: '' }] = (await until(portal, (all) => all.every(({ state }) => state !== 'sending'))).filter(
      ({ recipient }) => recipient === 'twice@example.org',
    );
    expect(mail.headers.get('message-id')).to.equal(`<${id}@example.org>`);
  });

  it('does not send a link whose time is over, and cannot be told to', async () => {
    answers.set('slow@example.org', 451);
    await queue(portal, { to: 'slow@example.org', until: new Date(clock.now().getTime() + 30 * 60_000) });
    await until(portal, (mails) =>
      mails.some(({ recipient, fault }) => recipient === 'slow@example.org' && fault === 'temporary'),
    );
    answers.clear();
    clock.advance(31);
    const ended = (
      await until(portal, (mails) => mails.some(({ recipient, state }) => recipient === 'slow@example.org' && state === 'failed'))
    ).find(({ recipient }) => recipient === 'slow@example.org');
    const { exitCode, err } = await portal.command(['mail', 'retry', ended?.id ?? '']);
    expect([exitCode, err]).to.deep.equal([
      1,
      'The time of this mail is over. Let it be made anew, e.g. by asking for another link.\n',
    ]);
    expect(server.received).to.deep.equal([]);
  });
});

describe('Mails that wait', () => {
  it('are sealed in the database, survive a stop, and go out when there is a server', async () => {
    const server = await TestMailServer.start();
    const settings = { ...server.environment, PORTICO_SETTING_MAIL_PORT: '1' };
    const config = { modules: { mail: { ...server.config, pauseSeconds: 1 } } };
    const before = await startTestPortal({ environment: settings, config });
    await queue(before, { paragraphs: ['the-canary-in-the-text'], link: { label: 'Go', path: '/canary-in-the-link' } });
    await until(before, (mails) => mails.some(({ fault }) => fault === 'not-reached'));
    const admin = await before.signIn();
    expect((await admin.get('/mail')).text)
      .to.include('cannot be reached: nothing answers there')
      .and.not.include('canary');
    const secrets = await before.command(['secrets', 'list']);
    expect(secrets.out).to.include('mail.greeting');
    await before.stop({ keep: true });
    for (const file of (await readdir(before.home, { recursive: true })).filter((name) => /\.db|sqlite|-wal/.test(name)))
      expect((await readFile(join(before.home, file))).includes('canary'), file).to.equal(false);
    const after = await startTestPortal({ home: before.home, environment: server.environment, config });
    const mail = await server.next('ada@example.org');
    expect(mail.text).to.include('the-canary-in-the-text').and.include('/canary-in-the-link');
    await after.stop({ keep: false });
    await server.stop();
  });

  it('do not hold up a stop, however many they are, and go out after the next start', async () => {
    const held: string[] = [];
    const slow = await TestMailServer.start({ more: { onRcptTo: ({ address }) => void held.push(address) } });
    const before = await startTestPortal({ environment: slow.environment, config: { modules: { mail: slow.config } } });
    const recipients = Array.from({ length: 30 }, (_, index) => `reader-${index}@example.org`);
    await queue(before, { to: recipients });
    await eventually(() => held.length === 2, 'both connections are in the middle of a mail', 20);
    await before.stop({ keep: true });
    expect(held, 'no further one was begun').to.have.length(2);
    await slow.stop();
    const server = await TestMailServer.start();
    const after = await startTestPortal({
      home: before.home,
      environment: server.environment,
      config: { modules: { mail: server.config } },
    });
    const arrived = await Promise.all(recipients.map((recipient) => server.next(recipient)));
    expect(arrived).to.have.length(30);
    await after.stop({ keep: false });
    await server.stop();
  });

  it('are not taken while no server is set, and nothing else is different', async () => {
    const portal = await startTestPortal();
    expect(portal.service(Mailer).isReady).to.equal(false);
    const refused = await queue(portal).catch((error: { code: string }) => error.code);
    expect(refused).to.equal('mail-not-set-up');
    const { exitCode, err } = await portal.command(['mail', 'test']);
    expect([exitCode, err]).to.deep.equal([1, 'No mail server is set up: host and sender address are missing.\n']);
    await portal.stop();
  });
});
