import { AuditLog } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import { SoftwareAuthenticator } from './software-authenticator.js';
import { addPerson, FakeClock, password, type TestClient } from './support.js';

const field = (html: string, name: string): string => new RegExp(`name="${name}" value="([^"]+)"`).exec(html)?.[1] ?? '';

describe('A passkey', () => {
  let portal: TestPortal;
  const clock = new FakeClock();
  const origin = 'https://portal.example.org';
  const host = 'portal.example.org';

  before(async () => {
    portal = await startTestPortal({ clock, environment: { PORTICO_PUBLIC_URL: origin } });
  });
  after(() => portal.stop());

  /** A visitor at the public address; cookies are those of https, which this client would not send over http. */
  class Visitor {
    private readonly cookies = new Map<string, string>();

    async send(path: string, body: object, { json = false } = {}): Promise<Awaited<ReturnType<TestClient['post']>>> {
      const answer = await portal
        .agent()
        .post(path)
        .set({ Host: host, Origin: origin, Accept: json ? 'application/json' : 'text/html' })
        .set('Cookie', [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
        .set('X-Portico-Csrf', this.csrf)
        .type(json ? 'json' : 'form')
        .send(body);
      this.take(answer.headers['set-cookie'] as string[] | undefined);
      return answer;
    }

    async get(path: string): Promise<Awaited<ReturnType<TestClient['get']>>> {
      const answer = await portal
        .agent()
        .get(path)
        .set({ Host: host, Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
      this.take(answer.headers['set-cookie'] as string[] | undefined);
      this.csrf = /<meta name="portico-csrf" content="([^"]+)"/.exec(answer.text)?.[1] ?? this.csrf;
      return answer;
    }

    private csrf = '';

    private take(lines: readonly string[] = []): void {
      for (const line of lines) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
    }

    async isSignedIn(): Promise<boolean> {
      return (await this.get('/account')).status === 200;
    }
  }

  const signedIn = async (email: string): Promise<Visitor> => {
    const visitor = new Visitor();
    const answer = await visitor.send('/sign-in', { email, password });
    expect(answer.status).to.equal(303);
    await visitor.get('/account');
    return visitor;
  };
  const ask = async (visitor: Visitor, body: object = {}): Promise<{ challenge: string; allowCredentials: unknown[] }> =>
    (await visitor.send('/sign-in/passkey/options', body, { json: true })).body as never;
  const enrolled = async (
    name: string,
    make: (account: Account) => SoftwareAuthenticator = () => new SoftwareAuthenticator(origin),
  ): Promise<{ key: SoftwareAuthenticator; owner: Visitor; email: string }> => {
    const email = `${name}@example.org`;
    const key = make(await addPerson(portal, email));
    const owner = await signedIn(email);
    const { body } = await owner.send('/account/passkeys/options', {}, { json: true });
    const added = await owner.send('/account/passkeys', { name: 'The key', response: key.create(body as never) });
    expect([added.status, added.text.includes('Recovery Codes')]).to.deep.equal([200, true]);
    return { key, owner, email };
  };
  const withPasskey = async (visitor: Visitor, key: SoftwareAuthenticator): Promise<number> =>
    (await visitor.send('/sign-in/passkey', { response: key.get(await ask(visitor)) })).status;

  it('signs in alone, and one that counts nothing always works (8.8)', async () => {
    const { key } = await enrolled('ada', ({ id }) => new SoftwareAuthenticator(origin, host, id));
    for (let times = 0; times < 3; times += 1) {
      const visitor = new Visitor();
      expect(await withPasskey(visitor, key)).to.equal(303);
      expect(await visitor.isSignedIn()).to.equal(true);
    }
  });

  it('that has counted is refused when it says 0 or the same number again, and goes on where it was (8.8)', async () => {
    const { key, email } = await enrolled('bea');
    const count = (counter: number): Promise<number> => {
      key.counter = counter;
      return withPasskey(new Visitor(), key);
    };
    expect([await count(7), await count(7), await count(0), await count(6), await count(8)]).to.deep.equal([
      303, 401, 401, 401, 303,
    ]);
    const { records } = await portal.service(AuditLog).list({ area: 'security', subject: email });
    expect(records.map(({ action, after }) => [action, after])).to.deep.equal([
      ['used', { name: 'The key' }],
      ['refused', { name: 'The key', counter: 6, before: 7 }],
      ['refused', { name: 'The key', counter: 0, before: 7 }],
      ['refused', { name: 'The key', counter: 7, before: 7 }],
      ['used', { name: 'The key' }],
      ['set', { name: 'The key' }],
    ]);
  });

  it('is asked for after the password too, of its owner only, and gives way to a recovery code', async () => {
    const { key, email } = await enrolled('cleo');
    const { key: stranger } = await enrolled('carl');
    const visitor = new Visitor();
    const page = await visitor.send('/sign-in', { email, password });
    const ticket = field(page.text, 'ticket');
    expect(page.text).to.include('Use a passkey').and.to.include('Use a recovery code').and.not.to.include('name="code"');
    const asked = await ask(visitor, { ticket });
    expect(asked.allowCredentials).to.deep.equal([{ id: key.id, type: 'public-key', transports: ['internal'] }]);
    const wrong = await visitor.send('/sign-in/passkey', { ticket, response: stranger.get(asked) });
    expect(wrong.status).to.equal(401);
    const right = await visitor.send('/sign-in/passkey', { ticket, response: key.get(await ask(visitor, { ticket })) });
    expect(right.status).to.equal(303);
  });

  it('answers once, within five minutes, and only in the browser that was asked', async () => {
    const { key } = await enrolled('dora');
    const [first, second] = [new Visitor(), new Visitor()];
    const response = key.get(await ask(first));
    expect((await second.send('/sign-in/passkey', { response })).status).to.equal(410);
    await ask(second);
    expect((await second.send('/sign-in/passkey', { response })).status).to.equal(401);
    expect((await first.send('/sign-in/passkey', { response })).status).to.equal(303);

    const slow = new Visitor();
    const late = key.get(await ask(slow));
    clock.advance({ minutes: 6 });
    expect((await slow.send('/sign-in/passkey', { response: late })).status).to.equal(410);
  });

  it('answers nobody twice who copied cookie and answer', async () => {
    const { key } = await enrolled('dina');
    const asked = await portal
      .agent()
      .post('/sign-in/passkey/options')
      .set({ Host: host, Origin: origin, Accept: 'application/json' })
      .send({});
    const cookie = (asked.headers['set-cookie'] as unknown as string[])[0]?.split(';')[0] ?? '';
    const response = key.get(asked.body as never);
    const send = async (): Promise<number> =>
      (
        await portal
          .agent()
          .post('/sign-in/passkey')
          .set({ Host: host, Origin: origin, Cookie: cookie, Accept: 'text/html' })
          .type('form')
          .send({ response })
      ).status;
    const both = await Promise.all([send(), send()]);
    expect(both.filter((status) => status === 303)).to.have.length(1);
    expect(await send()).to.equal(410);
  });

  it('is not taken from another address, for another name, without its owner, or with a changed signature', async () => {
    const { key } = await enrolled('eve');
    const impostors = [
      Object.assign(new SoftwareAuthenticator('https://portal.example.com', host), { id: key.id }),
      Object.assign(new SoftwareAuthenticator(origin, 'example.org'), { id: key.id }),
      Object.assign(new SoftwareAuthenticator(origin), { id: key.id }),
    ];
    for (const impostor of impostors) expect(await withPasskey(new Visitor(), impostor)).to.equal(401);
    key.verifiesUser = false;
    expect(await withPasskey(new Visitor(), key)).to.equal(401);
    key.verifiesUser = true;
    expect(await withPasskey(new Visitor(), key)).to.equal(303);
    const visitor = new Visitor();
    await ask(visitor);
    for (const response of ['', '{}', '[]', 'null', '{"id":"x"}'])
      expect((await visitor.send('/sign-in/passkey', { response })).status, response).to.be.oneOf([400, 401, 410]);
  });

  it('of a disabled account opens nothing', async () => {
    const { key, email } = await enrolled('fay');
    const people = portal.service(People);
    await people.setActive(people.byEmail(email)?.id ?? '', false);
    expect(await withPasskey(new Visitor(), key)).to.equal(401);
  });

  it('is nobody else to remove, and cannot be added twice', async () => {
    const { key, owner } = await enrolled('gil');
    const { owner: other } = await enrolled('gus');
    expect((await other.send(`/account/passkeys/${key.id}/remove`, {})).status).to.equal(404);
    const { body } = await other.send('/account/passkeys/options', {}, { json: true });
    const twice = await other.send('/account/passkeys', { name: 'Mine', response: key.create(body as never) });
    expect(twice.status).to.equal(400);
    expect((await owner.send(`/account/passkeys/${key.id}/remove`, {})).status).to.equal(303);
    expect(await withPasskey(new Visitor(), key)).to.equal(401);
  });

  it('is offered by the public name alone, and on the machine itself', async () => {
    const pageAt = async (name: string): Promise<string> => (await portal.agent().get('/sign-in').set('Host', name)).text;
    const port = new URL(portal.url).port;
    expect(await pageAt(host)).to.include('Use a Passkey');
    expect(await pageAt(`localhost:${port}`)).to.include('Use a Passkey');
    expect(await pageAt(`127.0.0.1:${port}`)).not.to.include('Use a Passkey');
  });

  it('are not promised at a public address that has no name', async () => {
    const numbers = await startTestPortal();
    try {
      const { text } = await (await numbers.signIn()).get('/account/passkeys');
      expect(text).to.include(`${numbers.url} has none`).and.not.to.include('Open the portal at its public address');
    } finally {
      await numbers.stop();
    }
  });
});
