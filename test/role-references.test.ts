import { AccessContexts, type Site, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { People, Roles } from '@portico/identity/api';
import { expect } from 'chai';

const password = 'grey pebbles by the river';

describe('What modules keep by the name of a role', () => {
  let portal: TestPortal;
  let folder: string;
  let administrator: ReturnType<TestPortal['agent']>;
  let reviewer: ReturnType<TestPortal['agent']>;
  const run = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, out, err } = await portal.command(argv);
    expect(exitCode, `${argv.join(' ')}: ${err}`).to.equal(0);
    return out;
  };
  const signIn = () =>
    portal.agent().post('/sign-in').set('Origin', portal.url).type('form').send({ email: 'rita@example.org', password });
  const site = (address: string): Site => portal.service(SiteDirectory).byAddress(address) as Site;
  /** Everything that names a role, through the doors by which people read it. */
  const named = async (): Promise<object> => {
    const permissions = await administrator.get(`/web/home/documents-media/api/folders/${folder}/permissions`);
    return {
      site: site('guide').audience?.roles,
      folder: permissions.body.roles,
      budgets: [...(await run('budgets', 'list')).matchAll(/with the role (\S+)/g)].map(([, role]) => role),
      needsSecondFactor: (await signIn()).text.includes('Secure your account'),
      seesSite: (await reviewer.get('/web/guide')).status,
      seesFolder: (await reviewer.get(`/web/home/documents-media/api/documents?folder=${folder}`)).status,
    };
  };

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
    await run('sites', 'add', '--name', 'Guide', '--address', 'guide');
    const permissions = ['documents-media.view-documents', 'documents-media.open-documents'];
    await run('roles', 'add', '--name', 'Reviewer', '--permissions', permissions.join(','));
    const { id } = await portal.service(People).add({ email: 'rita@example.org', name: 'Rita', password });
    for (const address of ['home', 'guide']) await portal.service(People).grant(id, 'Reviewer', site(address).id);
    reviewer = await portal.signIn({ email: 'rita@example.org', password });
    const system = portal.service(AccessContexts).system(site('home'));
    folder = (await portal.service(Documents).ensureFolder(system, 'Drafts')).id;
    const answer = await administrator
      .put(`/web/home/documents-media/api/folders/${folder}/permissions`)
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(administrator))
      .send({ visibleTo: 'roles', roles: ['Reviewer'] });
    expect(answer.status).to.equal(200);
    await portal.post(administrator, `/sites/${site('guide').id}`, { name: 'Guide', visibleTo: 'roles', roles: 'Reviewer' });
    await run('budgets', 'add', '--for', 'role', '--which', 'reviewer', '--counts', 'images', '--refuse', '10');
    const choice = portal.service(Roles).byName('Reviewer')?.id;
    await run('settings', 'set', 'sign-in.secondFactorRoles', JSON.stringify(['operator', choice]));
  });

  after(() => portal.stop());

  const page = async (): Promise<string> => {
    const roles = await administrator.get('/identity/roles');
    return `/identity/roles/${/identity\/roles\/([0-9a-f-]{36})/.exec(roles.text)?.[1]}`;
  };

  it('follows when the role gets another name', async () => {
    const of = (role: string): object => ({
      site: [role],
      folder: [role],
      budgets: [role],
      needsSecondFactor: true,
      seesSite: 200,
      seesFolder: 200,
    });
    expect(await named()).to.deep.equal(of('Reviewer'));
    await portal.post(administrator, `${await page()}/name`, { name: 'Proof-reader', description: '' });
    expect(await named()).to.deep.equal(of('Proof-reader'));
  });

  it('is told before the role goes, and goes with it: nobody sees more than before', async () => {
    const question = await administrator.get(`${await page()}/remove`);
    for (const place of ['who sees the site Guide', 'Drafts in the site Home', 'All people with the role'])
      expect(question.text).to.include(place);
    await portal.post(administrator, `${await page()}/remove`);
    expect(await named()).to.deep.equal({
      site: [],
      folder: [],
      budgets: [],
      needsSecondFactor: false,
      seesSite: 404,
      seesFolder: 404,
    });
  });
});
