import { AuditLog, SiteDirectory, UnitOfWork } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import supertest from 'supertest';
import { People } from '../api/index.js';
import { addPerson, FakeClock, password, type TestClient } from './support.js';

const home = '/identity/service-accounts';
const flags = '/api/flags';

describe('Service accounts', () => {
  const clock = new FakeClock();
  let portal: TestPortal;
  let administrator: TestClient;

  before(async () => {
    portal = await startTestPortal({
      clock,
      flags: { sun: false },
      config: { modules: { identity: { failuresPerAddress: 1000 } } },
    });
    await portal.service(Sites).add({ name: 'Other', address: 'other' });
    administrator = await portal.signIn();
  });
  after(() => portal.stop());

  async function command(...argv: string[]): Promise<string> {
    const { exitCode, out, err } = await portal.command(argv);
    expect(exitCode, `${argv.join(' ')}: ${err}`).to.equal(0);
    return out.trim();
  }
  /** A token of an account with roles, each `Role` or `Role@site`. */
  async function make(name: string, ...roles: string[]): Promise<string> {
    await command('service-accounts', 'add', '--name', name);
    for (const each of roles) {
      const [role = '', site] = each.split('@');
      await command('service-accounts', 'grant', '--name', name, '--role', role, ...(site ? ['--site', site] : []));
    }
    return command('tokens', 'create', '--service-account', name, '--name', 'spring');
  }
  const idOf = async (name: string): Promise<string> => {
    const page = (await administrator.get(home)).text;
    return new RegExp(`service-accounts/([0-9a-f-]{36})">${name}<`).exec(page)?.[1] ?? '';
  };
  const ask = (token: string, path: string): supertest.Test =>
    supertest(portal.url).get(path).set('Authorization', `Bearer ${token}`);
  const documents = (site: string): string => `/web/${site}/documents-media/api/documents`;
  const statuses = async (token: string): Promise<readonly number[]> => [
    (await ask(token, documents('home'))).status,
    (await ask(token, documents('other'))).status,
    (await ask(token, flags)).status,
  ];

  it('may what their roles allow, in the sites where they have them, without any scope', async () => {
    expect(await statuses(await make('Import', 'Author@home'))).to.deep.equal([200, 404, 404]);
    expect(await statuses(await make('Deployment', 'Operator'))).to.deep.equal([404, 404, 200]);
    expect(await statuses(await make('Nothing yet'))).to.deep.equal([404, 404, 404]);
    await command('service-accounts', 'revoke', '--name', 'deployment', '--role', 'Operator');
    expect(await statuses(await command('tokens', 'create', '--service-account', 'Deployment', '--name', 'x'))).to.deep.equal([
      404, 404, 404,
    ]);
  });

  it('stand in the audit log under their name, with the purpose of the token', async () => {
    const token = await make('Night Owl', 'Operator', 'Author@home');
    const answer = await supertest(portal.url)
      .put(`${flags}/sun`)
      .set('Authorization', `Bearer ${token}`)
      .send({ enabled: true });
    expect(answer.status).to.equal(200);
    const { records } = await portal.service(AuditLog).list({ area: 'flags', subject: 'sun' });
    expect([records[0]?.by, records[0]?.via]).to.deep.equal([
      { id: await idOf('Night Owl'), name: 'Night Owl (token spring)' },
      'api',
    ]);
    expect(portal.service(People).principal(await idOf('Night Owl'))?.name).to.equal('Night Owl');
  });

  it('are nobody who could sign in, and no administrator of whom one must stay', async () => {
    await make('Root', 'Administrator');
    const { id } = portal.service(People).byEmail(portal.administrator.email) ?? { id: '' };
    const answer = await portal.post(administrator, `/identity/users/${id}/instance-roles`, {
      role: 'Administrator',
      intent: 'revoke',
    });
    expect([answer.status, answer.text.includes('This is the last active administrator')]).to.deep.equal([409, true]);
    expect(portal.service(People).byId(await idOf('Root'))).to.equal(undefined);
    expect(portal.service(People).principal(await idOf('Root'))?.name).to.equal('Root');
    expect((await administrator.get('/identity/users')).text).not.to.include('>Root<');
  });

  it('are given no more than the person has who gives, neither as roles nor as tokens', async () => {
    await command('roles', 'add', '--name', 'Clerk');
    await command('roles', 'allow', '--name', 'Clerk', '--permission', 'identity.manage-people');
    const { id } = await addPerson(portal, 'carl@example.org');
    await portal.service(People).grant(id, 'Clerk');
    const clerk = await portal.signIn({ email: 'carl@example.org', password });
    const changes = async (name: string): Promise<readonly number[]> => {
      const service = `${home}/${await idOf(name)}`;
      const all: readonly (readonly [string, object])[] = [
        [`${service}/roles`, { role: 'Operator' }],
        [`${service}/roles`, { role: 'Administrator' }],
        [`${service}/tokens`, { name: 'mine', days: '9' }],
        [service, { name, description: 'Mine.' }],
        [`${service}/active`, { active: 'true' }],
      ];
      const answers: number[] = [];
      for (const [path, fields] of all) answers.push((await portal.post(clerk, path, fields)).status);
      return answers;
    };
    const token = await make('Mighty', 'Operator');
    expect(await changes('Mighty')).to.deep.equal([403, 403, 403, 403, 403]);
    expect((await portal.post(clerk, `${home}/${await idOf('Mighty')}/remove`)).status).to.equal(403);
    expect((await statuses(token))[2]).to.equal(200);
    const [, listed = ''] =
      /tokens\/([^/"]+)\/revoke/.exec((await administrator.get(`${home}/${await idOf('Mighty')}`)).text) ?? [];
    expect((await portal.post(clerk, `${home}/${await idOf('Mighty')}/tokens/${listed}/revoke`)).status).to.equal(403);
    await make('Small');
    expect(await changes('Small')).to.deep.equal([403, 403, 200, 303, 303]);
    expect((await portal.post(clerk, `${home}/${await idOf('Small')}/roles`, { role: 'Clerk' })).status).to.equal(303);
    // With a token of its own a program gives no more, either.
    const page = await portal.agent().get(home);
    expect([401, 303, 404]).to.include(page.status);
  });

  it('name no site to who does not see it, as little as people and groups do', async () => {
    const { id } = await portal.service(Sites).add({ name: 'Treasury', address: 'treasury' });
    const hidden = { name: 'Treasury', visibleTo: 'roles', roles: 'Site Administrator' };
    expect((await portal.post(administrator, `/sites/${id}`, hidden)).status).to.equal(303);
    await make('Keeper', 'Author@treasury');
    await command('groups', 'add', '--name', 'Keepers');
    const treasurer = await addPerson(portal, 'tess@example.org');
    await portal.service(People).grant(treasurer.id, 'Author', id);
    await command('roles', 'add', '--name', 'Porter', '--permissions', 'identity.manage-people');
    const { id: person } = await addPerson(portal, 'piet@example.org');
    await portal.service(People).grant(person, 'Porter');
    const porter = await portal.signIn({ email: 'piet@example.org', password });
    const [, group = ''] = /identity\/groups\/([0-9a-f-]{36})/.exec((await administrator.get('/identity/groups')).text) ?? [];
    for (const page of [`${home}/${await idOf('Keeper')}`, `/identity/users/${treasurer.id}`, `/identity/groups/${group}`]) {
      expect((await administrator.get(page)).text, page).to.include('Treasury');
      const answer = await porter.get(page);
      expect([answer.status, answer.text.includes('Treasury')], page).to.deep.equal([200, false]);
    }
  });

  it('are refused when disabled, expired, revoked or removed, and known after a restart', async () => {
    const token = await make('Ferry', 'Operator');
    const status = async (): Promise<number | undefined> => (await statuses(token))[2];
    await command('service-accounts', 'disable', '--name', 'Ferry');
    expect(await status()).to.equal(401);
    await command('service-accounts', 'enable', '--name', 'Ferry');
    await portal.stop({ keep: true });
    portal = await startTestPortal({ clock, home: portal.home, flags: { sun: false } });
    administrator = await portal.signIn();
    expect(await status()).to.equal(200);
    await portal.post(administrator, `${home}/${await idOf('Ferry')}`, { name: 'Ferry Two', description: 'Goes twice.' });
    expect(await status()).to.equal(200);
    const listed = JSON.parse(await command('tokens', 'list', '--service-account', 'Ferry Two', '--json')) as {
      readonly id: string;
      readonly serviceAccount: string;
      readonly lastUsedAt: string;
    }[];
    expect(listed.map(({ serviceAccount, lastUsedAt }) => [serviceAccount, lastUsedAt])).to.deep.equal([
      ['Ferry Two', clock.now().toISOString()],
    ]);
    await command('tokens', 'revoke', '--id', listed[0]?.id ?? '');
    expect(await status()).to.equal(401);
    const short = await command('tokens', 'create', '--service-account', 'Ferry Two', '--name', 'short', '--days', '1');
    expect((await statuses(short))[2]).to.equal(200);
    clock.advance({ hours: 24 });
    administrator = await portal.signIn();
    expect((await statuses(short))[2]).to.equal(401);
    const last = await command('tokens', 'create', '--service-account', 'Ferry Two', '--name', 'last');
    await command('service-accounts', 'remove', '--name', 'Ferry Two', '--yes');
    expect((await statuses(last))[2]).to.equal(401);
    const rows = await portal.service(UnitOfWork).read((reader) =>
      reader.query<{ n: number }>(
        `SELECT count(*) AS n FROM identity_api_token WHERE person_id NOT IN
           (SELECT id FROM identity_person UNION ALL SELECT id FROM identity_service_account)`,
      ),
    );
    expect(Number(rows[0]?.n)).to.equal(0);
  });

  it('get no token that outlives them, and lose none to who may not act on them any more', async () => {
    /** What is asked meanwhile waits until everything that was asked before is done. */
    const waiting = async (...asked: readonly (() => Promise<unknown>)[]): Promise<readonly unknown[]> => {
      let release = (): void => undefined;
      const held = portal.service(UnitOfWork).write(
        () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      );
      const answers: Promise<unknown>[] = [];
      for (const ask of asked) {
        answers.push(ask());
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      release();
      await held;
      return Promise.all(answers);
    };
    await make('Moth');
    const [, made] = await waiting(
      () => portal.command(['service-accounts', 'remove', '--name', 'Moth', '--yes']),
      () => portal.command(['tokens', 'create', '--service-account', 'Moth', '--name', 'late']),
    );
    expect(made).to.include({ exitCode: 1 });

    const token = await make('Moon');
    await command('roles', 'add', '--name', 'Usher', '--permissions', 'identity.manage-people');
    const { id } = await addPerson(portal, 'ursula@example.org');
    await portal.service(People).grant(id, 'Usher');
    const usher = await portal.signIn({ email: 'ursula@example.org', password });
    const page = `${home}/${await idOf('Moon')}`;
    const [, listed = ''] = /tokens\/([^/"]+)\/revoke/.exec((await usher.get(page)).text) ?? [];
    const [, revoked] = await waiting(
      () => portal.command(['service-accounts', 'grant', '--name', 'Moon', '--role', 'Operator']),
      () => portal.post(usher, `${page}/tokens/${listed}/revoke`).then(({ status }) => status),
    );
    expect([revoked, (await statuses(token))[2]]).to.deep.equal([403, 200]);
  });

  it('follow the names of roles, and lose those that go', async () => {
    await command('roles', 'add', '--name', 'Stoker', '--permissions', 'configuration.manage-flags');
    const token = await make('Boiler', 'Stoker');
    await command('roles', 'rename', '--name', 'Stoker', '--to', 'Fireman');
    expect((await statuses(token))[2]).to.equal(200);
    const role = /identity\/roles\/([^"/]+)"[^>]*>Fireman</.exec((await administrator.get('/identity/roles')).text)?.[1];
    expect((await administrator.get(`/identity/roles/${role}/remove`)).text)
      .to.include('1 service account has it')
      .and.to.include('Boiler');
    await command('roles', 'remove', '--name', 'Fireman', '--yes');
    expect((await statuses(token))[2]).to.equal(404);
    expect(await command('service-accounts', 'list')).to.include('Boiler  1 tokens  no role');
  });

  it('leave an entry in the audit log for each change', async () => {
    const site = portal.service(SiteDirectory).byAddress('home');
    await make('Clock', 'Author@home');
    const id = await idOf('Clock');
    await portal.post(administrator, `${home}/${id}/active`, { active: 'false' });
    await portal.post(administrator, `${home}/${id}/roles`, { role: 'Author', site: site?.id ?? '', intent: 'revoke' });
    await portal.post(administrator, `${home}/${id}`, { name: 'Clock', description: 'Ticks.' });
    await portal.post(administrator, `${home}/${id}/remove`);
    const { records } = await portal.service(AuditLog).list({ area: 'service-accounts', subject: 'Clock' });
    expect(records.map(({ action, attribute, via }) => [action, attribute, via]).reverse()).to.deep.equal([
      ['added', undefined, 'command'],
      ['granted', 'Author', 'command'],
      ['disabled', undefined, 'screen'],
      ['revoked', 'Author', 'screen'],
      ['changed', undefined, 'screen'],
      ['removed', undefined, 'screen'],
    ]);
    const tokens = await portal.service(AuditLog).list({ area: 'api-tokens', subject: 'Clock' });
    expect(tokens.records.map(({ action, attribute, by }) => [action, attribute, by.name]).reverse()).to.deep.equal([
      ['set', 'spring', 'Portico'],
      ['removed', 'spring', 'Administrator'],
    ]);
  });

  it('say what is wrong with a name, a role or a token', async () => {
    await make('Twin');
    const taken = await portal.post(administrator, `${home}/new`, { name: 'twín', description: '' });
    expect([taken.status, taken.text.includes('There is already a service account Twin.')]).to.deep.equal([409, true]);
    const page = `${home}/${await idOf('Twin')}`;
    const token = await portal.post(administrator, `${page}/tokens`, { name: '', days: '900' });
    expect(token.status).to.equal(400);
    expect(token.text).to.include('Enter a name of at most 100 characters.').and.to.include('Enter 1 to 366 days.');
    expect((await portal.post(administrator, `${page}/roles`, { role: 'Guest' })).status).to.equal(400);
    expect((await portal.command(['tokens', 'create', '--service-account', 'Nobody', '--name', 'x'])).exitCode).to.equal(1);
  });

  it('are made by keyboard, wide and narrow', async function () {
    this.timeout(60_000);
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 390]) {
        const page = await browser.page(portal, { person: portal.administrator, width });
        const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).press('Enter');
        const look = async (name: string): Promise<void> => {
          expect(await accessibilityFaults(page), name).to.deep.equal([]);
          expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), name).to.equal(true);
          if (!process.env.PORTICO_SHOTS) return;
          await page.screenshot({ path: `${process.env.PORTICO_SHOTS}/${name}-${width}.png`, fullPage: true });
          await page.emulateMedia({ colorScheme: 'dark' });
          await page.screenshot({ path: `${process.env.PORTICO_SHOTS}/${name}-${width}-dark.png`, fullPage: true });
          await page.emulateMedia({ colorScheme: null });
        };
        await page.goto('/identity/users');
        await page.getByRole('link', { name: 'Service Accounts' }).press('Enter');
        await page.getByRole('link', { name: 'New Service Account' }).press('Enter');
        await page.getByLabel('Name').fill(`Robot ${width}`);
        await press('Add');
        await page.getByText(`The service account Robot ${width} is made.`).waitFor();
        await page.getByLabel('Role', { exact: true }).selectOption('Author');
        await press('Add Role in Site');
        await page.getByText('Saved.').waitFor();
        await page.getByLabel('Purpose').fill('A try');
        await press('Create token');
        const token = await page.getByLabel('Copy it now; it is not shown again.').inputValue();
        expect(token).to.match(/^portico_[\w-]{43}$/);
        await look('service-account');
        await page.goto(home);
        await page.getByRole('link', { name: `Robot ${width}` }).waitFor();
        await look('service-accounts');
        await page.context().close();
      }
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
  });
});
