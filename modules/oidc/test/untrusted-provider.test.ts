import { randomUUID } from 'node:crypto';
import { AuditLog } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import { type LyingProvider, startLyingProvider } from './lying-provider.js';
import { addProvider, providerId, TestVisitor } from './support.js';

const password = 'grey pebbles by the river';
const now = (): number => Math.floor(Date.now() / 1000);

describe('A provider of OpenID Connect that is not to be trusted', () => {
  let portal: TestPortal;
  let provider: LyingProvider;

  before(async () => {
    portal = await startTestPortal();
    provider = await startLyingProvider(portal.url);
    await addProvider(portal, provider.issuer);
  });

  after(async () => {
    await portal?.stop();
    await provider?.stop();
  });

  beforeEach(() => {
    Object.assign(provider, { claims: {}, userInfo: undefined, signsWrong: false, atToken: undefined });
  });

  /** Signs in with what the provider says; answers the visitor and what they read when it went wrong. */
  const signIn = async (claims: Readonly<Record<string, unknown>>) => {
    provider.claims = claims;
    const visitor = new TestVisitor(portal);
    const answer = await visitor.send(await provider.back(visitor));
    const said = answer.status === 303 ? '' : await TestVisitor.alert(answer);
    return { visitor, status: answer.status, said };
  };

  const securityEvents = async (action: string) => {
    const { records } = await portal.service(AuditLog).list({ area: 'security', action });
    return records;
  };

  it('8.1 connects nothing by an address that it does not say it has verified, and tells person and administrator why', async () => {
    const { email } = portal.administrator;
    for (const verified of [undefined, false, null, 'true', 1]) {
      const { visitor, status, said } = await signIn({ sub: 'mallory', email, name: 'Mallory', email_verified: verified });
      expect(status, String(verified)).to.equal(403);
      expect(said).to.equal(
        `Example Org does not confirm that the address ${email} is yours. If you have an account here, sign in to it as before and connect Example Org in My Account, under Connected Accounts.`,
      );
      expect(await visitor.account()).to.equal(undefined);
    }
    const [event] = await securityEvents('external-sign-in-refused');
    expect([event?.subject, event?.attribute]).to.deep.equal([email, 'Example Org: external-address-unverified']);
    const nobodys = await signIn({ sub: 'mallory', email: 'nobody@example.org', name: 'M', email_verified: false });
    expect(nobodys.said).to.equal(
      'Example Org does not confirm that the address nobody@example.org is yours. If you have an account here, sign in to it as before and connect Example Org in My Account, under Connected Accounts.',
    );
    expect(portal.service(People).byEmail('nobody@example.org')).to.equal(undefined);
  });

  it('8.1 does not take a verified address from one place for another address from another place', async () => {
    provider.userInfo = { sub: 'mallory', email: 'mallory@example.org', email_verified: true };
    const { status, visitor } = await signIn({ sub: 'mallory', email: portal.administrator.email, name: 'Mallory' });
    expect(status).to.equal(303);
    expect(await visitor.account()).to.equal('mallory@example.org');
  });

  it('8.1 adds nobody without an address', async () => {
    const { status, said } = await signIn({ sub: 'nameless' });
    expect(status).to.equal(403);
    expect(said).to.include('Example Org does not tell your email address.');
  });

  it('8.3 may have a clock that is five seconds ahead, and not one that is fifteen minutes ahead or behind', async () => {
    const eve = { sub: 'eve', email: 'eve@example.org', email_verified: true, name: 'Eve' };
    const near = await signIn({ ...eve, iat: now() + 5, exp: now() + 305 });
    expect(await near.visitor.account()).to.equal('eve@example.org');
    const sentence =
      'The clock of Example Org and the clock of this portal differ by more than a minute, so its answer cannot be trusted. Tell an administrator: one of the two clocks is wrong.';
    for (const iat of [now() + 900, now() - 900]) {
      const { visitor, status, said } = await signIn({ ...eve, iat, exp: iat + 300 });
      expect([status, said]).to.deep.equal([502, sentence]);
      expect(await visitor.account()).to.equal(undefined);
    }
    expect(await securityEvents('external-sign-in-failed')).to.have.length.greaterThan(0);
  });

  it('signs in nobody by a token that is signed by another key, for another client, from another issuer, or of another attempt', async () => {
    const eve = { sub: 'eve', email: 'eve@example.org', email_verified: true, name: 'Eve' };
    const wrong: Readonly<Record<string, unknown>>[] = [
      { aud: 'somebody-else' },
      { iss: 'https://id.example.org' },
      { nonce: 'of-another-attempt' },
      { nonce: undefined },
      { sub: undefined },
    ];
    for (const claims of wrong) {
      const { visitor, status, said } = await signIn({ ...eve, ...claims });
      expect(status, JSON.stringify(claims)).to.equal(502);
      expect(said).to.include('What Example Org answered could not be verified, so nobody was signed in.');
      expect(await visitor.account()).to.equal(undefined);
    }
    provider.signsWrong = true;
    const { visitor, status } = await signIn(eve);
    expect(status).to.equal(502);
    expect(await visitor.account()).to.equal(undefined);
  });

  it('is told apart from one that is down, one that refuses the client, and one that answers endlessly', async () => {
    provider.atToken = (response) => void response.socket?.destroy();
    expect((await signIn({})).said).to.include('Example Org cannot be reached right now.');
    provider.atToken = (response) =>
      void response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
    expect((await signIn({})).said).to.include('its client ID or client secret is not right');
    provider.atToken = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (): void => void (response.destroyed || response.write(' '.repeat(65_536), () => setImmediate(more)));
      more();
    };
    expect((await signIn({})).said).to.include('Example Org cannot be reached right now.');
  });

  it('cannot lead anybody away from the portal, nor finish in one browser what another began', async () => {
    provider.claims = { sub: 'eve', email: 'eve@example.org', email_verified: true, name: 'Eve' };
    for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', '/sign-out']) {
      const visitor = new TestVisitor(portal);
      const answer = await visitor.send(await provider.back(visitor, next));
      expect([answer.status, answer.headers.get('location')], next).to.deep.equal([303, '/web/home']);
    }
    const eve = new TestVisitor(portal);
    const begun = await provider.back(eve);
    const other = new TestVisitor(portal);
    const answer = await other.send(begun);
    expect(answer.status).to.equal(410);
    expect(await TestVisitor.alert(answer)).to.include('This sign-in is over');
    expect(await other.account()).to.equal(undefined);
    expect((await eve.send(begun, { method: 'HEAD' })).status).to.equal(204);
    expect((await eve.send(begun)).status).to.equal(303);
  });

  it('is asked once for what it is, however many sign in', async () => {
    expect(provider.asked.get('/.well-known/openid-configuration')).to.equal(1);
    expect(provider.asked.get('/keys')).to.be.lessThan(4);
  });

  describe('8.19 tells of a sign-out', () => {
    const event = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const token = (more: Readonly<Record<string, unknown>> = {}) => {
      const claims = { iss: provider.issuer, aud: 'portico', iat: now(), exp: now() + 120, jti: randomUUID(), events: event };
      return JSON.parse(JSON.stringify({ ...claims, ...more })) as Record<string, unknown>;
    };
    const post = (logoutToken: string) =>
      fetch(`${portal.url}/sign-in/oidc/${providerId}/back-channel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: logoutToken }),
      });
    const tell = async (more: Readonly<Record<string, unknown>>, header: object = { typ: 'logout+jwt' }) =>
      post(await provider.sign(token(more), header));
    const olga = { sub: 'olga', email: 'olga@example.org', email_verified: true, name: 'Olga' };

    it('of a subject: all sessions end; of a session: that one; of one that is not there: nothing, in peace', async () => {
      const [first, second, third] = [
        await signIn({ ...olga, sid: 'one' }),
        await signIn({ ...olga, sid: 'two' }),
        await signIn({ ...olga, sid: 'three' }),
      ].map(({ visitor }) => visitor) as [TestVisitor, TestVisitor, TestVisitor];
      const here = await portal.signIn();
      const accounts = () => Promise.all([first, second, third].map((visitor) => visitor.account()));
      expect((await tell({ sid: 'two' })).status).to.equal(200);
      expect(await accounts()).to.deep.equal(['olga@example.org', undefined, 'olga@example.org']);
      const answer = await tell({ sid: 'unknown' });
      expect([answer.status, await answer.text(), answer.headers.get('cache-control')]).to.deep.equal([200, '', 'no-store']);
      expect((await tell({ sub: 'nobody' })).status).to.equal(200);
      expect((await tell({ sub: 'nobody', sid: 'one' })).status).to.equal(200);
      expect(await accounts()).to.deep.equal(['olga@example.org', undefined, 'olga@example.org']);
      expect((await tell({ sub: 'olga' })).status).to.equal(200);
      expect(await accounts()).to.deep.equal([undefined, undefined, undefined]);
      expect((await here.get('/account')).status).to.equal(200);
      const [record] = await securityEvents('ended');
      expect([record?.subject, record?.after]).to.deep.equal(['olga@example.org', { sessions: 2, by: provider.issuer }]);
    });

    it('twice by the same token: the second has no effect', async () => {
      await signIn({ ...olga, sid: 'one' });
      const same = await provider.sign(token({ sub: 'olga' }), { typ: 'logout+jwt' });
      expect((await post(same)).status).to.equal(200);
      const { visitor } = await signIn({ ...olga, sid: 'one' });
      expect((await post(same)).status).to.equal(200);
      expect(await visitor.account()).to.equal('olga@example.org');
    });

    it('by a token that is none: it is refused, and nothing ends', async () => {
      const { visitor } = await signIn({ ...olga, sid: 'one' });
      const refused: Readonly<Record<string, unknown>>[] = [
        { sub: 'olga', nonce: 'n' },
        { sub: 'olga', events: undefined },
        { sub: 'olga', events: { 'http://schemas.openid.net/event/other': {} } },
        { sub: 'olga', events: { 'http://schemas.openid.net/event/backchannel-logout': 'yes' } },
        {},
        { sub: 'olga', aud: 'somebody-else' },
        { sub: 'olga', iss: 'https://id.example.org' },
        { sub: 'olga', jti: undefined },
        { sub: 'olga', iat: undefined },
        { sub: 'olga', exp: undefined },
        { sub: 'olga', iat: now() + 900, exp: now() + 1200 },
        { sub: 'olga', iat: now() - 900, exp: now() - 600 },
        { sub: 'olga', sid: 5 },
      ];
      for (const more of refused) {
        const answer = await tell(more);
        expect(answer.status, JSON.stringify(more)).to.equal(400);
        expect(((await answer.json()) as { error: string }).error).to.equal('invalid_request');
      }
      expect((await tell({ sub: 'olga' }, { typ: 'at+jwt' })).status).to.equal(400);
      expect((await post('not-a-token')).status).to.equal(400);
      const other = await startLyingProvider(portal.url);
      const foreign = await other.sign(token({ sub: 'olga' }), { typ: 'logout+jwt' });
      await other.stop();
      expect((await post(foreign)).status).to.equal(400);
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(token({ sub: 'olga' }))).toString('base64url')}.`;
      expect((await post(unsigned)).status).to.equal(400);
      expect(await visitor.account()).to.equal('olga@example.org');
    });

    it('and leaves API tokens of the person alone, as documented', async () => {
      const person = await portal.service(People).add({ email: 'tom@example.org', name: 'Tom', password });
      await portal.service(People).grant(person.id, 'Administrator');
      const tom = { sub: 'tom', email: 'tom@example.org', email_verified: true, name: 'Tom', sid: 'of-tom' };
      const { visitor } = await signIn(tom);
      const made = await visitor.change('/account/tokens', { name: 'deployment', days: '30', scopes: 'identity.manage-people' });
      expect(made.status).to.be.lessThan(400);
      const [, apiToken = ''] = /id="created-token" value="([^"]+)"/.exec(await made.text()) ?? [];
      expect(apiToken).not.to.equal('');
      expect((await tell({ sub: 'tom' })).status).to.equal(200);
      expect(await visitor.account()).to.equal(undefined);
      const page = await (await signIn(tom)).visitor.send('/account/tokens');
      expect(await page.text()).to.include('deployment');
    });
  });
});
