import { createHmac } from 'node:crypto';
import { AuditLog, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import { addProvider, changeProvider, leadsTo, providerId, startProvider, type TestProvider, TestVisitor } from './support.js';

const password = 'grey pebbles by the river';

/** The code that an authenticator app shows now (RFC 6238). */
function codeOf(secret: string): string {
  const bits = [...secret]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(step).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('Signing in by OpenID Connect', () => {
  let portal: TestPortal;
  let provider: TestProvider;
  /** How far the clock of the portal is ahead. */
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead), monotonic: () => performance.now() + ahead };

  before(async () => {
    portal = await startTestPortal({ clock });
    provider = await startProvider(portal.url);
    await addProvider(portal, provider.issuer);
  });

  after(async () => {
    await portal?.stop();
    await provider?.stop();
  });

  it('shows a button for the provider, which leads there and back to where somebody wanted to go', async () => {
    provider.people.set('ada', { email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' });
    const ada = new TestVisitor(portal);
    const page = await (await ada.send('/sign-in?next=/account')).text();
    expect(page).to.include('Sign in with Example Org');
    const answer = await ada.signIn('ada', '/account');
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, '/account']);
    expect(await ada.account()).to.equal('ada@example.org');
    expect(portal.service(People).byEmail('ada@example.org')?.name).to.equal('Ada Lovelace');
  });

  it('connects an account that is here by an address that was verified, and says so in the audit log', async () => {
    await portal.service(People).add({ email: 'bob@example.org', name: 'Bob Here', password });
    provider.people.set('bob', { email: 'bob@example.org', email_verified: true, name: 'Bob There' });
    const bob = new TestVisitor(portal);
    await bob.signIn('bob');
    expect(await bob.account()).to.equal('bob@example.org');
    expect(portal.service(People).byEmail('bob@example.org')?.name).to.equal('Bob Here');
    const { records } = await portal.service(AuditLog).list({ area: 'security', subject: 'bob@example.org' });
    const [record] = records.filter(({ action }) => action === 'external-account-connected');
    expect([record?.attribute, record?.after]).to.deep.equal([provider.issuer, { label: 'bob@example.org', subject: 'bob' }]);
  });

  it('8.2 knows a person by issuer and subject, whatever becomes of their address there', async () => {
    await portal.service(People).add({ email: 'carol@example.org', name: 'Carol', password });
    await portal.service(People).add({ email: 'dave@example.org', name: 'Dave', password });
    provider.people.set('carol', { email: 'carol@example.org', email_verified: true, name: 'Carol' });
    const account = async (sub: string): Promise<string | undefined> => {
      const visitor = new TestVisitor(portal);
      await visitor.signIn(sub);
      return visitor.account();
    };
    expect(await account('carol')).to.equal('carol@example.org');
    provider.people.set('carol', { email: 'free@example.org', email_verified: true, name: 'Carol' });
    expect(await account('carol')).to.equal('carol@example.org');
    provider.people.set('carol', { email: 'dave@example.org', email_verified: true, name: 'Carol' });
    expect(await account('carol')).to.equal('carol@example.org');
    expect(portal.service(People).byEmail('free@example.org')).to.equal(undefined);
    expect(portal.service(People).byEmail('dave@example.org')?.name).to.equal('Dave');
  });

  it('8.4 ends well in two tabs, in whatever order, after Back, and when a page is loaded again', async () => {
    provider.people.set('ada', { email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' });
    const ada = new TestVisitor(portal);
    const [one, two] = [await ada.begin('/account'), await ada.begin('/account/tokens')];
    const first = await ada.authenticate(one, 'ada');
    const second = await ada.authenticate(two, 'ada');
    const places = async (address: string) => {
      const answer = await ada.send(address);
      return [answer.status, answer.headers.get('location')];
    };
    expect(await places(first)).to.deep.equal([303, '/account']);
    expect(await places(second)).to.deep.equal([303, '/account/tokens']);
    // Back, and the same address once more.
    expect(await places(first)).to.deep.equal([303, '/account']);
    expect(await ada.account()).to.equal('ada@example.org');
    await ada.change('/sign-out');
    const again = await ada.send(first);
    expect(again.status).to.equal(410);
    expect(await TestVisitor.alert(again)).to.include('Sign in again.');
  });

  it('8.5 gives and takes roles by groups, whether they are a list, one text, absent or empty', async () => {
    const home = portal.service(SiteDirectory).byAddress('home')?.id ?? '';
    await changeProvider(portal, provider.issuer, {
      group: ['admins', 'writers', 'helpers'],
      role: ['Administrator', 'Author', 'Member'],
      site: ['', home, home],
    });
    const gina = await portal.service(People).add({ email: 'gina@example.org', name: 'Gina', password });
    await portal.service(People).grant(gina.id, 'Member', home);
    const rolesWith = async (groups: unknown) => {
      provider.people.set('gina', { email: 'gina@example.org', email_verified: true, name: 'Gina', groups });
      await new TestVisitor(portal).signIn('gina');
      const { roles = [], siteRoles = {} } = portal.service(People).byId(gina.id) ?? {};
      return [...roles, ...(siteRoles[home] ?? [])];
    };
    expect(await rolesWith(['admins', 'writers', 'unheard-of'])).to.deep.equal(['Administrator', 'Author', 'Member']);
    expect(await rolesWith('writers')).to.deep.equal(['Author', 'Member']);
    expect(await rolesWith(undefined)).to.deep.equal(['Author', 'Member']);
    expect(await rolesWith(null)).to.deep.equal(['Author', 'Member']);
    expect(await rolesWith(['helpers', 'writers'])).to.deep.equal(['Author', 'Member']);
    expect(await rolesWith([])).to.deep.equal(['Member']);
    expect(await rolesWith(['writers'])).to.deep.equal(['Author', 'Member']);
    // What somebody gives is theirs: the provider does not take it.
    await portal.service(People).grant(gina.id, 'Author', home);
    expect(await rolesWith([])).to.deep.equal(['Author', 'Member']);
    const { records } = await portal.service(AuditLog).list({ area: 'people', text: 'gina@example.org' });
    const told = records
      .filter(({ reason }) => reason === 'Example Org')
      .map(({ attribute, action }) => `${action} ${attribute}`);
    expect(told.sort()).to.deep.equal([
      'granted Administrator',
      'granted Author',
      'granted Author',
      'revoked Administrator',
      'revoked Author',
    ]);
  });

  it('8.5 leaves the last administrator one, until there is another', async () => {
    const people = portal.service(People);
    const first = people.byEmail(portal.administrator.email);
    const lasting = await people.add({ email: 'last@example.org', name: 'Last', password });
    const signIn = async (groups: readonly string[]) => {
      provider.people.set('last', { email: 'last@example.org', email_verified: true, name: 'Last', groups });
      await new TestVisitor(portal).signIn('last');
      return people.byId(lasting.id)?.roles;
    };
    expect(await signIn(['admins'])).to.deep.equal(['Administrator']);
    await people.revoke(first?.id ?? '', 'Administrator');
    expect(await signIn([])).to.deep.equal(['Administrator']);
    await people.grant(first?.id ?? '', 'Administrator');
    expect(await signIn([])).to.deep.equal([]);
  });

  it('signs out there, too, where the provider knows how, and of everything when it tells the portal', async () => {
    provider.people.set('ada', { email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' });
    const ada = new TestVisitor(portal);
    await ada.signIn('ada');
    const answer = await ada.change('/sign-out');
    const address = new URL(leadsTo(answer));
    expect([address.origin, address.searchParams.get('post_logout_redirect_uri')]).to.deep.equal([
      provider.issuer,
      `${portal.url}/sign-in`,
    ]);
    expect(await ada.account()).to.equal(undefined);

    // Another browser is signed in by the same session there; signing out there ends it here.
    const other = new TestVisitor(portal);
    await other.signIn('ada');
    expect(await other.account()).to.equal('ada@example.org');
    const page = await (await other.send(`${provider.issuer}/session/end`)).text();
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
    await other.post(`${provider.issuer}/session/end/confirm`, { xsrf, logout: 'yes' });
    expect(await other.account()).to.equal(undefined);
  });

  it('connects and disconnects nothing in a browser that was left open, before the password is given once more', async () => {
    await portal.service(People).add({ email: 'lea@example.org', name: 'Lea', password });
    provider.people.set('lea-there', { email: 'lea@elsewhere.example', email_verified: false, name: 'Lea' });
    const lea = new TestVisitor(portal);
    await lea.post('/sign-in', { email: 'lea@example.org', password });
    const begin = (): Promise<Response> => lea.change(`/sign-in/oidc/${providerId}/connect`);
    const asked = [303, '/account/confirm?next=%2Faccount'];
    ahead += 16 * 60_000;
    try {
      const left = await begin();
      expect([left.status, left.headers.get('location')]).to.deep.equal(asked);
      await lea.change('/account/confirm', { password, next: '/account' });
      await lea.send(await lea.authenticate(leadsTo(await begin()), 'lea-there'));
      const [, id = ''] = /account\/connections\/([\w-]+)\/disconnect/.exec(await (await lea.send('/account')).text()) ?? [];
      ahead += 16 * 60_000;
      const late = await lea.change(`/account/connections/${id}/disconnect`);
      expect([id === '', late.status, late.headers.get('location')]).to.deep.equal([false, ...asked]);
      expect(await (await lea.send('/account')).text()).to.include(`connections/${id}/disconnect`);
    } finally {
      ahead = 0;
    }
  });

  it('connects an account to that of whoever is signed in, once, and disconnects it again', async () => {
    await portal.service(People).add({ email: 'hal@example.org', name: 'Hal', password });
    provider.people.set('hal-there', { email: 'other@example.org', email_verified: false, name: 'Hal' });
    const hal = new TestVisitor(portal);
    await hal.post('/sign-in', { email: 'hal@example.org', password });
    const connect = async (visitor: TestVisitor, sub: string) =>
      visitor.send(await visitor.authenticate(leadsTo(await visitor.change(`/sign-in/oidc/${providerId}/connect`)), sub));
    expect((await connect(hal, 'hal-there')).headers.get('location')).to.equal('/account');
    const page = await (await hal.send('/account')).text();
    expect(page).to.include('Your account of Example Org is connected.').and.to.include('other@example.org');
    const later = new TestVisitor(portal);
    await later.signIn('hal-there');
    expect(await later.account()).to.equal('hal@example.org');

    await portal.service(People).add({ email: 'ivy@example.org', name: 'Ivy', password });
    const ivy = new TestVisitor(portal);
    await ivy.post('/sign-in', { email: 'ivy@example.org', password });
    const taken = await connect(ivy, 'hal-there');
    expect([taken.status, await TestVisitor.alert(taken)]).to.deep.equal([
      409,
      "This account of Example Org is connected to somebody else's account here.",
    ]);

    const [, id = ''] = /account\/connections\/([\w-]+)\/disconnect/.exec(page) ?? [];
    expect((await ivy.change(`/account/connections/${id}/disconnect`)).status).to.equal(404);
    expect((await hal.change(`/account/connections/${id}/disconnect`)).status).to.equal(303);
    const gone = await new TestVisitor(portal).signIn('hal-there');
    expect(gone.status).to.equal(403);
  });

  it('asks for the second factor of whoever has one, unless the provider counts as one', async () => {
    await portal.service(People).add({ email: 'sue@example.org', name: 'Sue', password });
    provider.people.set('sue', { email: 'sue@example.org', email_verified: true, name: 'Sue' });
    const owner = new TestVisitor(portal);
    await owner.post('/sign-in', { email: 'sue@example.org', password });
    const page = await (await owner.send('/account/authenticator')).text();
    const [, sealed = ''] = /name="sealed" value="([^"]+)"/.exec(page) ?? [];
    const [, secret = ''] = /enrolment-key"[^>]*>(.+?)<\/code>/.exec(page) ?? [];
    const enrolled = await owner.change('/account/authenticator', { sealed, code: codeOf(secret.replace(/<[^>]+>/g, '')) });
    const [, recovery = ''] = /<code>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})<\/code>/.exec(await enrolled.text()) ?? [];

    const sue = new TestVisitor(portal);
    const step = await sue.signIn('sue', '/account/tokens');
    expect([step.status, step.headers.get('location')]).to.deep.equal([303, '/sign-in/step?next=%2Faccount%2Ftokens']);
    expect(await sue.account()).to.equal(undefined);
    const asked = await (await sue.send('/sign-in/step?next=%2Faccount%2Ftokens')).text();
    const [, ticket = ''] = /name="ticket" value="([^"]+)"/.exec(asked) ?? [];
    const wrong = await sue.post('/sign-in/code', { ticket, code: 'aaaa-aaaa-aaaa-aaaa', recovery: 'true' });
    expect([wrong.status, await sue.account()]).to.deep.equal([401, undefined]);
    const done = await sue.post('/sign-in/code', { ticket, code: recovery, recovery: 'true', next: '/account/tokens' });
    expect([done.status, done.headers.get('location')]).to.deep.equal([303, '/account/tokens']);
    // The session is still known to be the provider's.
    expect(new URL(leadsTo(await sue.change('/sign-out'))).origin).to.equal(provider.issuer);

    await changeProvider(portal, provider.issuer, { countsAsSecondFactor: 'true' });
    const trusted = new TestVisitor(portal);
    expect((await trusted.signIn('sue', '/account/tokens')).headers.get('location')).to.equal('/account/tokens');
    await changeProvider(portal, provider.issuer, {});
  });

  it('leads to setting one up where a role needs it, before there is a session', async () => {
    const set = await portal.command(['settings', 'set', 'sign-in.secondFactorRoles', '["operator"]']);
    expect(set.exitCode, set.err).to.equal(0);
    const tia = await portal.service(People).add({ email: 'tia@example.org', name: 'Tia', password });
    await portal.service(People).grant(tia.id, 'Operator');
    provider.people.set('tia', { email: 'tia@example.org', email_verified: true, name: 'Tia' });
    const visitor = new TestVisitor(portal);
    expect((await visitor.signIn('tia')).headers.get('location')).to.equal('/sign-in/step');
    expect(await (await visitor.send('/sign-in/step')).text()).to.include('Secure your account');
    expect(await visitor.account()).to.equal(undefined);
    await changeProvider(portal, provider.issuer, { countsAsSecondFactor: 'true' });
    const trusted = new TestVisitor(portal);
    await trusted.signIn('tia');
    expect(await trusted.account()).to.equal('tia@example.org');
    await changeProvider(portal, provider.issuer, {});
    await portal.command(['settings', 'unset', 'sign-in.secondFactorRoles']);
  });

  it('keeps a person without a password from disconnecting the last account they sign in by', async () => {
    provider.people.set('new', { email: 'new@example.org', email_verified: true, name: 'New' });
    const visitor = new TestVisitor(portal);
    await visitor.signIn('new');
    const page = await (await visitor.send('/account')).text();
    const [, id = ''] = /account\/connections\/([\w-]+)\/disconnect/.exec(page) ?? [];
    await visitor.change(`/account/connections/${id}/disconnect`);
    expect(await (await visitor.send('/account')).text()).to.include('This is the only way for you to sign in.');
    expect(await (await visitor.send('/account/confirm?next=/account')).text()).to.include('You have no password here');
    const answer = await new TestVisitor(portal).post('/sign-in', { email: 'new@example.org', password: '!' });
    expect(answer.status).to.equal(401);
  });

  it('lets nobody in whose account is disabled, nor adds anybody where the provider may not', async () => {
    const people = portal.service(People);
    const jan = await people.add({ email: 'jan@example.org', name: 'Jan', password });
    await people.setActive(jan.id, false);
    provider.people.set('jan', { email: 'jan@example.org', email_verified: true, name: 'Jan' });
    const disabled = await new TestVisitor(portal).signIn('jan');
    expect([disabled.status, await TestVisitor.alert(disabled)]).to.deep.equal([
      403,
      'Your account here is disabled. Ask an administrator.',
    ]);
    await changeProvider(portal, provider.issuer, { addsPeople: undefined });
    provider.people.set('kim', { email: 'kim@example.org', email_verified: true, name: 'Kim' });
    const unknown = await new TestVisitor(portal).signIn('kim');
    expect([unknown.status, await TestVisitor.alert(unknown)]).to.deep.equal([
      403,
      'There is no account here for kim@example.org. Ask an administrator for one.',
    ]);
    expect(people.byEmail('kim@example.org')).to.equal(undefined);
  });
});
