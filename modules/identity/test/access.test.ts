import { AuditLog, type AuditRecord } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import { addPerson, FakeClock, isSignedIn, password, setUpApp, type TestClient, trySignIn } from './support.js';

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

const sessionsIn = (html: string): readonly string[] => [
  ...new Set([...html.matchAll(/\/sessions\/([0-9a-f]{32})\/end"/g)].map(([, id]) => id ?? '')),
];

describe('Sessions and API tokens', () => {
  let portal: TestPortal;
  let administrator: TestClient;
  const clock = new FakeClock();

  before(async () => {
    portal = await startTestPortal({ clock });
    administrator = await portal.signIn();
  });
  after(() => portal.stop());

  const withBrowser = async (email: string, userAgent: string): Promise<TestClient> => {
    const visitor = portal.agent().set('User-Agent', userAgent) as TestClient;
    expect((await trySignIn(portal, visitor, { email, password })).status).to.equal(303);
    return visitor;
  };
  const makeToken = async (visitor: TestClient, name: string): Promise<void> => {
    const days = '7';
    const made = await portal.post(visitor, '/account/tokens', { name, days, scopes: 'identity.manage-people' });
    expect(made.text).to.include('portico_');
  };
  const manager = async (name: string): Promise<Account> => {
    const account = await addPerson(portal, `${name}@example.org`, { name });
    await portal.service(People).grant(account.id, 'Administrator');
    return account;
  };
  const trail = async (subject: string): Promise<readonly AuditRecord[]> =>
    (await portal.service(AuditLog).list({ subject }, undefined, 20)).records;

  it('are listed with browser, system, address and times, and which is this one (ASVS 7.5.2)', async () => {
    await addPerson(portal, 'ada@example.org');
    await withBrowser('ada@example.org', safari);
    clock.advance({ minutes: 3 });
    const here = await withBrowser('ada@example.org', firefox);
    const page = (await here.get('/account')).text;
    expect(page).to.match(/Firefox 140 on Windows <span class="pill pill-blue">This one<\/span>/);
    expect(page).to.include('Safari 18 on iOS').and.to.include('<bdi>127.0.0.1</bdi>');
    expect(page).to.include('aria-label="End Safari 18 on iOS"').and.to.include('datetime="2026-03-01T09:00');
    expect(sessionsIn(page)).to.have.length(1);
  });

  it('are ended one by one and all others at once, by their owner only, who gives the password again after a while (ASVS 7.5.2)', async () => {
    for (const name of ['bea', 'bob']) await addPerson(portal, `${name}@example.org`);
    const [here, there, elsewhere] = [
      await withBrowser('bea@example.org', firefox),
      await withBrowser('bea@example.org', safari),
      await withBrowser('bea@example.org', safari),
    ];
    const bob = await withBrowser('bob@example.org', firefox);
    const [first = ''] = sessionsIn((await there.get('/account')).text);
    expect((await portal.post(bob, `/account/sessions/${first}/end`)).status).to.equal(404);
    clock.advance({ minutes: 16 });
    const asked = await portal.post(here, '/account/sessions/end-others');
    expect([asked.status, asked.headers.location]).to.deep.equal([303, '/account/confirm?next=%2Faccount']);
    expect(await isSignedIn(there)).to.equal(true);
    const wrong = await portal.post(here, '/account/confirm', { password: 'wrong wrong wrong', next: '/account' });
    expect([wrong.status, wrong.text.includes('This is not your current password.')]).to.deep.equal([400, true]);
    const right = await portal.post(here, '/account/confirm', { password, next: 'https://evil.example/' });
    expect([right.status, right.headers.location]).to.deep.equal([303, '/account']);
    const [one = ''] = sessionsIn((await here.get('/account')).text);
    expect((await portal.post(here, `/account/sessions/${one}/end`)).status).to.equal(303);
    expect([await isSignedIn(there), await isSignedIn(elsewhere)].filter(Boolean)).to.have.length(1);
    expect((await portal.post(here, '/account/sessions/end-others')).status).to.equal(303);
    expect([await isSignedIn(here), await isSignedIn(there), await isSignedIn(elsewhere)]).to.deep.equal([true, false, false]);
    expect(await isSignedIn(bob)).to.equal(true);
  });

  it('can be ended right after a second factor was set up or removed, and all others end with the own password (ASVS 7.4.3)', async () => {
    await addPerson(portal, 'cleo@example.org');
    const here = await withBrowser('cleo@example.org', firefox);
    const there = await withBrowser('cleo@example.org', safari);
    expect((await portal.post(here, '/account/recovery-codes')).status).to.equal(404);
    await setUpApp(portal, here, clock);
    const renewed = await portal.post(here, '/account/recovery-codes');
    expect(renewed.text).to.include('End all others');
    const next = 'lanterns over the harbour';
    const changed = await portal.post(here, '/account/password', { current: password, password: next, repeated: next });
    expect(changed.status).to.equal(303);
    expect([await isSignedIn(here), await isSignedIn(there)]).to.deep.equal([true, false]);
  });

  it('of somebody are seen and ended by administrators, on their page (ASVS 7.4.5)', async () => {
    const account = await manager('dora');
    const [one, two] = [await withBrowser(account.email, firefox), await withBrowser(account.email, safari)];
    await makeToken(one, 'Deployments');
    const page = (await administrator.get(`/identity/users/${account.id}`)).text;
    expect(page).to.include('Firefox 140 on Windows').and.to.include('Safari 18 on iOS').and.to.include('Deployments');
    const [first = ''] = sessionsIn(page);
    const home = `/identity/users/${account.id}`;
    expect((await portal.post(administrator, `${home}/sessions/${first}/end`)).status).to.equal(303);
    expect([await isSignedIn(one), await isSignedIn(two)].filter(Boolean)).to.have.length(1);
    const token = /tokens\/([0-9a-f-]{36})\/revoke/.exec(page)?.[1] ?? '';
    expect((await portal.post(administrator, `${home}/tokens/${token}/revoke`)).status).to.equal(303);
    expect((await portal.post(administrator, `${home}/sessions/end`)).status).to.equal(303);
    expect([await isSignedIn(one), await isSignedIn(two)]).to.deep.equal([false, false]);
    const entries = await trail(account.email);
    const removed = entries.filter(({ action, area }) => action === 'removed' && area === 'api-tokens');
    expect(removed.map(({ attribute, by }) => [attribute, by.name])).to.deep.equal([['Deployments', 'Administrator']]);
  });

  it('of an administrator are out of reach for who manages people and is none, as are second factors', async () => {
    const account = await manager('eve');
    const eve = await withBrowser(account.email, firefox);
    await makeToken(eve, 'Hers');
    const { tokens } = {
      tokens: /tokens\/([0-9a-f-]{36})/.exec((await administrator.get(`/identity/users/${account.id}`)).text)?.[1],
    };
    const helper = await addPerson(portal, 'helper@example.org');
    await portal.service(People).grant(helper.id, 'Operator');
    await portal.post(administrator, '/identity/roles/operator', { permissions: 'identity.manage-people' });
    const visitor = await portal.signIn({ email: helper.email, password });
    const home = `/identity/users/${account.id}`;
    expect((await visitor.get(home)).text).not.to.include('Firefox 140');
    for (const path of ['sessions/end', `tokens/${tokens}/revoke`, 'second-factors/remove'])
      expect((await portal.post(visitor, `${home}/${path}`)).status, path).to.equal(403);
    const own = await portal.post(visitor, `/identity/users/${helper.id}/sessions/end`);
    expect(own.status).to.equal(409);
    expect(await isSignedIn(eve)).to.equal(true);
  });

  it('end with a password that somebody else sets; tokens go on after a password of the own choice', async () => {
    const account = await manager('fay');
    const visitor = await withBrowser(account.email, firefox);
    await makeToken(visitor, 'Mine');
    const next = 'lanterns over the harbour';
    await portal.post(visitor, '/account/password', { current: password, password: next, repeated: next });
    expect((await visitor.get('/account/tokens')).text).to.include('Mine');
    await portal.post(administrator, `/identity/users/${account.id}/password`);
    expect(await isSignedIn(visitor)).to.equal(false);
    expect((await portal.command(['tokens', 'list', '--email', account.email])).err).to.include('There are none.');
  });

  it('are listed and ended by commands', async () => {
    const account = await manager('gil');
    const visitor = await withBrowser(account.email, firefox);
    await makeToken(visitor, 'Nightly');
    const listed = await portal.command(['sessions', 'list', '--email', account.email, '--json']);
    const [session] = JSON.parse(listed.out) as { id: string; browser: string; system: string }[];
    expect(session).to.include({ browser: 'Firefox 140', system: 'Windows' });
    const tokens = JSON.parse((await portal.command(['tokens', 'list', '--email', account.email, '--json'])).out) as object[];
    expect(tokens[0]).to.include({ name: 'Nightly' }).and.not.to.have.property('tokenHash');
    const everybodys = JSON.parse((await portal.command(['tokens', 'list', '--json'])).out) as { email: string; id: string }[];
    const [nightly] = everybodys.filter(({ email }) => email === account.email);
    expect((await portal.command(['tokens', 'revoke', '--id', nightly?.id ?? ''])).out).to.include('1 API token is revoked.');
    expect((await portal.command(['tokens', 'revoke', '--id', nightly?.id ?? ''])).exitCode).to.equal(1);
    expect((await portal.command(['tokens', 'revoke'])).err).to.include('Say which tokens');
    expect((await portal.command(['sessions', 'list'])).out).to.include(`${account.email}  `);
    const ended = await portal.command(['sessions', 'end', '--email', account.email, '--id', session?.id ?? '']);
    expect(ended.exitCode).to.equal(0);
    expect(await isSignedIn(visitor)).to.equal(false);
    expect((await portal.command(['sessions', 'end'])).err).to.include('Say whose sessions');
    const again = await withBrowser(account.email, firefox);
    expect((await portal.command(['sessions', 'end', '--everybody'])).exitCode).to.equal(0);
    expect([await isSignedIn(again), await isSignedIn(administrator)]).to.deep.equal([false, false]);
  });
});
