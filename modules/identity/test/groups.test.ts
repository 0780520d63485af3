import { rm } from 'node:fs/promises';
import {
  AccessControl,
  AuditLog,
  instanceScope,
  type Person,
  type Site,
  SiteDirectory,
  siteScope,
  UnitOfWork,
} from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import { type Account, People, Roles } from '../api/index.js';
import { addPerson, password, type TestClient } from './support.js';

const groups = '/identity/groups';
const roles = '/identity/roles';
const viewSite = 'sites.view-site';
const editArticles = 'web-content.edit-articles';

describe('Groups and roles of one’s own', () => {
  let portal: TestPortal;
  let home: Site;
  let guide: Site;
  let administrator: TestClient;
  const account = (email: string): Account => portal.service(People).byEmail(email) as Account;
  const can = (person: Person, permission: string, site?: Site): boolean =>
    portal.service(AccessControl).can(person, permission, site ? siteScope(site.id) : instanceScope);
  const run = (...argv: readonly string[]) => portal.command(argv);
  /** The id at the end of where an answer leads. */
  const idIn = ({ headers }: { readonly headers: Record<string, string> }): string => headers.location?.split('/').pop() ?? '';
  const entries = async (area: string): Promise<readonly string[]> =>
    (await portal.service(AuditLog).list({ area })).records.map(
      ({ subject, attribute, action, via }) => `${subject}${attribute ? ` ${attribute}` : ''}: ${action} (${via})`,
    );

  before(async () => {
    portal = await startTestPortal();
    home = portal.service(SiteDirectory).byAddress('home') as Site;
    guide = await portal.service(Sites).add({ name: 'Guide', address: 'guide' });
    administrator = await portal.signIn();
    for (const name of ['ann', 'ben', 'cleo']) await addPerson(portal, `${name}@example.org`);
  });

  after(async () => {
    await portal.stop();
    await rm(portal.home, { recursive: true, force: true });
  });

  describe('Groups', () => {
    let id: string;

    it('are made, found, and given people and roles on the screen', async () => {
      const made = await portal.post(administrator, `${groups}/new`, { name: 'Writers', description: 'Who writes' });
      expect(made.status).to.equal(303);
      id = idIn(made);
      await portal.post(administrator, `${groups}/${id}/members`, { email: 'Ann@Example.org' });
      await portal.post(administrator, `${groups}/${id}/roles`, { role: 'Author', site: home.id });
      const page = await administrator.get(`${groups}/${id}`);
      expect(page.text).to.include('aria-label="Remove ann from the group"').and.to.include('aria-label="Remove Author in Home"');
      expect((await administrator.get(`${groups}?q=writ`)).text).to.include('Writers');
      expect((await administrator.get(`${groups}?q=nothing`)).text).to.include('No group was found');
      expect((await administrator.get('/identity/users')).text).to.include(`href="${groups}"`);
    });

    it('give what they have to an open session at once, in their site only, and take it so', async () => {
      const ann = await portal.signIn({ email: 'ann@example.org', password });
      expect((await ann.get('/web/home/web-content')).status).to.equal(200);
      expect((await ann.get('/web/guide/web-content')).status).to.equal(404);
      await portal.post(administrator, `${groups}/${id}/members/remove`, { person: account('ann@example.org').id });
      expect((await ann.get('/web/home/web-content')).status).to.equal(404);
      await portal.post(administrator, `${groups}/${id}/members`, { email: 'ann@example.org' });
      expect((await ann.get('/web/home/web-content')).status).to.equal(200);
      await portal.post(administrator, `${groups}/${id}/roles`, { role: 'Author', site: home.id, intent: 'revoke' });
      expect((await ann.get('/web/home/web-content')).status).to.equal(404);
      await portal.post(administrator, `${groups}/${id}/roles`, { role: 'author', site: home.id });
      expect((await ann.get('/web/home/web-content')).status).to.equal(200);
    });

    it('count among the roles in force, and not among those that were given to the person', () => {
      const ann = account('ann@example.org');
      expect([ann.siteRoles, ann.ownSiteRoles, ann.groups]).to.deep.equal([{ [home.id]: ['Author'] }, {}, [id]]);
    });

    it('are named where a person’s roles stand, and are not taken from the person there', async () => {
      const page = await administrator.get(`/identity/users/${account('ann@example.org').id}`);
      expect(page.text).to.include('By the group Writers').and.not.to.include('Remove Author in Home');
      const members = await administrator.get('/web/home/identity/memberships');
      expect(members.text).to.include('By the group Writers').and.to.include('aria-label="Remove Author from Writers"');
      expect(members.text).not.to.include('Remove Author from ann');
    });

    it('are given roles of the site by its administrator, who names them', async () => {
      await portal.service(People).grant(account('cleo@example.org').id, 'Site Administrator', guide.id);
      const cleo = await portal.signIn({ email: 'cleo@example.org', password });
      const page = '/web/guide/identity/memberships';
      expect((await portal.post(cleo, `${page}/groups`, { group: 'no such', role: 'Author' })).text).to.include(
        'There is no group of this name.',
      );
      expect((await portal.post(cleo, `${page}/groups`, { group: 'WRITERS', role: 'Author' })).status).to.equal(303);
      expect(can(account('ann@example.org'), editArticles, guide)).to.equal(true);
      expect((await portal.post(cleo, `${page}/groups/roles`, { group: id, role: 'Author', intent: 'revoke' })).status).to.equal(
        303,
      );
      expect(can(account('ann@example.org'), editArticles, guide)).to.equal(false);
      // The other site's is none of this administrator's business.
      expect((await portal.post(cleo, `${page}/groups/roles`, { group: id, role: 'Author', intent: 'revoke' })).status).to.equal(
        404,
      );
      expect(can(account('ann@example.org'), editArticles, home)).to.equal(true);
    });

    it('have one name each, however it is spelled', async () => {
      const again = await portal.post(administrator, `${groups}/new`, { name: ' wRITÉRS ' });
      expect([again.status, again.text.includes('There is already a group Writers.')]).to.deep.equal([409, true]);
      const empty = await portal.post(administrator, `${groups}/new`, { name: ' \u200b ', description: 'kept' });
      expect(empty.status).to.equal(400);
      expect(empty.text).to.include('Enter a name').and.to.include('value="kept"');
      await portal.post(administrator, `${groups}/${id}`, { name: 'Scribes', description: '' });
      expect((await administrator.get(`${groups}/${id}`)).text).to.include('Scribes');
      expect(account('ann@example.org').siteRoles).to.deep.equal({ [home.id]: ['Author'] });
    });

    it('cannot leave the portal without an administrator', async () => {
      const people = portal.service(People);
      const first = account(portal.administrator.email);
      await run('groups', 'add', '--name', 'Chiefs');
      await run('groups', 'add-member', '--name', 'chiefs', '--email', portal.administrator.email);
      expect((await run('groups', 'grant', '--name', 'Chiefs', '--role', 'administrator')).exitCode).to.equal(0);
      await people.revoke(first.id, 'Administrator');
      expect(account(portal.administrator.email)).to.deep.include({ roles: ['Administrator'], ownRoles: [] });
      for (const argv of [
        ['groups', 'revoke', '--name', 'Chiefs', '--role', 'Administrator'],
        ['groups', 'remove-member', '--name', 'Chiefs', '--email', portal.administrator.email],
        ['groups', 'remove', '--name', 'Chiefs'],
        ['users', 'disable', '--email', portal.administrator.email],
      ]) {
        const answer = await portal.command(argv);
        expect([answer.exitCode, answer.err.includes('last active')], argv.join(' ')).to.deep.equal([1, true]);
      }
      expect(can(account(portal.administrator.email), 'identity.manage-people')).to.equal(true);
      expect((await administrator.get(`/identity/users/${first.id}`)).text).to.include('By the group Chiefs');
      await people.grant(first.id, 'Administrator');
      expect((await run('groups', 'remove', '--name', 'Chiefs')).out).to.equal('The group Chiefs is removed.\n');
    });

    it('are removed after a question that says who is in them; the accounts stay', async () => {
      const question = await administrator.get(`${groups}/${id}/remove`);
      expect(question.text).to.include('1 person is in it and loses').and.to.include('<bdi>ann</bdi>');
      expect((await portal.post(administrator, `${groups}/${id}/remove`)).status).to.equal(303);
      expect((await administrator.get(`${groups}/${id}`)).status).to.equal(404);
      expect(account('ann@example.org')).to.deep.include({ siteRoles: {}, groups: [], active: true });
    });

    it('leave an entry for each change, with who made it', async () => {
      const found = (await entries('groups')).filter((entry) => /^(?:Writers|Scribes)/.test(entry)).reverse();
      expect(found).to.deep.equal([
        'Writers: added (screen)',
        'Writers ann@example.org: member-added (screen)',
        'Writers Author: granted (screen)',
        'Writers ann@example.org: member-removed (screen)',
        'Writers ann@example.org: member-added (screen)',
        'Writers Author: revoked (screen)',
        'Writers Author: granted (screen)',
        'Writers Author: granted (screen)',
        'Writers Author: revoked (screen)',
        'Scribes: changed (screen)',
        'Scribes: removed (screen)',
      ]);
    });

    it('are listed', async () => {
      await run('groups', 'add', '--name', 'Readers', '--description', 'Who reads');
      await run('groups', 'add-member', '--name', 'Readers', '--email', 'ben@example.org');
      await run('groups', 'grant', '--name', 'Readers', '--role', 'Member', '--site', 'guide');
      const listed = JSON.parse((await run('groups', 'list', '--json')).out) as object[];
      expect(listed).to.deep.equal([
        { name: 'Readers', description: 'Who reads', people: ['ben@example.org'], roles: [], siteRoles: { guide: ['Member'] } },
      ]);
    });
  });

  describe('Roles', () => {
    let id: string;

    it('are made with a name and permissions, and given on the instance or within a site', async () => {
      const made = await portal.post(administrator, `${roles}/new`, {
        name: 'Reviewer',
        description: 'Reads what others write',
        permissions: [editArticles, 'configuration.open-instance-settings'],
      });
      expect(made.status).to.equal(303);
      id = idIn(made);
      const page = await administrator.get(`${roles}/${id}`);
      expect(page.text).to.include(`value="${editArticles}" checked`).and.to.include('Reads what others write');
      expect((await administrator.get(roles)).text)
        .to.include('Reviewer')
        .and.to.include('Made here');
      const ben = account('ben@example.org');
      expect((await run('users', 'grant', '--email', ben.email, '--role', 'REVIEWER', '--site', 'home')).exitCode).to.equal(0);
      expect(account(ben.email).siteRoles[home.id]).to.deep.equal(['Reviewer']);
      const held = (): readonly boolean[] => [
        can(ben, editArticles, home),
        can(ben, editArticles, guide),
        can(ben, 'configuration.open-instance-settings'),
      ];
      expect(held()).to.deep.equal([true, false, false]);
      await run('users', 'grant', '--email', ben.email, '--role', 'Reviewer');
      expect(held()).to.deep.equal([true, true, true]);
      await run('users', 'revoke', '--email', ben.email, '--role', 'reviewer');
      expect(held()).to.deep.equal([true, false, false]);
    });

    it('have one name each, and none of those that every portal has', async () => {
      for (const [name, sentence] of [
        ['reviewer', 'There is already a role Reviewer.'],
        ['ADMINISTRATOR', 'There is already a role Administrator.'],
        ['Síte  administrator', 'There is already a role Site Administrator.'],
        ['—', 'Enter a name'],
      ] as const) {
        const answer = await portal.post(administrator, `${roles}/new`, { name, permissions: viewSite });
        expect(answer.status, name).to.be.oneOf([400, 409]);
        expect(answer.text, name).to.include(sentence);
        expect(answer.text).to.include(`value="${viewSite}" checked`);
      }
      expect(portal.service(Roles).byName('REVIEWER')?.name).to.equal('Reviewer');
    });

    it('keep those who have them when they get another name', async () => {
      await portal.post(administrator, `${roles}/${id}/name`, { name: 'Proof-reader', description: 'Reads' });
      const ben = account('ben@example.org');
      expect([ben.siteRoles[home.id], can(ben, editArticles, home)]).to.deep.equal([['Proof-reader'], true]);
      expect((await administrator.get(`${roles}/${id}`)).text).to.include('Proof-reader');
      expect(portal.service(AccessControl).rolesWith(editArticles)).to.include('Proof-reader').and.not.to.include('Reviewer');
    });

    it('are decided about as those that every portal has', async () => {
      const ben = account('ben@example.org');
      expect((await run('roles', 'deny', '--name', 'proof-reader', '--permission', editArticles)).exitCode).to.equal(0);
      expect(can(ben, editArticles, home)).to.equal(false);
      await portal.post(administrator, `${roles}/${id}`, { permissions: [editArticles] });
      expect(can(ben, editArticles, home)).to.equal(true);
      expect((await run('roles', 'allow', '--name', 'Author', '--permission', 'nothing.at-all')).err).to.include('no permission');
    });

    it('are removed after a question that says who has them; those that every portal has stay', async () => {
      await run('groups', 'grant', '--name', 'Readers', '--role', 'Proof-reader', '--site', 'guide');
      const question = await administrator.get(`${roles}/${id}/remove`);
      expect(question.text).to.include('1 person has it').and.to.include('1 group has it').and.to.include('Readers');
      expect((await administrator.get(`${roles}/author/remove`)).status).to.equal(404);
      const refused = await portal.post(administrator, `${roles}/author/remove`);
      expect([refused.status, refused.text.includes('stays as it is')]).to.deep.equal([409, true]);
      expect((await portal.post(administrator, `${roles}/${id}/remove`)).status).to.equal(303);
      const ben = account('ben@example.org');
      expect([ben.siteRoles, can(ben, editArticles, home)]).to.deep.equal([{ [guide.id]: ['Member'] }, false]);
      expect((await administrator.get(`${roles}/${id}`)).status).to.equal(404);
      expect((await run('users', 'grant', '--email', ben.email, '--role', 'Proof-reader')).err).to.include('cannot be granted');
    });

    it('give nothing of a former role to a new one of its name', async () => {
      await run('roles', 'add', '--name', 'Proof-reader');
      await run('users', 'grant', '--email', 'ben@example.org', '--role', 'Proof-reader', '--site', 'home');
      expect(can(account('ben@example.org'), editArticles, home)).to.equal(false);
      const asked: string[] = [];
      const answer = await portal.command(['roles', 'remove', '--name', 'Proof-reader'], '', async (question) => {
        asked.push(question);
        return 'no';
      });
      expect([answer.exitCode, asked[0]?.includes('These lose it: ben@example.org.')]).to.deep.equal([1, true]);
      expect((await run('roles', 'remove', '--name', 'Proof-reader', '--yes')).exitCode).to.equal(0);
    });

    it('leave an entry for each change', async () => {
      expect((await entries('roles')).slice().reverse()).to.deep.equal([
        'Reviewer: added (screen)',
        'Proof-reader: changed (screen)',
        'Proof-reader: permissions-changed (command)',
        'Proof-reader: permissions-changed (screen)',
        'Proof-reader: removed (screen)',
        'Proof-reader: added (command)',
        'Proof-reader: removed (command)',
      ]);
    });

    it('that are named and do not exist are told by the doctor', async () => {
      const sentence = 'name the role Emperor, which does not exist';
      const doctor = async (): Promise<boolean> => (await run('doctor')).out.includes(sentence);
      expect(await doctor()).to.equal(false);
      const row = [account('ben@example.org').id, 'Emperor'];
      const write = (sql: string, values: readonly string[]) =>
        portal.service(UnitOfWork).write((transaction) => transaction.query(sql, values));
      await write("INSERT INTO identity_role_assignment (person_id, site_id, role) VALUES (?, '', ?)", row);
      expect(await doctor()).to.equal(true);
      await write('DELETE FROM identity_role_assignment WHERE person_id = ? AND role = ?', row);
    });
  });

  describe('Both', () => {
    it('are kept over a restart', async () => {
      await run('roles', 'add', '--name', 'Keeper', '--permissions', editArticles);
      await run('groups', 'grant', '--name', 'Readers', '--role', 'Keeper', '--site', 'guide');
      await portal.stop({ keep: true });
      portal = await startTestPortal({ home: portal.home });
      const ben = account('ben@example.org');
      expect([ben.siteRoles, can(ben, editArticles, guide)]).to.deep.equal([{ [guide.id]: ['Keeper', 'Member'] }, true]);
    });
  });
});
