import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { passwordProblem } from '../services/password-rules.js';
import { addPerson, FakeClock, password, type TestClient, tokenIn, trySignIn } from './support.js';

const owner = { email: 'ada.lovelace@analytical-engines.example', name: 'Ada Lovelace' };
const problemOf = (typed: string): Promise<string | undefined> => passwordProblem(typed, owner, 'intranet.acme.example');

describe('A new password', () => {
  for (const typed of [
    'qwertyuiop123',
    'Password1234!',
    'PASSWORD12345',
    '123456789012',
    '111111111111',
    'aaaaaaaaaaaaaaaa',
    'administrator',
    'unbelievable',
    '1q2w3e4r5t6y',
    'iloveyou2026!!',
    'dragondragon',
    'monkeysunshine',
    '2026!dragon!!!!',
    'abcabcabcabcabc',
  ])
    it(`is refused when it is tried first: ${typed} (ASVS 6.2.4)`, async () => {
      expect(await problemOf(typed)).to.match(/tried first/);
    });

  for (const typed of [
    'ada.lovelace@analytical-engines.example',
    'AdaLovelace1815',
    'ada-lovelace-ada',
    'Portico-Portico-1',
    'intranet.acme.example',
    'lovelacePassword1',
  ])
    it(`is refused when it is hardly more than what anybody knows: ${typed}`, async () => {
      expect(await problemOf(typed)).to.equal(
        'Leave out your name, your email address and the name of the portal: they are tried first.',
      );
    });

  for (const typed of [
    'grey pebbles by the river',
    'correct horse battery staple',
    'ada loves punched cards',
    'Tr0ub4dor&3xyz',
    '日本語のとても長い合言葉です',
    'zzzyyyxxxwww vvv',
    'kiosk-mango-verdict',
    '82019364750138',
  ])
    it(`is taken as it is, without rules of what it has to be made of: ${typed}`, async () => {
      expect(await problemOf(typed)).to.equal(undefined);
    });

  it('is refused when it is one of the list, or one of its first 3000 filled up to twelve characters (ASVS 6.2.4)', async () => {
    const { dictionary } = await import('@zxcvbn-ts/language-common');
    const list = dictionary['passwords-common'];
    const long = list.filter((common) => common.length >= 12);
    const filled = list.slice(0, 3000).map((common) => common.padEnd(12, '2026!'));
    expect([list.length, long.length]).to.deep.equal([49_233, 308]);
    const taken: string[] = [];
    for (const typed of [...long, ...filled]) if ((await problemOf(typed)) === undefined) taken.push(typed);
    expect(taken).to.deep.equal([]);
  });

  it('is at least twelve characters and at most 1024 bytes long', async () => {
    expect(await problemOf('kiosk-mango')).to.equal('Use at least 12 characters.');
    expect(await problemOf('ä'.repeat(600))).to.equal('Use at most 1024 bytes.');
  });
});

describe('Passwords that somebody else chose', () => {
  let portal: TestPortal;
  const clock = new FakeClock();

  before(async () => {
    portal = await startTestPortal({ clock });
  });
  after(() => portal.stop());

  const choose = (visitor: TestClient, ticket: string, chosen: string): ReturnType<TestClient['post']> =>
    visitor
      .post('/sign-in/new-password')
      .set('Origin', portal.url)
      .set('Accept', 'text/html')
      .type('form')
      .send({ ticket, password: chosen, repeated: chosen });

  it('are of 79 random bits, end after 72 hours, and never become the own one (ASVS 6.4.1)', async () => {
    const administrator = await portal.signIn();
    const page = await portal.post(administrator, '/identity/users/new', { email: 'ada@example.org', name: 'Ada' });
    const given = /<code class="one-time-password">([^<]+)</.exec(page.text)?.[1] ?? '';
    expect(given).to.match(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    const form = await trySignIn(portal, portal.agent(), { email: 'ada@example.org', password: given });
    const ticket = /name="ticket" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
    const same = await choose(portal.agent(), ticket, given);
    expect([same.status, same.text.includes('Choose another password than the one you were given.')]).to.deep.equal([400, true]);
    const common = await choose(portal.agent(), ticket, 'qwertyuiop123');
    expect([common.status, common.text.includes('tried first')]).to.deep.equal([400, true]);
    const done = await choose(portal.agent(), ticket, password);
    expect([done.status, tokenIn(done) !== '']).to.deep.equal([303, true]);
    expect((await trySignIn(portal, portal.agent(), { email: 'ada@example.org', password: given })).status).to.equal(401);

    await addPerson(portal, 'bob@example.org', { password: given, mustChangePassword: true });
    clock.advance({ hours: 71 });
    expect((await trySignIn(portal, portal.agent(), { email: 'bob@example.org', password: given })).status).to.equal(200);
    clock.advance({ hours: 2 });
    const late = await trySignIn(portal, portal.agent(), { email: 'bob@example.org', password: given });
    expect([late.status, late.text.includes('This one-time password was not used in time.')]).to.deep.equal([401, true]);
    const wrong = await trySignIn(portal, portal.agent(), { email: 'bob@example.org', password: 'wrong wrong wrong' });
    expect(wrong.text).not.to.include('in time');
    await portal.command(['users', 'set-password', '--email', 'bob@example.org'], 'a harbour in the fog');
    expect(
      (await trySignIn(portal, portal.agent(), { email: 'bob@example.org', password: 'a harbour in the fog' })).status,
    ).to.equal(303);
  });

  it('become one password, also when two are chosen side by side', async () => {
    const email = 'frida@example.org';
    await addPerson(portal, email, { mustChangePassword: true });
    const form = await trySignIn(portal, portal.agent(), { email, password });
    const ticket = /name="ticket" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
    const chosen = ['lanterns over the harbour', 'a kettle on the stove'];
    const answers = await Promise.all(chosen.map((each) => choose(portal.agent(), ticket, each)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 410]);
    const right = chosen[answers.findIndex(({ status }) => status === 303)] ?? '';
    expect((await trySignIn(portal, portal.agent(), { email, password: right })).status).to.equal(303);
  });

  it('are not replaced by who knows a former one and is still busy with it', async () => {
    const email = 'gerd@example.org';
    await addPerson(portal, email);
    const visitor = await portal.signIn({ email, password });
    const change = (next: string): ReturnType<typeof portal.post> =>
      portal.post(visitor, '/account/password', { current: password, password: next, repeated: next });
    const chosen = ['lanterns over the harbour', 'a kettle on the stove'];
    const answers = await Promise.all(chosen.map(change));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 400]);
    expect(answers.find(({ status }) => status === 400)?.text).to.include('This is not your current password.');
    const right = chosen[answers.findIndex(({ status }) => status === 303)] ?? '';
    expect((await trySignIn(portal, portal.agent(), { email, password: right })).status).to.equal(303);
  });

  it('are refused when they are common, on every way that sets one', async () => {
    const account = await addPerson(portal, 'dora@example.org');
    const set = await portal.command(['users', 'set-password', '--email', account.email], 'qwertyuiop123');
    expect([set.exitCode, set.err.includes('tried first')]).to.deep.equal([1, true]);
    const added = await portal.command(['users', 'add', '--email', 'eve@example.org', '--name', 'Eve'], 'password12345');
    expect(added.exitCode).to.equal(1);
    const visitor = await portal.signIn({ email: account.email, password });
    const changed = await portal.post(visitor, '/account/password', {
      current: password,
      password: 'dora@example.org',
      repeated: 'dora@example.org',
    });
    expect([changed.status, changed.text.includes('Leave out your name')]).to.deep.equal([400, true]);
  });
});
