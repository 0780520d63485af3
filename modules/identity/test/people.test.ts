import { type Site, SiteDirectory, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import migrations from '../migrations/index.js';
import { addPerson, password, type TestClient, trySignIn } from './support.js';

const oneTimePassword = (text: string): string => /<code[^>]*>([a-z2-9-]{19})<\/code>/.exec(text)?.[1] ?? '';

describe('Users and Organizations', () => {
  let portal: TestPortal;
  let administrator: TestClient;
  const account = (email: string): Account => portal.service(People).byEmail(email) as Account;

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
  });

  after(() => portal.stop());

  it('adds a person with a password for one sign-in, which is shown once', async () => {
    const answer = await portal.post(administrator, '/identity/users/new', { email: 'New@Example.org', name: 'Nora New' });
    expect(answer.status).to.equal(200);
    const first = oneTimePassword(answer.text);
    expect(first).to.have.length(19);
    const page = await administrator.get(`/identity/users/${account('new@example.org').id}`);
    expect(page.text).to.include('Nora New').and.not.to.include(first);

    const visitor = portal.agent();
    const asked = await trySignIn(portal, visitor, { email: 'new@example.org', password: first });
    expect(asked.text).to.include('Choose a password');
    expect((await visitor.get('/account')).status).to.equal(303);
    const ticket = /name="ticket" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
    const choose = (fields: object, by: TestClient = visitor) =>
      by
        .post('/sign-in/new-password')
        .set('Origin', portal.url)
        .type('form')
        .send({ ticket, ...fields });
    expect((await choose({ password: 'short', repeated: 'short' })).text).to.include('Use at least 12 characters.');
    expect((await choose({ password, repeated: 'something else entirely' })).text).to.include('not the same');
    expect((await choose({ password, repeated: password })).status).to.equal(303);
    expect((await visitor.get('/account')).status).to.equal(200);
    expect((await choose({ password, repeated: password }, portal.agent())).status).to.equal(410);
    expect((await trySignIn(portal, portal.agent(), { email: 'new@example.org', password: first })).status).to.equal(401);
    expect((await trySignIn(portal, portal.agent(), { email: 'new@example.org', password })).status).to.equal(303);
  });

  it('keeps what was typed when something is wrong with it', async () => {
    const wrong = await portal.post(administrator, '/identity/users/new', { email: 'not an address', name: '' });
    expect(wrong.status).to.equal(400);
    expect(wrong.text)
      .to.include('value="not an address"')
      .and.to.include('Enter an email address')
      .and.to.include('Enter a name');
    const taken = await portal.post(administrator, '/identity/users/new', { email: portal.administrator.email, name: 'Again' });
    expect(taken.status).to.equal(409);
    expect(taken.text).to.include('There is already a person with this email address.').and.to.include('value="Again"');
  });

  it('adds one person when two ask for the same address at once', async () => {
    const add = () => portal.service(People).add({ email: 'twin@example.org', name: 'Twin', password });
    const answers = await Promise.allSettled([add(), add(), add()]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []))).to.deep.equal([
      'email-taken',
      'email-taken',
    ]);
  });

  it('pages by key and searches in names and addresses', async () => {
    for (let number = 10; number < 35; number += 1)
      await addPerson(portal, `list-${number}@example.org`, { name: `100% Lister ${number}` });
    const first = await administrator.get('/identity/users?q=list');
    const emails = (text: string) => [
      ...new Set([...text.replaceAll('<wbr>', '').matchAll(/list-\d+@example\.org/g)].map(([email]) => email)),
    ];
    expect(emails(first.text)).to.have.length(20);
    const next =
      /href="(?:[^"]*)?(\?[^"]*after[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? '';
    const second = await administrator.get(`/identity/users${next}`);
    expect(emails(second.text)).to.deep.equal([30, 31, 32, 33, 34].map((number) => `list-${number}@example.org`));
    const back =
      /href="(?:[^"]*)?(\?[^"]*before[^"]*)"/.exec(second.text)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? '';
    expect(emails((await administrator.get(`/identity/users${back}`)).text)).to.deep.equal(emails(first.text));
    expect(first.text).not.to.include('before');
    expect(emails((await administrator.get('/identity/users?q=LISTER%2017')).text)).to.deep.equal(['list-17@example.org']);
    expect(emails((await administrator.get('/identity/users?q=100%25')).text)).to.have.length(20);
    expect((await administrator.get('/identity/users?q=%25%25')).text).to.include('Nobody was found');
  });

  it('sorts by what the numbers in names count', async () => {
    for (const number of [10, 9, 2, 100]) await addPerson(portal, `guest-${number}@example.org`, { name: `Guest ${number}` });
    const { text } = await administrator.get('/identity/users?q=guest&order=name');
    expect([...new Set(Array.from(text.matchAll(/>Guest (\d+)</g), ([, number]) => number))]).to.deep.equal([
      '2',
      '9',
      '10',
      '100',
    ]);
  });

  it('searches whatever the case, the accents and the order of words, also after a new name', async () => {
    const { id } = await addPerson(portal, 'emile@example.org', { name: 'Émile Łukasiewicz-Groß' });
    const found = async (q: string): Promise<boolean> =>
      (await administrator.get(`/identity/users?q=${encodeURIComponent(q)}`).expect(200)).text
        .replaceAll('<wbr>', '')
        .includes('emile@example.org');
    for (const q of ['émile', 'ÉMILE', 'E\u0301mile', 'GROSS', 'lukasiewicz', 'gross emile'])
      expect(await found(q), q).to.equal(true);
    expect(await found('emile gras')).to.equal(false);
    await portal.post(administrator, `/identity/users/${id}/name`, { name: 'Анна Йорк' });
    expect(await found('ЙОРК')).to.equal(true);
    expect(await found('gross')).to.equal(false);
  });

  it('changes name, roles and access of a person', async () => {
    const { id } = await addPerson(portal, 'otto@example.org');
    const page = `/identity/users/${id}`;
    const home = portal.service(SiteDirectory).byAddress('home') as Site;
    await portal.post(administrator, `${page}/name`, { name: 'Otto' });
    await portal.post(administrator, `${page}/instance-roles`, { role: 'Operator', intent: 'grant' });
    await portal.post(administrator, `${page}/site-roles`, { role: 'Author', site: home.id });
    const { name, roles, siteRoles } = account('otto@example.org');
    expect({ name, roles, siteRoles }).to.deep.equal({ name: 'Otto', roles: ['Operator'], siteRoles: { [home.id]: ['Author'] } });
    expect((await administrator.get(page)).text)
      .to.include('aria-label="Remove Author in Home"')
      .and.to.include('aria-label="Revoke Operator"');
    await portal.post(administrator, `${page}/instance-roles`, { role: 'Operator', intent: 'revoke' });
    await portal.post(administrator, `${page}/site-roles`, { role: 'Author', site: home.id, intent: 'revoke' });
    await portal.post(administrator, `${page}/active`, { active: 'false' });
    expect(account('otto@example.org')).to.deep.include({ roles: [], siteRoles: {}, active: false });
    expect((await trySignIn(portal, portal.agent(), { email: 'otto@example.org', password })).status).to.equal(401);
    await portal.post(administrator, `${page}/active`, { active: 'true' });
    expect((await trySignIn(portal, portal.agent(), { email: 'otto@example.org', password })).status).to.equal(303);
  });

  it('sets a password for one sign-in', async () => {
    const { id } = await addPerson(portal, 'lost@example.org');
    const answer = await portal.post(administrator, `/identity/users/${id}/password`);
    const asked = await trySignIn(portal, portal.agent(), { email: 'lost@example.org', password: oneTimePassword(answer.text) });
    expect(asked.text).to.include('Choose a password');
  });

  it('never leaves the portal without an active administrator', async () => {
    const { id } = account(portal.administrator.email);
    for (const [path, fields] of [
      ['instance-roles', { role: 'Administrator', intent: 'revoke' }],
      ['active', { active: 'false' }],
    ] as const) {
      const answer = await portal.post(administrator, `/identity/users/${id}/${path}`, fields);
      expect(answer.status, path).to.equal(409);
      expect(answer.text, path).to.include('This is the last active administrator');
    }
    expect(account(portal.administrator.email)).to.deep.include({ roles: ['Administrator'], active: true });
  });

  it('lets one of two administrators go, even when both go at once', async () => {
    const second = await addPerson(portal, 'second@example.org');
    const people = portal.service(People);
    await people.grant(second.id, 'Administrator');
    const first = account(portal.administrator.email);
    const answers = await Promise.allSettled([
      people.revoke(second.id, 'Administrator'),
      people.revoke(first.id, 'Administrator'),
    ]);
    expect(answers.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('does not let people with less power take the accounts of administrators, or their role', async () => {
    await portal.post(administrator, '/identity/roles/operator', { permissions: ['identity.manage-people', 'sites.view-site'] });
    const { id } = await addPerson(portal, 'helper@example.org');
    await portal.service(People).grant(id, 'Operator');
    const helper = await portal.signIn({ email: 'helper@example.org', password });
    const target = account(portal.administrator.email).id;
    expect((await portal.post(helper, `/identity/users/${target}/password`)).status).to.equal(403);
    expect((await portal.post(helper, `/identity/users/${target}/active`, { active: 'false' })).status).to.equal(403);
    expect((await portal.post(helper, `/identity/users/${id}/instance-roles`, { role: 'Administrator' })).status).to.equal(403);
    expect(account('helper@example.org').roles).to.deep.equal(['Operator']);
    expect((await helper.get(`/identity/users/${target}`)).text).to.include('Only an administrator may change the account');
  });
});

describe('Site Memberships', () => {
  let portal: TestPortal;
  let manager: TestClient;
  let home: Site;
  let guide: Site;
  const page = '/web/home/identity/memberships';

  before(async () => {
    portal = await startTestPortal();
    home = portal.service(SiteDirectory).byAddress('home') as Site;
    guide = await portal.service(Sites).add({ name: 'Guide', address: 'guide' });
    const { id } = await addPerson(portal, 'manager@example.org');
    await portal.service(People).grant(id, 'Site Administrator', home.id);
    await addPerson(portal, 'author@example.org', { name: 'Arthur' });
    manager = await portal.signIn({ email: 'manager@example.org', password });
  });

  after(() => portal.stop());

  it('stand in the Product Menu of those who may change them', async () => {
    expect((await manager.get('/web/home')).text).to.include(page);
    expect((await manager.get('/web/guide')).text).not.to.include('identity/memberships');
  });

  it('add an author by email address, who can then write in this site', async () => {
    const answer = await portal.post(manager, page, { email: 'Author@example.org', role: 'Author' });
    expect([answer.status, answer.headers.location]).to.deep.equal([303, page]);
    const shown = await manager.get(page);
    expect(shown.text).to.include('Arthur is now Author here.').and.to.include('aria-label="Remove Author from Arthur"');
    const author = await portal.signIn({ email: 'author@example.org', password });
    expect((await author.get('/web/home/web-content')).status).to.equal(200);
    expect((await author.get('/web/guide/web-content')).status).to.equal(404);
  });

  it('remove the role again', async () => {
    const { id } = portal.service(People).byEmail('author@example.org') as Account;
    await portal.post(manager, `${page}/roles`, { person: id, role: 'Author', intent: 'revoke' });
    expect(portal.service(People).byId(id)?.siteRoles).to.deep.equal({});
  });

  it('keep the address that was typed when nobody has it', async () => {
    const answer = await portal.post(manager, page, { email: 'nobody@example.org', role: 'Author' });
    expect(answer.status).to.equal(400);
    expect(answer.text).to.include('Nobody with this email address has an account.').and.to.include('value="nobody@example.org"');
  });

  it('do not reach into another site, or to people who are not members', async () => {
    const { id } = await addPerson(portal, 'other@example.org');
    await portal.service(People).grant(id, 'Author', guide.id);
    expect((await manager.get('/web/guide/identity/memberships')).status).to.equal(404);
    expect(
      (await portal.post(manager, '/web/guide/identity/memberships', { email: 'manager@example.org', role: 'Author' })).status,
    ).to.equal(403);
    expect((await portal.post(manager, `${page}/roles`, { person: id, role: 'Author', intent: 'revoke' })).status).to.equal(404);
    expect((await portal.post(manager, page, { email: 'manager@example.org', role: 'Administrator' })).status).to.equal(400);
    expect(portal.service(People).byId(id)?.siteRoles).to.deep.equal({ [guide.id]: ['Author'] });
  });
});

describe('the numbers in names of people', () => {
  it('are sorted by what they count, and as they were before when that is taken back', async () => {
    const portal = await startTestPortal();
    try {
      const steps = migrations.map((Migration) => new Migration());
      const name = `10 ${'ß'.repeat(150)}`;
      const keys: string[] = [];
      await portal.service(UnitOfWork).write(async (transaction) => {
        const keep = async (): Promise<void> => {
          const [row] = await transaction.query<{ key: string }>('SELECT name_key AS "key" FROM identity_person');
          keys.push(row?.key ?? '');
        };
        await transaction.query('UPDATE identity_person SET name = ?', [name]);
        const first = steps.findIndex((step) => step.name === 'SortPeopleByNumber1764640000000');
        for (const step of steps.slice(first).toReversed()) await step.down(transaction);
        await keep();
        await steps[first]?.up(transaction);
        await keep();
        const before = steps.findIndex((step) => step.name === 'SortPeopleByName1764600000000');
        for (const step of steps.slice(before, first + 1).toReversed()) await step.down(transaction);
        await steps[before]?.up(transaction);
        await keep();
      });
      // The former key had 200 signs, and is what the former migration still makes.
      expect(keys).to.deep.equal([`10 ${'s'.repeat(197)}`, `210 ${'s'.repeat(296)}`, `10 ${'s'.repeat(197)}`]);
    } finally {
      await portal.stop();
    }
  });
});
