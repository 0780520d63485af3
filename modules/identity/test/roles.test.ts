import { AccessControl, instanceScope, type Person, type Site, SiteDirectory, siteScope } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import { addPerson, password, type TestClient } from './support.js';

const manageMemberships = 'identity.manage-memberships';
const managePeople = 'identity.manage-people';
const viewSite = 'sites.view-site';

describe('Roles', () => {
  let portal: TestPortal;
  let home: Site;
  let guide: Site;
  let administrator: TestClient;
  const can = (person: Person | undefined, permission: string, site?: Site): boolean =>
    portal.service(AccessControl).can(person, permission, site ? siteScope(site.id) : instanceScope);
  const person = (email: string): Account => portal.service(People).byEmail(email) as Account;

  before(async () => {
    portal = await startTestPortal();
    home = portal.service(SiteDirectory).byAddress('home') as Site;
    guide = await portal.service(Sites).add({ name: 'Guide', address: 'guide' });
    administrator = await portal.signIn();
    for (const name of ['manager', 'author', 'operator', 'nobody']) await addPerson(portal, `${name}@example.org`);
    await portal.service(People).grant(person('manager@example.org').id, 'Site Administrator', home.id);
    await portal.service(People).grant(person('author@example.org').id, 'Author', home.id);
    await portal.service(People).grant(person('operator@example.org').id, 'Operator');
  });

  after(() => portal.stop());

  it('give an administrator every permission everywhere, and nobody one that does not exist', () => {
    const admin = person(portal.administrator.email);
    expect([can(admin, managePeople), can(admin, managePeople, guide), can(admin, manageMemberships, guide)]).to.deep.equal([
      true,
      true,
      true,
    ]);
    expect(can(admin, 'nothing.such-permission')).to.equal(false);
  });

  it('give everybody what guests have, and guests nothing else', () => {
    for (const who of [undefined, person('nobody@example.org')]) {
      expect([can(who, viewSite, home), can(who, manageMemberships, home), can(who, managePeople)]).to.deep.equal([
        true,
        false,
        false,
      ]);
    }
  });

  it('have force in their site only', () => {
    const manager = person('manager@example.org');
    expect([
      can(manager, manageMemberships, home),
      can(manager, manageMemberships, guide),
      can(manager, manageMemberships),
    ]).to.deep.equal([true, false, false]);
    expect(portal.service(AccessControl).rolesOf(manager, siteScope(home.id))).to.deep.equal(['Site Administrator', 'Guest']);
    expect(portal.service(AccessControl).rolesOf(manager, siteScope(guide.id))).to.deep.equal(['Guest']);
  });

  it('let an author into the articles of the own site; those of another are not there', async () => {
    const author = await portal.signIn({ email: 'author@example.org', password });
    expect((await author.get('/web/home/web-content')).status).to.equal(200);
    expect((await author.get('/web/guide/web-content')).status).to.equal(404);
    expect((await author.get('/web/home')).text).to.include('/web/home/web-content');
    expect((await author.get('/web/guide')).text).not.to.include('/web/guide/web-content');
  });

  it('are gone at once when they are taken, or the account is disabled', async () => {
    const { id } = await addPerson(portal, 'short@example.org');
    const people = portal.service(People);
    await people.grant(id, 'Site Administrator', home.id);
    expect(can(person('short@example.org'), manageMemberships, home)).to.equal(true);
    await people.setActive(id, false);
    expect(can(person('short@example.org'), manageMemberships, home)).to.equal(false);
    await people.setActive(id, true);
    await people.revoke(id, 'Site Administrator', home.id);
    expect(can(person('short@example.org'), manageMemberships, home)).to.equal(false);
  });

  it('are granted where they exist: instance roles on the instance, site roles in a site', async () => {
    const { id } = person('nobody@example.org');
    const refused = async (work: Promise<void>) =>
      work.then(
        () => 'granted',
        (error: { code: string }) => error.code,
      );
    expect(await refused(portal.service(People).grant(id, 'Author'))).to.equal('invalid-input');
    expect(await refused(portal.service(People).grant(id, 'Operator', home.id))).to.equal('invalid-input');
    expect(await refused(portal.service(People).grant(id, 'Author', id))).to.equal('not-found');
    expect(await refused(portal.service(People).grant(home.id, 'Operator'))).to.equal('not-found');
  });

  it('can be granted twice', async () => {
    const { id } = person('author@example.org');
    await portal.service(People).grant(id, 'Author', home.id);
    expect(person('author@example.org').siteRoles).to.deep.equal({ [home.id]: ['Author'] });
  });

  describe('and their permissions', () => {
    it('are shown for each role, by the names their modules give', async () => {
      expect((await administrator.get('/identity/roles')).text)
        .to.include('Site Administrator')
        .and.to.include('Operator');
      const page = await administrator.get('/identity/roles/site-administrator');
      expect(page.text).to.include('>Web Content</legend>').and.to.include('>Documents and Media</legend>');
      expect((await administrator.get('/account/tokens')).text).to.include('>AI Creator</legend>');
      expect(page.text).to.match(/value="identity\.manage-memberships" checked/);
      expect(page.text).to.match(/Manage the members of the site/);
      expect(page.text).not.to.match(/value="sites\.manage-sites" checked/);
    });

    it('can be changed, at once and until they are changed back', async () => {
      const author = person('author@example.org');
      const rolePage = await administrator.get('/identity/roles/author');
      const chosen = [...rolePage.text.matchAll(/value="([\w.-]+)" checked/g)].map((match) => match[1] as string);
      const save = (permissions: readonly string[]) => portal.post(administrator, '/identity/roles/author', { permissions });
      expect((await save([...chosen, manageMemberships])).status).to.equal(303);
      expect(can(author, manageMemberships, home)).to.equal(true);
      expect((await administrator.get('/identity/roles/author')).text).to.include('changed here');
      await save(chosen);
      expect(can(author, manageMemberships, home)).to.equal(false);
      expect((await administrator.get('/identity/roles/author')).text).not.to.include('changed here');
    });

    it('of Administrator are not up for decision', async () => {
      expect((await administrator.get('/identity/roles/administrator')).text).to.include('That is not up for decision.');
      await portal.post(administrator, '/identity/roles/administrator', {});
      expect(can(person(portal.administrator.email), managePeople)).to.equal(true);
    });

    it('of guests stay what modules thought of for everybody, and roles in a site have none on the instance', async () => {
      await portal.post(administrator, '/identity/roles/guest', { permissions: [viewSite, manageMemberships, managePeople] });
      expect([
        can(undefined, viewSite, home),
        can(undefined, manageMemberships, home),
        can(undefined, managePeople),
      ]).to.deep.equal([true, false, false]);
      expect((await administrator.get('/identity/roles/author')).text).to.match(/value="identity\.manage-people" disabled/);
    });

    it('cannot be given by somebody who does not have them', async () => {
      await portal.post(administrator, '/identity/roles/operator', { permissions: ['identity.manage-roles', viewSite] });
      const operator = await portal.signIn({ email: 'operator@example.org', password });
      await portal.post(operator, '/identity/roles/operator', { permissions: ['identity.manage-roles', managePeople, viewSite] });
      expect(can(person('operator@example.org'), managePeople)).to.equal(false);
      expect(can(person('operator@example.org'), 'identity.manage-roles')).to.equal(true);
    });

    it('are closed to everybody else', async () => {
      const author = await portal.signIn({ email: 'author@example.org', password });
      for (const path of [
        '/identity/roles',
        '/identity/users',
        '/identity/users/new',
        '/web/home/identity/memberships',
        '/sites',
      ]) {
        expect((await author.get(path)).status, path).to.equal(404);
        expect((await portal.agent().get(path).set('Accept', 'text/html')).status, path).to.equal(303);
      }
      expect((await portal.post(author, '/identity/roles/author', { permissions: [managePeople] })).status).to.equal(403);
    });
  });
});
