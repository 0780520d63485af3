import { defineSettings, Settings } from '@portico/configuration/api';
import { AccessContexts, instanceScope, type Site, SiteDirectory, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { type Account, People } from '@portico/identity/api';
import { expect } from 'chai';
import { tablesOf } from './support/earlier-states.js';

type Visitor = Awaited<ReturnType<TestPortal['signIn']>>;

const password = 'grey pebbles by the river';
const siteTrash = defineSettings({
  id: 'sites',
  section: 'platform',
  title: 'sites.title',
  scopes: ['instance'],
  fields: { trashDays: { type: 'number', label: 'settings.trash-days', default: 30 } },
});

describe('People', function () {
  this.timeout(60_000);
  let portal: TestPortal;
  let visitor: Visitor;
  let home: Site;
  before(async () => {
    portal = await startTestPortal();
    visitor = await portal.signIn();
    home = portal.service(SiteDirectory).byAddress('home') as Site;
  });
  after(() => portal.stop());

  /** An author with a document, an article and a token, signed in once. */
  async function author(name: string): Promise<Account> {
    const email = `${name.toLowerCase()}@example.org`;
    const account = await portal.service(People).add({ email, name, password });
    await portal.service(People).grant(account.id, 'Author', home.id);
    const own = await portal.signIn({ email, password });
    const access = portal.service(AccessContexts).for(account, home);
    await portal.service(Documents).add(access, { name: `${name}.txt`, content: Buffer.from(`of ${name}`) });
    await portal.post(own, '/web/home/web-content/new', { title: `By ${name}`, body: '<p>.</p>', intent: 'publish' });
    const scopes = 'documents-media.open-documents';
    expect((await portal.post(own, '/account/tokens', { name: 'Sync', days: '10', scopes })).status).to.equal(200);
    return portal.service(People).byId(account.id) as Account;
  }

  const rowsWith = (text: string): readonly string[] =>
    [...tablesOf(portal.home)].filter(([, rows]) => JSON.stringify(rows).includes(text)).map(([table]) => table);

  it('who are deleted leave what they made, without a name, and nothing that opens a door', async () => {
    const gwendolyn = await author('Gwendolyn');
    const { id } = gwendolyn;
    await portal
      .service(Settings)
      .of(siteTrash)
      .save(instanceScope, { trashDays: { set: 20 } }, gwendolyn);
    expect(rowsWith('"Gwendolyn"')).to.include.members(['configuration_setting', 'configuration_revision', 'portico_audit']);
    const page = await visitor.get(`/identity/users/${id}/delete`);
    expect(page.text)
      .to.match(/<dt>Documents<\/dt><dd>1<\/dd>/)
      .and.to.match(/<dt>Articles<\/dt><dd>1<\/dd>/);
    expect((await portal.post(visitor, `/identity/users/${id}/delete`, { email: 'x@example.org' })).status).to.equal(400);
    const own = await portal.signIn({ email: 'gwendolyn@example.org', password });
    const answer = await portal.post(visitor, `/identity/users/${id}/delete`, { email: 'gwendolyn@example.org' });
    expect([answer.status, answer.headers.location]).to.deep.equal([303, '/identity/users']);
    expect((await own.get('/account')).status).not.to.equal(200);
    expect(portal.service(People).byId(id)).to.equal(undefined);
    expect([...rowsWith('gwendolyn@example.org'), ...rowsWith('"Gwendolyn"')]).to.deep.equal([]);
    expect(rowsWith(id).filter((table) => table.startsWith('identity_'))).to.deep.equal([]);
    expect(rowsWith(id)).to.include.members(['documents_media_document', 'web_content_article']);
    expect((await visitor.get('/web/home/documents-media?view=table')).text).to.include('Gwendolyn.txt');
    expect((await portal.command(['doctor'])).exitCode).to.equal(0);
    expect((await portal.command(['users', 'list'])).out).not.to.include('gwendolyn');
  });

  it('who are the last administrator, or oneself, are not deleted', async () => {
    const administrator = portal.service(People).byEmail(portal.administrator.email) as Account;
    const { email } = administrator;
    expect((await visitor.get(`/identity/users/${administrator.id}/delete`)).status).to.equal(409);
    expect((await portal.command(['users', 'delete', '--email', email])).exitCode).to.equal(1);
    const refused = await portal.command(['users', 'delete', '--email', email, '--yes']);
    expect([refused.exitCode, /last active administrator/.test(refused.err)]).to.deep.equal([1, true]);
    expect(portal.service(People).byEmail(email)?.active).to.equal(true);
  });

  it('are exported with all that modules know of them, by themselves too, and it is written down', async () => {
    const { id, email } = await author('Hortense');
    const answer = await portal.post(visitor, `/identity/users/${id}/export`);
    expect(answer.headers['content-disposition']).to.include('hortense@example.org.json');
    const known = JSON.parse(answer.text);
    expect(known.account).to.include({ id, email, name: 'Hortense' });
    expect(known.account.siteRoles).to.deep.equal({ [home.id]: ['Author'] });
    expect(known.account.apiTokens[0].name).to.equal('Sync');
    expect(known.documents.map(({ name }: { name: string }) => name)).to.deep.equal(['Hortense.txt']);
    expect(known.articles.map(({ title }: { title: string }) => title)).to.deep.equal(['By Hortense']);
    expect(answer.text).not.to.match(/argon2|Hash/);
    const command = await portal.command(['users', 'export', '--email', email]);
    expect(JSON.parse(command.out).account.id).to.equal(id);
    const own = await portal.post(await portal.signIn({ email, password }), '/account/export');
    expect(JSON.parse(own.text).auditLog).to.be.an('array');
    const rows = await portal
      .service(UnitOfWork)
      .read((reader) => reader.query("SELECT id FROM portico_audit WHERE about_id = ? AND action = 'exported'", [id]));
    expect(rows).to.have.length(3);
  });

  it('who have two accounts get one, with the content, roles and tokens of both', async () => {
    const from = await author('Iris');
    const to = await author('Isolde');
    const asked = await portal.post(visitor, `/identity/users/${to.id}/merge`, { email: from.email });
    expect(asked.text)
      .to.include('Give all of iris@example.org')
      .and.to.match(/<dt>Documents<\/dt><dd>1<\/dd>/);
    expect(portal.service(People).byId(from.id)).not.to.equal(undefined);
    const done = await portal.post(visitor, `/identity/users/${to.id}/merge`, { email: from.email, confirmed: 'yes' });
    expect(done.status).to.equal(303);
    expect(portal.service(People).byId(from.id)).to.equal(undefined);
    const known = JSON.parse((await portal.command(['users', 'export', '--email', to.email])).out);
    expect(known.documents.map(({ name }: { name: string }) => name).sort()).to.deep.equal(['Iris.txt', 'Isolde.txt']);
    expect(known.account.apiTokens).to.have.length(2);
    expect(known.account.siteRoles).to.deep.equal({ [home.id]: ['Author'] });
    expect((await portal.command(['doctor'])).exitCode).to.equal(0);
    const self = await portal.post(visitor, `/identity/users/${to.id}/merge`, { email: to.email });
    expect(self.status).to.equal(400);
  });

  it('who were disabled bring no way in when they are merged, and no provider takes what was given by hand', async () => {
    const from = await author('Ilse');
    const to = await author('Ingrid');
    await portal.service(UnitOfWork).write(async (transaction) => {
      await transaction.query(
        `INSERT INTO identity_external_identity (id, issuer, subject, person_id, provider, label, created_at)
         VALUES ('one', 'https://provider.example', 'ilse', ?, 'provider', 'Ilse', 1)`,
        [from.id],
      );
      await transaction.query(
        `INSERT INTO identity_external_grant (person_id, site_id, role, provider) VALUES (?, ?, 'Author', 'provider')`,
        [from.id, home.id],
      );
    });
    await portal.service(People).setActive(from.id, false);
    const done = await portal.post(visitor, `/identity/users/${to.id}/merge`, { email: from.email, confirmed: 'yes' });
    expect(done.status).to.equal(303);
    const known = JSON.parse((await portal.command(['users', 'export', '--email', to.email])).out);
    expect(known.account.apiTokens).to.have.length(1);
    expect(known.account.siteRoles).to.deep.equal({ [home.id]: ['Author'] });
    const doors = await portal.service(UnitOfWork).read((reader) =>
      reader.query(
        `SELECT person_id FROM identity_external_identity WHERE subject = 'ilse'
           UNION ALL SELECT person_id FROM identity_external_grant WHERE provider = 'provider'`,
      ),
    );
    expect(doors).to.deep.equal([]);
  });

  it('get another address by an administrator, with which they sign in from then on', async () => {
    const { id } = await portal.service(People).add({ email: 'old@example.org', name: 'Jo', password });
    expect((await portal.post(visitor, `/identity/users/${id}/email`, { email: 'nobody' })).status).to.equal(400);
    const taken = await portal.post(visitor, `/identity/users/${id}/email`, { email: portal.administrator.email });
    expect(taken.status).to.equal(409);
    expect((await portal.post(visitor, `/identity/users/${id}/email`, { email: 'New@Example.org' })).status).to.equal(303);
    await portal.signIn({ email: 'new@example.org', password });
    expect(portal.service(People).byEmail('old@example.org')).to.equal(undefined);
  });
});
