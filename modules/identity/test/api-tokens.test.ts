import { AuditLog, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import supertest from 'supertest';
import { type Account, People } from '../api/index.js';
import { addPerson, FakeClock, password, type TestClient } from './support.js';

const home = '/account/tokens';
const flags = 'configuration.manage-flags';

describe('API tokens', () => {
  const clock = new FakeClock();
  let portal: TestPortal;
  let ada: Account;
  let visitor: TestClient;
  before(async () => {
    portal = await startTestPortal({
      clock,
      flags: { sun: false },
      config: { modules: { identity: { failuresPerAddress: 4 } } },
    });
    ada = await addPerson(portal, 'ada@example.org');
    await portal.service(People).grant(ada.id, 'Operator');
    visitor = await portal.signIn({ email: 'ada@example.org', password });
  });
  after(() => portal.stop());

  async function create(fields: object = {}): Promise<string> {
    const { text } = await portal.post(visitor, home, { name: 'Deployments', days: '30', scopes: flags, ...fields });
    return /id="created-token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  }
  const ask = (token: string, path = '/api/flags'): supertest.Test =>
    supertest(portal.url).get(path).set('Authorization', `Bearer ${token}`);
  const codeOf = async (token: string): Promise<string> => ((await ask(token)).body.error?.code as string | undefined) ?? 'fine';
  const revokeAll = async (): Promise<void> => {
    for (const [, id] of (await visitor.get(home)).text.matchAll(/tokens\/([^/"]+)\/revoke/g))
      await portal.post(visitor, `${home}/${id}/revoke`);
  };
  afterEach(revokeAll);

  it('are shown once, and let a program in as far as they reach', async () => {
    const token = await create();
    expect(token).to.match(/^portico_[\w-]{43}$/);
    expect((await ask(token)).body.flags.map(({ key }: { key: string }) => key)).to.include('sun');
    expect((await visitor.get(home)).text).not.to.include(token);
    const rows = await portal
      .service(UnitOfWork)
      .read((reader) => reader.query<Record<string, unknown>>('SELECT * FROM identity_api_token'));
    expect(JSON.stringify(rows)).not.to.include(token.slice(8));
    expect(portal.log()).not.to.include(token);
  });

  it('open no page, and no route that does not ask for them', async () => {
    const token = await create();
    expect((await ask(token, '/account')).status).to.be.oneOf([303, 401]);
    expect((await ask(token, '/configuration/feature-flags')).status).to.be.oneOf([303, 401]);
  });

  it('change things without a token of changes, and the audit log names person and token', async () => {
    const token = await create({ name: 'Night job' });
    const put = (): supertest.Test => supertest(portal.url).put('/api/flags/sun').set('Authorization', `Bearer ${token}`);
    const answer = await put().send({ enabled: true, reason: 'Release.' });
    expect([answer.status, answer.body.enabled]).to.deep.equal([200, true]);
    await put().send({ enabled: null });
    const { records } = await portal.service(AuditLog).list({ area: 'flags', subject: 'sun' });
    expect(records.map(({ by, via, reason }) => [by.id, by.name, via, reason]).at(-1)).to.deep.equal([
      ada.id,
      'ada (token Night job)',
      'api',
      'Release.',
    ]);
  });

  it('never reach further than their person does at that moment', async () => {
    const token = await create();
    await portal.service(People).revoke(ada.id, 'Operator');
    expect((await ask(token)).status).to.equal(404);
    await portal.service(People).grant(ada.id, 'Operator');
    expect((await ask(token)).status).to.equal(200);
  });

  it('never reach further than their scopes', async () => {
    const answer = await ask(await create({ scopes: 'configuration.manage-modules' }));
    expect([answer.status, answer.body.error.code, answer.body.error.missing]).to.deep.equal([
      403,
      'insufficient-scope',
      [flags],
    ]);
  });

  it('are dead once they are revoked, have expired, or their person is disabled', async () => {
    const revoked = await create();
    await revokeAll();
    expect(await codeOf(revoked)).to.equal('api-token-invalid');
    const short = await create({ days: '1' });
    expect(await codeOf(short)).to.equal('fine');
    await portal.service(People).setActive(ada.id, false);
    expect(await codeOf(short)).to.equal('api-token-invalid');
    await portal.service(People).setActive(ada.id, true);
    visitor = await portal.signIn({ email: 'ada@example.org', password });
    clock.advance({ hours: 24 });
    visitor = await portal.signIn({ email: 'ada@example.org', password });
    expect(await codeOf(short)).to.equal('api-token-invalid');
  });

  it('of others can neither be seen nor revoked', async () => {
    const token = await create();
    const id = /tokens\/([^/"]+)\/revoke/.exec((await visitor.get(home)).text)?.[1];
    const admin = await portal.signIn();
    expect((await admin.get(home)).text).not.to.include('Deployments');
    expect((await portal.post(admin, `${home}/${id}/revoke`)).status).to.equal(404);
    expect((await ask(token)).status).to.equal(200);
  });

  const faults: readonly (readonly [string, object, RegExp])[] = [
    ['no name', { name: ' ' }, /Enter a name of at most 100 characters\./],
    ['no scope', { scopes: [] }, /Choose what the token may do\./],
    ['a scope its person does not have', { scopes: 'identity.manage-people' }, /only what you may do yourself/],
    ['a scope nobody knows', { scopes: ['ghost.do-things'] }, /only what you may do yourself/],
    ['no end', { days: '100000' }, /Enter 1 to 366 days\./],
    ['a wrong number', { days: 'x' }, /Enter 1 to 366 days\./],
  ];
  for (const [what, fields, sentence] of faults) {
    it(`are refused with ${what}, and what was typed stays`, async () => {
      const answer = await portal.post(visitor, home, { name: 'Kept', days: '30', scopes: flags, ...fields });
      expect([answer.status, sentence.test(answer.text)]).to.deep.equal([400, true]);
      if (!('name' in fields)) expect(answer.text).to.include('value="Kept"');
      expect(answer.text).not.to.include('created-token');
    });
  }

  it('say when they were used last, also after a restart', async () => {
    const token = await create();
    expect((await visitor.get(home)).text).to.include('Never used.');
    await ask(token);
    expect((await visitor.get(home)).text).to.include('Last used');
    await portal.modules.stop('identity');
    await portal.modules.start('identity');
    visitor = await portal.signIn({ email: 'ada@example.org', password });
    expect((await visitor.get(home)).text).to.include('Last used');
    expect(await codeOf(token)).to.equal('fine');
  });

  it('slow those who guess, and nobody with a good one', async () => {
    const token = await create();
    const codes: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) codes.push(await codeOf(`portico_${String(turn).repeat(43)}`));
    expect(codes.at(-1)).to.equal('api-token-slowed');
    expect(await codeOf(token)).to.equal('fine');
  });
});
