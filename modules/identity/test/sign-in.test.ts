import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { People } from '../api/index.js';
import { networkOf } from '../services/sign-in-rate-limiter.js';
import { addPerson, isSignedIn, password, type TestClient, tokenIn, trySignIn } from './support.js';

const oneSentence = 'The email address or the password is not right.';

describe('Signing in', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal();
    await addPerson(portal, 'ada@example.org');
  });

  after(() => portal.stop());

  it('asks for an email address and a password', async () => {
    const page = await portal.agent().get('/sign-in');
    expect(page.status).to.equal(200);
    expect(page.text).to.match(/<label[^>]*for="email"[^>]*>\s*Email Address/);
    expect(page.text).to.match(/<label[^>]*for="password"[^>]*>\s*Password/);
    expect(page.text).to.match(/<button[^>]*>\s*Sign In\s*<\/button>/);
  });

  it('leads who has no role yet to My Sites, whatever the case of the address', async () => {
    const visitor = portal.agent();
    const answer = await trySignIn(portal, visitor, { email: ' Ada@Example.org ', password });
    expect([answer.status, answer.headers.location]).to.deep.equal([303, '/my-sites']);
    expect(await isSignedIn(visitor)).to.equal(true);
  });

  it('sends guests from a page that needs a session to sign in, and back', async () => {
    const visitor = portal.agent();
    const sent = await visitor.get('/account?x=1').set('Accept', 'text/html');
    expect([sent.status, sent.headers.location]).to.deep.equal([303, '/sign-in?next=%2Faccount%3Fx%3D1']);
    const form = await visitor.get(sent.headers.location as string);
    expect(form.text).to.include('name="next" value="/account?x&#x3D;1"');
    const answer = await trySignIn(portal, visitor, { email: 'ada@example.org', password, next: '/account?x=1' });
    expect(answer.headers.location).to.equal('/account?x=1');
  });

  for (const next of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/sign-in',
    '',
  ]) {
    it(`does not lead to ${JSON.stringify(next)}`, async () => {
      const answer = await trySignIn(portal, portal.agent(), { email: 'ada@example.org', password, next });
      expect(answer.headers.location).to.equal('/my-sites');
    });
  }

  it('gives a session of 256 bits that scripts and other sites cannot use', async () => {
    const answer = await trySignIn(portal, portal.agent(), { email: 'ada@example.org', password });
    expect(Buffer.from(tokenIn(answer), 'base64url')).to.have.length(32);
    expect(answer.headers['set-cookie']).to.match(/^portico=[\w-]+; path=\/; samesite=lax; httponly/);
  });

  it('writes neither the token nor the password anywhere', async () => {
    const answer = await trySignIn(portal, portal.agent(), { email: 'ada@example.org', password });
    const everything = readdirSync(portal.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('');
    expect(everything).to.include('ada@example.org');
    expect(everything.includes(tokenIn(answer))).to.equal(false);
    expect(everything.includes(password)).to.equal(false);
    expect(portal.log()).not.to.include(password);
    expect(portal.log()).not.to.include(tokenIn(answer));
  });

  it('gives a new session each time, and ends the one of before', async () => {
    const visitor = portal.agent();
    const first = tokenIn(await trySignIn(portal, visitor, { email: 'ada@example.org', password }));
    const answer = await visitor
      .post('/sign-in')
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(visitor))
      .type('form')
      .send({ email: 'ada@example.org', password });
    expect(tokenIn(answer)).not.to.equal(first);
    const thief = await portal.agent().get('/account').set('Cookie', `portico=${first}`);
    expect(thief.status).not.to.equal(200);
  });

  it('does not take over a token that somebody planted', async () => {
    const planted = 'A'.repeat(43);
    const answer = await trySignIn(portal, portal.agent().set('Cookie', `portico=${planted}`), {
      email: 'ada@example.org',
      password,
    });
    expect(answer.status).to.equal(303);
    expect(tokenIn(answer)).not.to.equal(planted);
    expect((await portal.agent().get('/account').set('Cookie', `portico=${planted}`)).status).not.to.equal(200);
  });

  it('says the same for a wrong password, an unknown address, a disabled account and a monstrous password', async () => {
    const disabled = await addPerson(portal, 'disabled@example.org');
    await portal.service(People).setActive(disabled.id, false);
    for (const [email, tried] of [
      ['ada@example.org', 'not her password'],
      ['nobody@example.org', password],
      ['disabled@example.org', password],
      ['ada@example.org', 'x'.repeat(5000)],
    ] as const) {
      const answer = await trySignIn(portal, portal.agent(), { email, password: tried });
      expect(answer.status, email).to.equal(401);
      expect(answer.text, email).to.include(oneSentence).and.to.include(`value="${email}"`);
      expect(answer.text, email).not.to.include(tried.slice(0, 40));
      expect(tokenIn(answer), email).to.equal('');
    }
  });

  it('tells programs the code of the failure', async () => {
    const answer = await portal
      .agent()
      .post('/sign-in')
      .set('Origin', portal.url)
      .set('Accept', 'application/json')
      .send({ email: 'nobody@example.org', password });
    expect(answer.status).to.equal(401);
    expect(JSON.stringify(answer.body)).to.include('sign-in-failed');
  });

  it('refuses a form that another site sends', async () => {
    const answer = await portal
      .agent()
      .post('/sign-in')
      .set('Origin', 'https://evil.example')
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send({ email: 'ada@example.org', password });
    expect(answer.status).to.equal(403);
    expect(tokenIn(answer)).to.equal('');
  });
});

describe('Guessing passwords', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modules: { identity: { failuresPerAddress: 12, longestDelayMillis: 1 } } } });
    for (const name of ['ada', 'bob']) await addPerson(portal, `${name}@example.org`);
  });

  after(() => portal.stop());

  const guess = async (email: string, tried = 'wrong wrong wrong') =>
    trySignIn(portal, portal.agent(), { email, password: tried });

  it('has to wait after five failures at one account, also with the right password', async () => {
    for (let failures = 0; failures < 5; failures += 1) expect((await guess('ada@example.org')).status).to.equal(401);
    const answer = await guess('ada@example.org', password);
    expect(answer.status).to.equal(429);
    expect(Number(answer.headers['retry-after'])).to.be.within(1, 60);
    expect(answer.text).to.include('Try again in').and.to.include('value="ada@example.org"');
  });

  it('does not keep others from signing in at the same address', async () => {
    expect((await guess('bob@example.org', password)).status).to.equal(303);
  });

  it('starts anew after a success', async () => {
    for (let failures = 0; failures < 3; failures += 1) await guess('bob@example.org');
    expect((await guess('bob@example.org', password)).status).to.equal(303);
    for (let failures = 0; failures < 2; failures += 1) expect((await guess('bob@example.org')).status).to.equal(401);
  });

  it('has to wait after many failures at different accounts', async () => {
    const answers: number[] = [];
    for (let number = 0; number < 12; number += 1) answers.push((await guess(`person-${number}@example.org`)).status);
    expect(answers[0]).to.equal(401);
    expect(answers.at(-1)).to.equal(429);
  });

  it('does not keep the owner out on a device of theirs, whose own guesses are counted, and nobody else', async () => {
    const guessed = await startTestPortal({
      config: { modules: { identity: { failuresPerAddress: 7, longestDelayMillis: 1 } } },
    });
    try {
      for (const name of ['ada', 'bob']) await addPerson(guessed, `${name}@example.org`);
      const attempt = async (visitor: TestClient, name: string, tried = password): Promise<number> =>
        (await trySignIn(guessed, visitor, { email: `${name}@example.org`, password: tried })).status;
      const [owner, other] = [guessed.agent(), guessed.agent()];
      expect([await attempt(owner, 'ada'), await attempt(other, 'bob')]).to.deep.equal([303, 303]);
      for (const agent of [owner, other]) await guessed.post(agent, '/sign-out');
      const strangers: number[] = [];
      for (let guesses = 0; guesses < 9; guesses += 1) strangers.push(await attempt(guessed.agent(), 'ada', 'wrong wrong wrong'));
      expect(strangers.at(-1)).to.equal(429);
      expect(await attempt(guessed.agent(), 'ada')).to.equal(429);
      expect(await attempt(other, 'ada')).to.equal(429);
      expect(await attempt(owner, 'ada')).to.equal(303);
      await guessed.post(owner, '/sign-out');
      for (let guesses = 0; guesses < 5; guesses += 1) expect(await attempt(owner, 'ada', 'wrong wrong wrong')).to.equal(401);
      expect(await attempt(owner, 'ada')).to.equal(429);
    } finally {
      await guessed.stop();
    }
  });

  it('does not keep out those who share a browser, nor whoever just chose a password', async () => {
    const guessed = await startTestPortal({
      config: { modules: { identity: { failuresPerAddress: 7, longestDelayMillis: 1 } } },
    });
    try {
      for (const name of ['ada', 'bob']) await addPerson(guessed, `${name}@example.org`);
      const once = { email: 'eve@example.org', password: 'a word for one time only' };
      await guessed.service(People).add({ ...once, name: 'Eve', mustChangePassword: true });
      const attempt = async (visitor: TestClient, name: string, tried = password): Promise<number> =>
        (await trySignIn(guessed, visitor, { email: `${name}@example.org`, password: tried })).status;
      const [shared, fresh, changing] = [guessed.agent(), guessed.agent(), guessed.agent()];
      for (const name of ['ada', 'bob']) {
        expect(await attempt(shared, name)).to.equal(303);
        await guessed.post(shared, '/sign-out');
      }
      const form = await trySignIn(guessed, fresh, once);
      const ticket = /name="ticket" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
      await fresh
        .post('/sign-in/new-password')
        .set('Origin', guessed.url)
        .type('form')
        .send({ ticket, password, repeated: password })
        .expect(303);
      await guessed.post(fresh, '/sign-out');
      expect(await attempt(changing, 'bob')).to.equal(303);
      for (let guesses = 0; guesses < 9; guesses += 1) await attempt(guessed.agent(), 'nobody', 'wrong wrong wrong');
      expect(await attempt(guessed.agent(), 'ada')).to.equal(429);
      for (const [visitor, name] of [
        [shared, 'ada'],
        [shared, 'bob'],
        [fresh, 'eve'],
      ] as const) {
        expect(await attempt(visitor, name), name).to.equal(303);
        await guessed.post(visitor, '/sign-out');
      }
      const next = 'another harbour in the fog';
      const changed = await guessed.post(changing, '/account/password', { current: password, password: next, repeated: next });
      expect(changed.status).to.equal(303);
    } finally {
      await guessed.stop();
    }
  });

  it('does not keep the owner out who chose a password after a one-time one, nor from changing it', async () => {
    const guessed = await startTestPortal({
      config: { modules: { identity: { failuresPerAddress: 7, longestDelayMillis: 1 } } },
    });
    try {
      await addPerson(guessed, 'ada@example.org', { mustChangePassword: true });
      const attempt = (visitor: TestClient, tried: string) =>
        trySignIn(guessed, visitor, { email: 'ada@example.org', password: tried });
      const owner = guessed.agent();
      const ticket = /name="ticket" value="([^"]+)"/.exec((await attempt(owner, password)).text)?.[1] ?? '';
      const [own, next] = ['lanterns over the harbour', 'boats under the bridge'];
      const chosen = await owner
        .post('/sign-in/new-password')
        .set('Origin', guessed.url)
        .type('form')
        .send({ ticket, password: own, repeated: own });
      expect(chosen.status).to.equal(303);
      for (let guesses = 0; guesses < 9; guesses += 1) await attempt(guessed.agent(), 'wrong wrong wrong');
      expect((await attempt(guessed.agent(), own)).status).to.equal(429);
      const changed = await guessed.post(owner, '/account/password', { current: own, password: next, repeated: next });
      expect(changed.status).to.equal(303);
      await guessed.post(owner, '/sign-out');
      expect((await attempt(owner, next)).status).to.equal(303);
    } finally {
      await guessed.stop();
    }
  });

  it('goes by the address that the proxy of the deployment saw, and by no other that is claimed', async () => {
    const behind = await startTestPortal({
      config: { server: { trustedProxies: 1 }, modules: { identity: { failuresPerAddress: 3 } } },
    });
    try {
      const from = async (forwarded: string, number: number): Promise<number> => {
        const visitor = behind.agent().set('X-Forwarded-For', forwarded);
        return (await trySignIn(behind, visitor, { email: `person-${number}@example.org`, password })).status;
      };
      const answers: number[] = [];
      for (let number = 0; number < 4; number += 1) answers.push(await from(`198.51.100.${number}, 203.0.113.7`, number));
      expect(answers).to.deep.equal([401, 401, 401, 429]);
      expect(await from('203.0.113.7, 203.0.113.8', 9)).to.equal(401);
    } finally {
      await behind.stop();
    }
  });
});

describe('The network of an address', () => {
  for (const [address, network] of [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ] as const) {
    it(`of ${address} is ${network}`, () => expect(networkOf(address)).to.equal(network));
  }
});
