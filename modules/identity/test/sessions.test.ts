import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import { addPerson, FakeClock, isSignedIn, password, tokenIn, trySignIn } from './support.js';

describe('A session', () => {
  const clock = new FakeClock();
  let portal: TestPortal;
  let ada: Account;

  before(async () => {
    portal = await startTestPortal({ clock });
    ada = await addPerson(portal, 'ada@example.org');
  });

  after(() => portal.stop());

  const signIn = () => portal.signIn({ email: 'ada@example.org', password });

  it('ends after eight hours without use', async () => {
    const visitor = await signIn();
    clock.advance({ hours: 7, minutes: 59 });
    expect(await isSignedIn(visitor)).to.equal(true);
    clock.advance({ hours: 7, minutes: 59 });
    expect(await isSignedIn(visitor)).to.equal(true);
    clock.advance({ hours: 8 });
    expect(await isSignedIn(visitor)).to.equal(false);
  });

  it('ends after fourteen days, however much it is used', async () => {
    const visitor = await signIn();
    for (let hours = 0; hours < 14 * 24 - 7; hours += 7) {
      clock.advance({ hours: 7 });
      expect(await isSignedIn(visitor)).to.equal(true);
    }
    clock.advance({ hours: 7 });
    expect(await isSignedIn(visitor)).to.equal(false);
  });

  it('is dead at once after signing out, also for whoever copied its token', async () => {
    const visitor = portal.agent();
    const token = tokenIn(await trySignIn(portal, visitor, { email: 'ada@example.org', password }));
    const copy = () => portal.agent().get('/account').set('Cookie', `portico=${token}`);
    expect((await copy()).status).to.equal(200);
    const answer = await portal.post(visitor, '/sign-out');
    expect([answer.status, answer.headers.location]).to.deep.equal([303, '/sign-in']);
    expect((await copy()).status).not.to.equal(200);
    expect((await visitor.get('/sign-in')).text).to.include('You are signed out.');
  });

  it('stays when another site, or a page without the token, asks to sign out', async () => {
    const visitor = await signIn();
    const answer = await visitor.post('/sign-out').set('Origin', portal.url).type('form').send({});
    expect(answer.status).to.equal(403);
    expect(await isSignedIn(visitor)).to.equal(true);
  });

  it('is dead at once when the account is disabled, and does not come back with it', async () => {
    const visitor = await signIn();
    await portal.service(People).setActive(ada.id, false);
    expect(await isSignedIn(visitor)).to.equal(false);
    await portal.service(People).setActive(ada.id, true);
    expect(await isSignedIn(visitor)).to.equal(false);
  });

  it('is dead at once when an administrator sets another password', async () => {
    const visitor = await signIn();
    await portal.service(People).setPassword(ada.id, password);
    expect(await isSignedIn(visitor)).to.equal(false);
  });

  it('ends everywhere else when somebody changes the password, and goes on under another token here', async () => {
    const [here, elsewhere] = [await signIn(), await signIn()];
    const answer = await portal.post(here, '/account/password', {
      current: password,
      password: 'another good password',
      repeated: 'another good password',
    });
    expect([answer.status, tokenIn(answer)]).to.satisfy(([status, token]: [number, string]) => status === 303 && token !== '');
    expect(await isSignedIn(here)).to.equal(true);
    expect(await isSignedIn(elsewhere)).to.equal(false);
    await portal.service(People).setPassword(ada.id, password);
  });

  it('needs the current password, a long one and the same twice for a change of the password', async () => {
    const visitor = await signIn();
    const change = (current: string, next: string, repeated = next) =>
      portal.post(visitor, '/account/password', { current, password: next, repeated });
    expect((await change('wrong wrong wrong', 'another good password')).text).to.include('This is not your current password.');
    expect((await change(password, 'short')).text).to.include('Use at least 12 characters.');
    expect((await change(password, 'ä'.repeat(600))).text).to.include('Use at most 1024 bytes.');
    expect((await change(password, 'another good password', 'something else')).text).to.include('not the same');
    expect(await isSignedIn(visitor)).to.equal(true);
  });

  it('shows a changed name at once', async () => {
    const visitor = await signIn();
    expect((await portal.post(visitor, '/account/name', { name: '  Ada   Lovelace ' })).status).to.equal(303);
    expect((await visitor.get('/account')).text).to.include('Ada Lovelace');
    expect((await portal.post(visitor, '/account/name', { name: ' ' })).status).to.equal(400);
  });
});

describe('Sessions over a restart', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-sessions-'));
  });

  after(() => rm(home, { recursive: true, force: true }));

  it('live on, with the time of their last use, and the forms of open pages stay good', async () => {
    const clock = new FakeClock();
    const first = await startTestPortal({ clock, home });
    await addPerson(first, 'ada@example.org');
    const visitor = first.agent();
    const token = tokenIn(await trySignIn(first, visitor, { email: 'ada@example.org', password }));
    clock.advance({ hours: 7 });
    const csrf = await first.csrf(visitor);
    await first.stop({ keep: true });

    clock.advance({ hours: 7 });
    const second = await startTestPortal({ clock, home });
    try {
      const cookie = `portico=${token}`;
      expect((await second.agent().get('/account').set('Cookie', cookie)).status).to.equal(200);
      const answer = await second.agent().post('/sign-out').set({ Cookie: cookie, Origin: second.url, 'X-Portico-Csrf': csrf });
      expect(answer.status).to.equal(303);
      expect((await second.agent().get('/account').set('Cookie', cookie)).status).not.to.equal(200);
    } finally {
      await second.stop({ keep: true });
    }
  });
});
