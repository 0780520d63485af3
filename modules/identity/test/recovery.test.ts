import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { type ReceivedMail, TestMailServer } from '@portico/mail/testing';
import { expect } from 'chai';
import { People } from '../api/index.js';
import { addPerson, FakeClock, isSignedIn, password, type TestClient, trySignIn } from './support.js';

const another = 'a foghorn before dawn';

describe('Accounts that recover by mail', () => {
  let clock: FakeClock;
  let server: TestMailServer;
  let portal: TestPortal;
  let administrator: TestClient;

  before(async () => {
    clock = new FakeClock();
    server = await TestMailServer.start();
    portal = await startTestPortal({ clock, environment: server.environment, config: { modules: { mail: server.config } } });
    administrator = await portal.signIn();
  });
  after(async () => {
    await portal?.stop();
    await server?.stop();
  });
  // What is not looked for by a test must not be there.
  afterEach(() =>
    expect(server.received.splice(0).map(({ to, headers }) => `${to.join()}: ${headers.get('subject')}`)).to.deep.equal([]),
  );

  const send = (path: string, fields: object, visitor: TestClient = portal.agent()) =>
    visitor.post(path).set('Origin', portal.url).set('Accept', 'text/html').type('form').send(fields);
  const forgot = (email: string, visitor?: TestClient) => send('/sign-in/forgot-password', { email }, visitor);
  const pathOf = ({ link }: ReceivedMail): string => link.slice(portal.url.length);
  const tokenOf = (mail: ReceivedMail): string => new URL(mail.link).searchParams.get('token') ?? '';
  const choose = (mail: ReceivedMail, chosen: string, visitor?: TestClient) =>
    send('/sign-in/link', { token: tokenOf(mail), password: chosen, repeated: chosen }, visitor);
  /** The page, but for what is new with each answer. */
  const shownText = ({ text }: { readonly text: string }): string => text.replace(/nonce="[^"]*"/g, '');
  const subject = ({ headers }: ReceivedMail): string | undefined => headers.get('subject');

  it('sets a new password by a link that works once, and ends sessions and API tokens', async () => {
    await addPerson(portal, 'rita@example.org', { name: 'Rita Reset' });
    const session = await portal.signIn({ email: 'rita@example.org', password });
    const answer = await forgot('Rita@Example.org ');
    expect([answer.status, shownText(answer)]).to.deep.equal([200, shownText(await forgot('nobody@example.org'))]);
    const mail = await server.next('rita@example.org');
    expect([mail.from, subject(mail), mail.encrypted]).to.deep.equal(['portal@example.org', 'Choose a new password', true]);
    expect(mail.text).to.include('Hello Rita Reset,').and.include('for an hour').and.include(`${portal.url}/sign-in/link?token=`);
    expect(Buffer.from(tokenOf(mail), 'base64url')).to.have.length(32);
    const differs = await send('/sign-in/link', { token: tokenOf(mail), password: another, repeated: password });
    expect([differs.status, differs.text.includes('are not the same')]).to.deep.equal([400, true]);
    expect((await choose(mail, 'short')).status).to.equal(400);
    const done = await choose(mail, another);
    expect([done.status, done.headers.location]).to.deep.equal([303, '/sign-in']);
    expect(done.headers['set-cookie'] ?? []).to.not.match(/portico=/);
    expect(await isSignedIn(session)).to.equal(false);
    expect((await choose(mail, password)).status).to.equal(410);
    expect((await trySignIn(portal, portal.agent(), { email: 'rita@example.org', password })).status).to.equal(401);
    expect((await trySignIn(portal, session, { email: 'rita@example.org', password: another })).status).to.equal(303);
    expect(subject(await server.next('rita@example.org'))).to.equal('Your password has been changed');
    const audit = await administrator.get('/configuration/audit-log?text=rita');
    expect(audit.text).to.include('Link to a new password for rita@example.org').and.not.include(tokenOf(mail));
    expect(portal.log()).to.not.include(tokenOf(mail));
  });

  it('writes to people in the language and the zone of their profiles, whoever causes the mail', async () => {
    await addPerson(portal, 'greta@example.org', { name: 'Greta Germann' });
    const session = await portal.signIn({ email: 'greta@example.org', password });
    await portal.post(session, '/account/language', { locale: 'de', timeZone: 'Europe/Berlin' });
    await forgot('greta@example.org');
    const mail = await server.next('greta@example.org');
    expect(subject(mail)).to.equal('=?UTF-8?Q?Neues_Passwort_w=C3=A4hlen?=');
    expect(mail.text).to.include('Guten Tag Greta Germann,').and.include('eine Stunde lang');
    await choose(mail, another);
    const notice = await server.next('greta@example.org');
    expect(subject(notice)).to.equal('=?UTF-8?Q?Ihr_Passwort_wurde_ge=C3=A4ndert?=');
    expect(notice.text).to.match(/wurde am \d{1,2}\. \S+ \d{4}, \d\d:\d\d MES?Z geändert\./);
  });

  it('ends links when the account is disabled', async () => {
    const { id } = await addPerson(portal, 'gone@example.org');
    await forgot('gone@example.org');
    const mail = await server.next('gone@example.org');
    await portal.service(People).setActive(id, false);
    await portal.service(People).setActive(id, true);
    expect((await choose(mail, another)).status).to.equal(410);
  });

  it('ends the API tokens of the account', async () => {
    const boss = await addPerson(portal, 'boss@example.org');
    await portal.service(People).grant(boss.id, 'Administrator');
    const session = await portal.signIn({ email: 'boss@example.org', password });
    const made = await portal.post(session, '/account/tokens', { name: 'CI', days: '30', scopes: 'configuration.manage-flags' });
    const token = /portico_[\w-]{43}/.exec(made.text)?.[0] ?? '';
    const flags = () => portal.agent().get('/api/flags').set('Authorization', `Bearer ${token}`);
    expect((await flags()).status).to.equal(200);
    await forgot('boss@example.org');
    await choose(await server.next('boss@example.org'), another);
    expect((await flags()).status).to.equal(401);
    expect(subject(await server.next('boss@example.org'))).to.equal('Your password has been changed');
  });

  it('8.6: HEAD and GET of a link, three times and from elsewhere, use nothing up', async () => {
    await addPerson(portal, 'scan@example.org');
    const mover = await portal.signIn({ email: 'scan@example.org', password });
    await portal.post(administrator, '/identity/users/new', { email: 'invited@example.org', name: 'Ines Invited' });
    await portal.post(mover, '/account/email', { email: 'moved@example.org', current: password });
    const mails = [await server.next('invited@example.org'), await server.next('moved@example.org')];
    expect(subject(await server.next('scan@example.org'))).to.equal('Your address is to be changed');
    await forgot('scan@example.org');
    mails.push(await server.next('scan@example.org'));
    for (const mail of mails) {
      for (let count = 0; count < 3; count += 1) {
        expect((await portal.agent().head(pathOf(mail)).set('User-Agent', 'LinkScanner')).status).to.equal(200);
        const page = await portal.agent().get(pathOf(mail)).set('X-Forwarded-For', '203.0.113.7');
        expect([page.status, page.headers['referrer-policy'], page.headers['cache-control']]).to.deep.equal([
          200,
          'no-referrer',
          'no-store',
        ]);
        const places = [...page.text.matchAll(/(?:src|href|action)="([^"]+)"/g)].map(([, place = '']) => place);
        expect(places.filter((place) => !place.startsWith('/') && !place.startsWith('#'))).to.deep.equal([]);
      }
    }
    const [invitation, move, reset] = mails as [ReceivedMail, ReceivedMail, ReceivedMail];
    expect((await choose(invitation, another)).status).to.equal(303);
    expect((await send('/sign-in/link', { token: tokenOf(move) })).status).to.equal(303);
    expect(subject(await server.next('scan@example.org'))).to.equal('Your address has been changed');
    expect((await choose(reset, another)).status, 'it went to an address that is another now').to.equal(410);
    await forgot('moved@example.org');
    const again = await server.next('moved@example.org');
    for (let count = 0; count < 3; count += 1) await portal.agent().get(pathOf(again));
    expect((await choose(again, another)).status).to.equal(303);
    expect(subject(await server.next('moved@example.org'))).to.equal('Your password has been changed');
  });

  it('8.7: links name the public address, whatever host a request names', async () => {
    await addPerson(portal, 'host@example.org');
    const forged = await portal
      .agent()
      .post('/sign-in/forgot-password')
      .set({ Origin: portal.url, 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example', Accept: 'text/html' })
      .type('form')
      .send({ email: 'host@example.org' });
    expect(shownText(forged)).to.equal(shownText(await forgot('nobody@example.org')));
    const mail = await server.next('host@example.org');
    expect(mail.link.startsWith(`${portal.url}/sign-in/link?token=`)).to.equal(true);
    expect(mail.text + mail.html).to.not.include('evil');
    const refused = await portal
      .agent()
      .post('/sign-in/forgot-password')
      .set('Host', 'evil.example')
      .type('form')
      .send({ email: 'host@example.org' });
    expect(refused.status).to.equal(421);
  });

  it('sends one address so many mails and no more, without a word, and slows one client', async () => {
    await addPerson(portal, 'often@example.org');
    const answers = new Set<string>();
    for (let count = 0; count < 5; count += 1) answers.add(shownText(await forgot('often@example.org')));
    expect(answers.size).to.equal(1);
    let slowed = await forgot('nobody@example.org');
    for (let count = 0; count < 20 && slowed.status === 200; count += 1) slowed = await forgot('nobody@example.org');
    expect([slowed.status, slowed.text.includes('Too many mails were asked for from here.')]).to.deep.equal([429, true]);
    expect(Number(slowed.headers['retry-after'])).to.be.within(1, 900);
    const mails = [
      await server.next('often@example.org'),
      await server.next('often@example.org'),
      await server.next('often@example.org'),
    ];
    await portal.post(administrator, '/identity/users/new', { email: 'after@example.org', name: 'After' });
    await server.next('after@example.org');
    expect(new Set(mails.map(tokenOf)).size).to.equal(3);
    expect((await choose(mails[0] as ReceivedMail, another)).status).to.equal(303);
    expect((await choose(mails[1] as ReceivedMail, another)).status, 'all end with the first that is used').to.equal(410);
    await server.next('often@example.org');
  });

  it('invites: the screen says so instead of a password, sends it again, and the link leads to the first sign-in', async () => {
    const added = await portal.post(administrator, '/identity/users/new', { email: 'new@example.org', name: 'Nora New' });
    const page = await administrator.get(added.headers.location as string);
    expect(page.text)
      .to.include('An invitation is on its way to new@example.org.')
      .and.include('Send Invitation Again')
      .and.not.include('one-time-password');
    const first = await server.next('new@example.org');
    expect(subject(first)).to.equal('You are invited to the portal');
    clock.advance({ hours: 71 });
    const form = await portal.agent().get(pathOf(first));
    expect(form.text).to.include('Welcome').and.include('Choose a password for your account, Nora New.');
    clock.advance({ hours: 2 });
    const late = await portal.agent().get(pathOf(first));
    expect([late.status, late.text.includes('This link does not work any more')]).to.deep.equal([410, true]);
    administrator = await portal.signIn();
    expect(subject(await server.next(portal.administrator.email))).to.equal('A sign-in from a new browser');
    const again = await portal.post(administrator, `${added.headers.location}/link`);
    expect((await administrator.get(again.headers.location as string)).text).to.include(
      'An invitation is on its way to new@example.org.',
    );
    expect((await choose(await server.next('new@example.org'), password)).status).to.equal(303);
    expect((await trySignIn(portal, portal.agent(), { email: 'new@example.org', password })).status).to.equal(303);
    expect((await administrator.get(added.headers.location as string)).text).to.include('Send Link for a New Password');
  });

  it('invites from the command line, and prints no password', async () => {
    const { out } = await portal.command(['users', 'add', '--email', 'cli@example.org', '--name', 'Cleo']);
    expect(out).to.equal('Added Cleo <cli@example.org>.\nAn invitation is on its way to cli@example.org.\n');
    await server.next('cli@example.org');
  });

  it('changes an address when the new one is confirmed, and tells the old one', async () => {
    await addPerson(portal, 'old@example.org', { name: 'Olga' });
    await addPerson(portal, 'taken@example.org');
    const olga = await portal.signIn({ email: 'old@example.org', password });
    const ask = (fields: object) =>
      portal.post(olga, '/account/email', { email: 'New.Olga@Example.org', current: password, ...fields });
    expect((await olga.get('/account')).text).to.include('href="/account/email"');
    expect((await ask({ current: 'not my password' })).text).to.include('This is not your current password.');
    expect((await ask({ email: 'taken@example.org' })).status).to.equal(409);
    expect((await ask({ email: 'no address' })).status).to.equal(400);
    expect((await ask({})).status).to.equal(303);
    expect(subject(await server.next('old@example.org'))).to.equal('Your address is to be changed');
    const link = await server.next('new.olga@example.org');
    expect(portal.service(People).byEmail('old@example.org')?.name).to.equal('Olga');
    expect((await portal.post(olga, '/sign-in/link', { token: tokenOf(link) })).headers.location).to.equal('/account');
    const told = await server.next('old@example.org');
    expect([subject(told), told.text.includes('is new.olga@example.org since')]).to.deep.equal([
      'Your address has been changed',
      true,
    ]);
    expect(portal.service(People).byEmail('new.olga@example.org')?.name).to.equal('Olga');
    expect((await send('/sign-in/link', { token: tokenOf(link) })).status).to.equal(410);
    expect((await trySignIn(portal, portal.agent(), { email: 'new.olga@example.org', password })).status).to.equal(303);
    expect(subject(await server.next('new.olga@example.org'))).to.equal('A sign-in from a new browser');
    expect(portal.service(People).byEmail('old@example.org')).to.equal(undefined);
    expect((await administrator.get('/configuration/audit-log?text=old@example.org')).text).to.include('new.olga@example.org');
  });

  it('tells the former address when an administrator changes it', async () => {
    const { id } = await addPerson(portal, 'hers@example.org', { name: 'Hera' });
    const answer = await portal.post(administrator, `/identity/users/${id}/email`, { email: 'his@example.org' });
    expect(answer.status).to.equal(303);
    const told = await server.next('hers@example.org');
    expect([subject(told), told.text.includes('is his@example.org since')]).to.deep.equal([
      'Your address has been changed',
      true,
    ]);
  });

  it('tells of a sign-in from a browser that the account did not know, not of the first and not of the same again', async () => {
    await addPerson(portal, 'dora@example.org');
    const browser = await portal.signIn({ email: 'dora@example.org', password });
    await browser.post('/sign-out').set('Origin', portal.url);
    await trySignIn(portal, browser, { email: 'dora@example.org', password });
    await portal.signIn({ email: 'dora@example.org', password });
    const mail = await server.next('dora@example.org');
    expect(subject(mail)).to.equal('A sign-in from a new browser');
    expect(mail.text).to.include('with the network address 127.0.0.1').and.include('choose a new password at once');
  });

  it('8.18: two spellings are one person, and a look-alike is another', async () => {
    await addPerson(portal, 'Ann@Example.org');
    await addPerson(portal, 'ann@Bücher.example');
    const lookAlike = 'ann@ex\u0430mple.org';
    for (const email of ['ANN@EXAMPLE.ORG', ' ann@example.org', 'ann@xn--bcher-kva.EXAMPLE', 'Ann@BÜCHER.example']) {
      const again = await portal.post(administrator, '/identity/users/new', { email, name: 'Ann' });
      expect([email, again.status]).to.deep.equal([email, 409]);
      expect((await trySignIn(portal, portal.agent(), { email, password })).status, email).to.equal(303);
    }
    // The second browser of each account is told; the server writes the domain as people read it.
    expect([await server.next('ann@example.org'), await server.next('ann@bücher.example')].map(subject)).to.deep.equal([
      'A sign-in from a new browser',
      'A sign-in from a new browser',
    ]);
    expect(portal.service(People).byEmail(lookAlike)).to.equal(undefined);
    expect((await portal.post(administrator, '/identity/users/new', { email: lookAlike, name: 'Another Ann' })).status).to.equal(
      303,
    );
    const mail = await server.next(lookAlike);
    expect(mail.to).to.deep.equal([lookAlike]);
    expect(portal.service(People).byEmail(lookAlike)?.id).to.not.equal(portal.service(People).byEmail('ann@example.org')?.id);
  });
});

describe('Without a mail server', () => {
  it('nothing is offered that needs mail', async () => {
    const portal = await startTestPortal();
    const visitor = await portal.signIn();
    expect((await portal.agent().get('/sign-in')).text).to.not.include('Forgot Password');
    expect((await visitor.get('/account')).text).to.not.include('/account/email');
    expect((await visitor.get('/account/email')).status).to.equal(404);
    const post = portal
      .agent()
      .post('/sign-in/forgot-password')
      .set('Origin', portal.url)
      .type('form')
      .send({ email: 'x@example.org' });
    expect([(await portal.agent().get('/sign-in/forgot-password')).status, (await post).status]).to.deep.equal([404, 404]);
    const added = await portal.post(visitor, '/identity/users/new', { email: 'new@example.org', name: 'Nora' });
    expect(added.text)
      .to.match(/<code[^>]*>[a-z2-9-]{19}<\/code>/)
      .and.not.match(/Send Invitation Again/);
    await portal.stop();
  });
});
