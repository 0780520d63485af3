import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Flags, type MigrationInterface, type QueryRunner, type Site, SiteDirectory, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import { UsagePermissions } from '../api/index.js';

const prose = resolve(import.meta.dirname, '../../test/fixtures/prose');
/** What the portal applies to the tables of people: a file of that module, which promises it to nobody. */
const migrationsOfIdentity = pathToFileURL(resolve(import.meta.dirname, '../../../identity/dist/migrations/index.js')).href;
const keeper = { email: 'kim@portico.example', name: 'Kim Keeper', password: 'a long enough password' };
const ofSite = '/web/home/ai-creator/usage';
const ofInstance = ['/ai-creator/usage', '/ai-creator/budgets', '/ai-creator/prices'];
type TestClient = Awaited<ReturnType<TestPortal['signIn']>>;

describe('the pages of AI Usage', () => {
  let home: string;
  let portal: TestPortal;
  let administrator: TestClient;
  let siteAdministrator: TestClient;

  const open = async (): Promise<void> => {
    portal = await startTestPortal({
      home,
      flags: { 'LPD-10793': false, prose: true },
      config: { modulePaths: ['modules', prose] },
    });
    const people = portal.service(People);
    if (!people.byEmail(keeper.email)) {
      const { id } = await people.add(keeper);
      await people.grant(id, 'Site Administrator', (portal.service(SiteDirectory).byAddress('home') as Site).id);
    }
    administrator = await portal.signIn();
    siteAdministrator = await portal.signIn(keeper);
  };
  const statusOf = async (visitor: TestClient, path: string): Promise<number> =>
    (await visitor.get(path).set('Accept', 'text/html')).status;
  const all = (visitor: TestClient): Promise<readonly number[]> =>
    Promise.all([...ofInstance, ofSite].map((path) => statusOf(visitor, path)));

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-usage-'));
    await open();
  });
  after(async () => {
    await portal.stop();
    await rm(home, { recursive: true, force: true });
  });

  it('are there when any feature is that pays, whichever flag it has', async () => {
    const menu = async (): Promise<boolean> =>
      (await administrator.get('/identity/roles')).text.includes('href="/ai-creator/usage"');
    const switchTo = (flag: string, on: boolean): Promise<void> => portal.service(Flags).override(flag, on, 'somebody');
    expect([...(await all(administrator)), await menu()]).to.deep.equal([200, 200, 200, 200, true]);
    await switchTo('prose', false);
    expect([...(await all(administrator)), await menu()]).to.deep.equal([404, 404, 404, 404, false]);
    const why = await portal.command(['why', 'portico.menu-items', 'ai-usage', '--person', 'admin@portico.example']);
    expect(why.out).to.contain('ai-usage.paid-features').and.to.contain('flag');
    await switchTo('LPD-10793', true);
    expect(await all(administrator)).to.deep.equal([200, 200, 200, 200]);
    await switchTo('LPD-10793', false);
    await switchTo('prose', true);
  });

  it('stand beside each other as tabs where there are several, and alone without one', async () => {
    const tabs = async (visitor: TestClient, path: string): Promise<number> =>
      (await visitor.get(path).set('Accept', 'text/html').expect(200)).text.split('class="nav-link').length - 1;
    expect(await tabs(administrator, '/ai-creator/usage')).to.be.greaterThan(1);
    expect(await tabs(siteAdministrator, ofSite)).to.equal(0);
  });

  it('have permissions of their own, apart from those of the settings', async () => {
    const settings = '/web/home/configuration/site-settings';
    expect(await all(siteAdministrator)).to.deep.equal([404, 404, 404, 200]);
    const { text } = await administrator.get('/identity/roles/site-administrator');
    const held = [...text.matchAll(/<input [^>]*name="permissions"[^>]*>/g)]
      .filter(([tag]) => tag.includes(' checked'))
      .map(([tag]) => /value="([^"]+)"/.exec(tag)?.[1] ?? '');
    expect(held).to.include(UsagePermissions.viewSite).and.to.not.include(UsagePermissions.manage);
    const give = (permissions: readonly string[]) =>
      portal.post(administrator, '/identity/roles/site-administrator', { permissions });
    await give(held.filter((id) => id !== UsagePermissions.viewSite));
    expect([await statusOf(siteAdministrator, ofSite), await statusOf(siteAdministrator, settings)]).to.deep.equal([404, 200]);
    await give(held);
    expect(await statusOf(siteAdministrator, ofSite)).to.equal(200);
  });

  it('stay open, or shut, to those for whom it was decided when they had the permissions of the settings', async () => {
    const { default: migrations } = (await import(migrationsOfIdentity)) as {
      default: readonly (new () => Required<MigrationInterface>)[];
    };
    const steps = migrations.map((Migration) => new Migration());
    const first = steps.findIndex(({ name }) => name.startsWith('GrantUsageAsSettings'));
    expect(first).to.be.greaterThan(0);
    const since = steps.slice(first);
    await portal.service(UnitOfWork).write(async (transaction) => {
      // A home of the time before: all that came to it since is taken back, the latest first.
      const runner = { query: (sql: string, values?: []) => transaction.query(sql, values) } as unknown as QueryRunner;
      for (const step of since.toReversed()) {
        await step.down(runner);
        await transaction.query("DELETE FROM portico_migration WHERE owner = 'identity' AND name = ?", [step.name]);
      }
      await transaction.query('DELETE FROM identity_role_permission');
      for (const [role, permission, granted] of [
        ['Site Administrator', 'configuration.manage-site-settings', false],
        ['Author', 'configuration.manage-site-settings', true],
      ] as const)
        await transaction.query('INSERT INTO identity_role_permission (role, permission, granted) VALUES (?, ?, ?)', [
          role,
          permission,
          granted,
        ]);
    });
    await portal.stop();
    await open();
    expect(await statusOf(siteAdministrator, ofSite)).to.equal(404);
    const people = portal.service(People);
    const author = await people.add({ ...keeper, email: 'ada@portico.example', name: 'Ada Author' });
    await people.grant(author.id, 'Author', (portal.service(SiteDirectory).byAddress('home') as Site).id);
    const visitor = await portal.signIn({ ...keeper, email: 'ada@portico.example' });
    expect(await statusOf(visitor, ofSite)).to.equal(200);
  });
});
