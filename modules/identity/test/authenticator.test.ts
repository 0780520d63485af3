import { AuditLog, type AuditRecord, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { People, Roles } from '../api/index.js';
import {
  type AppCode,
  addPerson,
  appOf,
  FakeClock,
  hidden,
  isSignedIn,
  password,
  recoveryCodesIn,
  setUpApp,
  type TestClient,
  tokenIn,
  trySignIn,
} from './support.js';

describe('An authenticator app', () => {
  let portal: TestPortal;
  const clock = new FakeClock();

  before(async () => {
    portal = await startTestPortal({ clock });
  });
  after(() => portal.stop());

  /** Somebody who has set an app up, and the codes that it shows. */
  const enrolled = async (
    name: string,
  ): Promise<{ email: string; code: AppCode; recovery: readonly string[]; owner: TestClient }> => {
    const email = `${name}@example.org`;
    await addPerson(portal, email);
    const owner = await portal.signIn({ email, password });
    return { email, owner, ...(await setUpApp(portal, owner, clock)) };
  };

  /** The page that asks for a code after the password. */
  const askedFor = async (visitor: TestClient, email: string): Promise<string> => {
    const page = await trySignIn(portal, visitor, { email, password });
    expect([page.status, tokenIn(page)]).to.deep.equal([200, '']);
    return hidden(page.text, 'ticket');
  };
  const send = (visitor: TestClient, fields: object): ReturnType<TestClient['post']> =>
    visitor.post('/sign-in/code').set('Origin', portal.url).set('Accept', 'text/html').type('form').send(fields);
  const trail = async (email: string): Promise<readonly AuditRecord[]> =>
    (await portal.service(AuditLog).list({ area: 'security', subject: email })).records;

  it('is set up with a picture, the key as text and a code; eight recovery codes are shown once', async () => {
    await addPerson(portal, 'ada@example.org');
    const ada = await portal.signIn({ email: 'ada@example.org', password });
    const page = await ada.get('/account/authenticator');
    expect(page.text)
      .to.include('src="data:image/svg+xml;base64,')
      .and.to.match(/<label for="code">\s*Code/);
    const code = appOf(page.text, clock);
    const sealed = hidden(page.text, 'sealed');
    const wrong = await portal.post(ada, '/account/authenticator', { sealed, code: code(5) });
    expect(wrong.status).to.equal(400);
    expect(wrong.text).to.include('This code is not right').and.to.include(hidden(page.text, 'sealed'));
    const done = await portal.post(ada, '/account/authenticator', { sealed, code: code() });
    expect(recoveryCodesIn(done.text)).to.have.length(8);
    const later = (await ada.get('/account')).text + (await ada.get('/account/authenticator')).text;
    expect(recoveryCodesIn(later)).to.deep.equal([]);
    expect(later).to.include('You have 8 recovery codes left.').and.not.to.include(code(0));
    const again = await portal.post(ada, '/account/authenticator', { sealed, code: code() });
    expect([again.status, again.text.includes('You have an authenticator app already.')]).to.deep.equal([409, true]);
  });

  it('is asked for after the password: no session before (ASVS 6.3.3)', async () => {
    const { email, code } = await enrolled('bea');
    const visitor = portal.agent();
    const ticket = await askedFor(visitor, email);
    expect(await isSignedIn(visitor)).to.equal(false);
    const answer = await send(visitor, { ticket, code: code(), next: '/account' });
    expect([answer.status, answer.headers.location]).to.deep.equal([303, '/account']);
    expect(await isSignedIn(visitor)).to.equal(true);
    expect((await trail(email)).map(({ attribute, action }) => `${attribute} ${action}`)).to.deep.equal([
      'authenticator-app used',
      'authenticator-app set',
    ]);
  });

  it('takes each code once, also side by side, and never the one of the setting up (8.9)', async () => {
    const email = 'cleo@example.org';
    await addPerson(portal, email);
    const owner = await portal.signIn({ email, password });
    const page = await owner.get('/account/authenticator');
    const code = appOf(page.text, clock);
    const confirming = code();
    await portal.post(owner, '/account/authenticator', { sealed: hidden(page.text, 'sealed'), code: confirming });
    const tickets = [await askedFor(portal.agent(), email), await askedFor(portal.agent(), email)];
    expect((await send(portal.agent(), { ticket: tickets[0], code: confirming })).status).to.equal(401);
    const next = code(1);
    const answers = await Promise.all(tickets.map((ticket) => send(portal.agent(), { ticket, code: next })));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 401]);
    const late = await askedFor(portal.agent(), email);
    expect((await send(portal.agent(), { ticket: late, code: next })).status).to.equal(401);
  });

  it('takes the code of one step before or after, and none further away', async () => {
    const { email, code } = await enrolled('dora');
    const attempt = async (steps: number): Promise<number> =>
      (await send(portal.agent(), { ticket: await askedFor(portal.agent(), email), code: code(steps) })).status;
    expect([await attempt(-2), await attempt(2), await attempt(-1)]).to.deep.equal([401, 401, 303]);
    clock.advance({ minutes: 2 });
    expect(await attempt(1)).to.equal(303);
  });

  it('gives way to recovery codes, each once, however they are typed', async () => {
    const { email, recovery } = await enrolled('eve');
    const visitor = portal.agent();
    const ticket = await askedFor(visitor, email);
    const form = await send(visitor, { ticket, recovery: 'true' });
    expect(form.text).to.match(/<label for="code">\s*Recovery Code/);
    const [first = '', second = ''] = recovery;
    const tries = [first, second].map((code) => code.toUpperCase().replaceAll('-', ' '));
    expect((await send(visitor, { ticket, recovery: 'true', code: tries[0] })).status).to.equal(303);
    const others = [await askedFor(portal.agent(), email), await askedFor(portal.agent(), email)];
    expect((await send(portal.agent(), { ticket: others[0], recovery: 'true', code: first })).status).to.equal(401);
    const both = await Promise.all(
      others.map((other) => send(portal.agent(), { ticket: other, recovery: 'true', code: second })),
    );
    expect(both.map(({ status }) => status).sort()).to.deep.equal([303, 401]);
    expect((await trail(email)).map(({ action }) => action).filter((action) => action === 'used')).to.have.length(2);
  });

  it('is slowed where somebody guesses codes, and not for the owner on a device of theirs (ASVS 6.3.1)', async () => {
    const { email, code, owner } = await enrolled('fay');
    const ticket = await askedFor(portal.agent(), email);
    const guesses: number[] = [];
    for (let number = 0; number < 6; number += 1) guesses.push((await send(portal.agent(), { ticket, code: '000000' })).status);
    expect(guesses).to.deep.equal([401, 401, 401, 401, 401, 429]);
    expect((await send(portal.agent(), { ticket, code: code() })).status).to.equal(429);
    await portal.post(owner, '/sign-out');
    expect((await send(owner, { ticket: await askedFor(owner, email), code: code() })).status).to.equal(303);
  });

  it('is turned off with the password, and its recovery codes go with it', async () => {
    const { email, owner } = await enrolled('gil');
    const refused = await portal.post(owner, '/account/authenticator/remove', { password: 'wrong wrong wrong' });
    expect(refused.text).to.include('This is not your current password.');
    expect((await portal.post(owner, '/account/authenticator/remove', { password })).status).to.equal(303);
    expect((await trySignIn(portal, portal.agent(), { email, password })).status).to.equal(303);
    expect((await trail(email))[0]).to.include({ attribute: 'authenticator-app', action: 'removed' });
  });

  it('is not asked of a ticket that is old, of another step, or of somebody who was disabled meanwhile', async () => {
    const { email, code } = await enrolled('hal');
    const old = await askedFor(portal.agent(), email);
    clock.advance({ minutes: 11 });
    expect((await send(portal.agent(), { ticket: old, code: code() })).status).to.equal(410);
    const ticket = await askedFor(portal.agent(), email);
    const password410 = await portal
      .agent()
      .post('/sign-in/new-password')
      .set('Origin', portal.url)
      .set('Accept', 'text/html')
      .type('form')
      .send({ ticket, password: 'lanterns over the harbour', repeated: 'lanterns over the harbour' });
    expect(password410.status).to.equal(410);
    const people = portal.service(People);
    await people.setActive(people.byEmail(email)?.id ?? '', false);
    expect((await send(portal.agent(), { ticket, code: code() })).status).to.equal(410);
  });

  it('is removed by an administrator, on the page of the person and by command, and all sessions end', async () => {
    const administrator = await portal.signIn();
    const people = portal.service(People);
    const { email, owner, recovery } = await enrolled('ida');
    const home = `/identity/users/${people.byEmail(email)?.id}`;
    expect((await administrator.get(home)).text)
      .to.include('Remove Second Factors')
      .and.to.include('8 recovery codes left');
    expect((await portal.post(administrator, `${home}/second-factors/remove`)).status).to.equal(303);
    expect(await isSignedIn(owner)).to.equal(false);
    expect((await trySignIn(portal, portal.agent(), { email, password })).status).to.equal(303);
    expect((await administrator.get(home)).text).to.include('None: the password alone signs in.');
    const [entry] = (await trail(email)).filter(({ attribute }) => attribute === 'second-factors');
    expect([entry?.action, entry?.by.name, entry?.via]).to.deep.equal(['removed', 'Administrator', 'screen']);
    expect(JSON.stringify(await trail(email))).not.to.include(recovery[0]);

    const other = await enrolled('jo');
    const removed = await portal.command(['users', 'remove-second-factors', '--email', other.email]);
    expect(removed.out).to.include(`The second factors of ${other.email} are removed.`);
    const again = await portal.command(['users', 'remove-second-factors', '--email', other.email]);
    expect(again.out).to.include('has no second factor');
    expect((await trail(other.email))[0]?.via).to.equal('command');
  });

  it('keeps its key sealed, under a new master key too', async () => {
    const { email, code } = await enrolled('kim');
    const listed = (await portal.command(['secrets', 'list'])).out;
    expect(listed).to.include(`identity.authenticator (${email})`);
    expect((await portal.command(['secrets', 'rotate'])).exitCode).to.equal(0);
    const ticket = await askedFor(portal.agent(), email);
    expect((await send(portal.agent(), { ticket, code: code() })).status).to.equal(303);
  });
});

describe('A role that needs a second factor', () => {
  let portal: TestPortal;
  const clock = new FakeClock();

  before(async () => {
    portal = await startTestPortal({ clock });
    const set = await portal.command(['settings', 'set', 'sign-in.secondFactorRoles', '["author"]']);
    expect(set.err).to.equal('');
  });
  after(() => portal.stop());

  const author = async (name: string, more: object = {}): Promise<string> => {
    const email = `${name}@example.org`;
    const { id } = await addPerson(portal, email, more);
    const home = portal.service(SiteDirectory).byAddress('home');
    await portal.service(People).grant(id, 'Author', home?.id);
    return email;
  };
  const post = (visitor: TestClient, path: string, fields: object): ReturnType<TestClient['post']> =>
    visitor.post(path).set('Origin', portal.url).set('Accept', 'text/html').type('form').send(fields);

  it('leads who has none to set one up before anything else, and asks for it from then on (ASVS 6.3.3)', async () => {
    const email = await author('ada');
    const visitor = portal.agent();
    const page = await trySignIn(portal, visitor, { email, password, next: '/account' });
    expect([page.status, tokenIn(page), page.text.includes('Secure your account')]).to.deep.equal([200, '', true]);
    expect(await isSignedIn(visitor)).to.equal(false);
    const code = appOf(page.text, clock);
    const fields = { ticket: hidden(page.text, 'ticket'), sealed: hidden(page.text, 'sealed'), next: '/account' };
    const wrong = await post(visitor, '/sign-in/set-up/app', { ...fields, code: code(9) });
    expect([wrong.status, hidden(wrong.text, 'sealed')]).to.deep.equal([400, fields.sealed]);
    const done = await post(visitor, '/sign-in/set-up/app', { ...fields, code: code() });
    expect([done.status, recoveryCodesIn(done.text).length, tokenIn(done) !== '']).to.deep.equal([200, 8, true]);
    expect(done.text).to.include('href="/account"');
    expect(await isSignedIn(visitor)).to.equal(true);
    const later = await trySignIn(portal, portal.agent(), { email, password });
    expect([later.status, later.text.includes('One more step')]).to.deep.equal([200, true]);
    const off = await portal.post(visitor, '/account/authenticator/remove', { password });
    expect([off.status, off.text.includes('A role of yours needs a second factor.')]).to.deep.equal([409, true]);
  });

  it('asks after a one-time password was replaced, and not before', async () => {
    const email = await author('bea', { mustChangePassword: true });
    const first = await trySignIn(portal, portal.agent(), { email, password });
    expect(first.text).to.include('Choose a password');
    const own = 'lanterns over the harbour';
    const second = await post(portal.agent(), '/sign-in/new-password', {
      ticket: hidden(first.text, 'ticket'),
      password: own,
      repeated: own,
    });
    expect([second.status, tokenIn(second), second.text.includes('Secure your account')]).to.deep.equal([200, '', true]);
  });

  it('takes nothing from a ticket whose password is another one by now', async () => {
    const email = await author('zoe');
    const page = await trySignIn(portal, portal.agent(), { email, password });
    const [code, ticket, sealed] = [appOf(page.text, clock), hidden(page.text, 'ticket'), hidden(page.text, 'sealed')];
    const people = portal.service(People);
    await people.setPassword(people.byEmail(email)?.id ?? '', 'lanterns over the harbour');
    expect((await post(portal.agent(), '/sign-in/set-up/app', { ticket, sealed, code: code() })).status).to.equal(410);
    const removed = await portal.command(['users', 'remove-second-factors', '--email', email]);
    expect(removed.out).to.include(`${email} has no second factor.`);
  });

  it('changes nothing for others, who may do without', async () => {
    await addPerson(portal, 'carl@example.org');
    expect((await trySignIn(portal, portal.agent(), { email: 'carl@example.org', password })).status).to.equal(303);
  });

  it('stays the one that was named when it gets another name', async () => {
    const administrator = await portal.signIn();
    await portal.post(administrator, '/identity/roles/new', { name: 'Treasurer', description: '' });
    const treasurer = portal.service(Roles).byName('Treasurer');
    const chosen = JSON.stringify(['author', treasurer?.id]);
    expect((await portal.command(['settings', 'set', 'sign-in.secondFactorRoles', chosen])).err).to.equal('');
    const { id, email } = await addPerson(portal, 'dora@example.org');
    await portal.service(People).grant(id, 'Treasurer');
    const asked = async (): Promise<boolean> =>
      (await trySignIn(portal, portal.agent(), { email, password })).text.includes('Secure your account');
    expect(await asked()).to.equal(true);
    await portal.post(administrator, `/identity/roles/${treasurer?.id}/name`, { name: 'Cashier', description: '' });
    expect(portal.service(People).byId(id)?.roles).to.deep.equal(['Cashier']);
    expect(await asked()).to.equal(true);
  });

  it('is named by administrators on a page of the settings', async () => {
    const administrator = await portal.signIn();
    const page = await administrator.get('/configuration/instance-settings/sign-in');
    expect(page.text)
      .to.include('Roles that need a second factor')
      .and.to.match(/value="author"[^>]*checked[^>]*>\s*Author/);
  });
});
