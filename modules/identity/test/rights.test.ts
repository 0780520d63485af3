import { AccessControl, AuditLog, instanceScope, type Site, SiteDirectory, siteScope, UnitOfWork } from '@portico/core';
import { type DeclaredRoute, startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import { addPerson, password, type TestClient } from './support.js';

const tables = [
  'person',
  'role',
  'role_permission',
  'role_assignment',
  'group',
  'group_member',
  'group_role',
  'api_token',
  'service_account',
  'service_account_role',
];
const ownPermissions = ['identity.manage-people', 'identity.manage-roles'];

describe('Nobody goes beyond the rights they hold', () => {
  let portal: TestPortal;
  let home: Site;
  let manager: TestClient;
  const run = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, out, err } = await portal.command(argv);
    expect(exitCode, `${argv.join(' ')}: ${err}`).to.equal(0);
    return out;
  };
  const account = (email: string): Account => portal.service(People).byEmail(email) as Account;
  const idOf = async (table: string, name: string): Promise<string> =>
    portal.service(UnitOfWork).read(async (reader) => {
      const [row] = await reader.query<{ id: string }>(`SELECT id FROM identity_${table} WHERE name = ?`, [name]);
      return row?.id ?? '';
    });
  /** Everything that could have changed, without what each sign-in and each use writes. */
  const snapshot = (): Promise<unknown> =>
    portal.service(UnitOfWork).read(async (reader) => {
      const rows: unknown[] = [];
      for (const table of tables)
        for (const row of await reader.query<Record<string, unknown>>(`SELECT * FROM identity_${table}`))
          rows.push(JSON.stringify({ table, ...row, last_used_at: undefined }));
      const sessions = await reader.query<{ token_hash: string }>('SELECT token_hash FROM identity_session');
      return [...rows, ...sessions.map((row) => row.token_hash)].sort();
    });

  before(async () => {
    portal = await startTestPortal();
    home = portal.service(SiteDirectory).byAddress('home') as Site;
    for (const name of ['manager', 'operator', 'author', 'chief', 'plain', 'local', 'auditor'])
      await addPerson(portal, `${name}@example.org`);
    await run('roles', 'add', '--name', 'People Manager', '--permissions', ownPermissions.join(','));
    await run('roles', 'add', '--name', 'Auditor', '--permissions', 'configuration.read-audit-log');
    await run('roles', 'add', '--name', 'Host', '--permissions', 'identity.manage-memberships');
    await run('users', 'grant', '--email', 'manager@example.org', '--role', 'People Manager');
    await run('users', 'grant', '--email', 'operator@example.org', '--role', 'Operator');
    await run('users', 'grant', '--email', 'auditor@example.org', '--role', 'Auditor');
    await run('users', 'grant', '--email', 'author@example.org', '--role', 'Author', '--site', 'home');
    await run('users', 'grant', '--email', 'local@example.org', '--role', 'Host', '--site', 'home');
    await run('service-accounts', 'add', '--name', 'Robot');
    await run('service-accounts', 'grant', '--name', 'Robot', '--role', 'Operator');
    await run('tokens', 'create', '--service-account', 'Robot', '--name', 'spring');
    await run('groups', 'add', '--name', 'Chiefs');
    await run('groups', 'add', '--name', 'Friends');
    await run('groups', 'grant', '--name', 'Chiefs', '--role', 'Administrator');
    await run('groups', 'add-member', '--name', 'Chiefs', '--email', 'chief@example.org');
    manager = await portal.signIn({ email: 'manager@example.org', password });
  });

  after(() => portal.stop());

  it('over somebody who got more of them by a merge just before', async () => {
    const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
    const { id } = await addPerson(portal, 'meek@example.org');
    await portal.service(People).grant((await addPerson(portal, 'mighty@example.org')).id, 'Administrator');
    let release = (): void => undefined;
    const held = portal.service(UnitOfWork).write(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const merged = run('users', 'merge', '--email', 'meek@example.org', '--with', 'mighty@example.org', '--yes');
    await pause(300);
    const reset = portal.post(manager, `/identity/users/${id}/password`).then((answer) => answer);
    // The password is hashed before the reset waits for its turn.
    await pause(2000);
    release();
    await Promise.all([held, merged]);
    expect((await reset).status).to.equal(403);
  });

  it('over somebody who gets more of them while a password is made', async () => {
    const { id } = await addPerson(portal, 'rising@example.org');
    const resets = Array.from({ length: 8 }, () => portal.post(manager, `/identity/users/${id}/password`));
    await resets[0];
    await portal.service(People).grant(id, 'Administrator');
    const hash = (): Promise<unknown> =>
      portal
        .service(UnitOfWork)
        .read((reader) => reader.query('SELECT password_hash FROM identity_person WHERE email = ?', ['rising@example.org']));
    const before = await hash();
    await Promise.all(resets);
    expect(await hash()).to.deep.equal(before);
  });

  it('over somebody who gets more of them while the change of an address waits for its turn', async () => {
    const { id } = await addPerson(portal, 'climbing@example.org');
    let release = (): void => undefined;
    const held = portal.service(UnitOfWork).write(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const granted = portal.service(People).grant(id, 'Administrator');
    const changed = portal
      .post(manager, `/identity/users/${id}/email`, { email: 'taken-over@example.org' })
      .then(({ status }) => status);
    await new Promise((resolve) => setTimeout(resolve, 500));
    release();
    await Promise.all([held, granted]);
    expect(await changed).to.equal(403);
    expect(portal.service(People).byId(id)?.email).to.equal('climbing@example.org');
  });

  it('on any route that changes other people, roles or groups', async () => {
    const chiefs = await idOf('group', 'Chiefs');
    const auditor = await idOf('role', 'Auditor');
    const robot = await idOf('service_account', 'Robot');
    // Of a session a hash, of anything else a UUID.
    const anyId = (path: string): string => (path.includes('sessions') ? '0'.repeat(32) : home.id);
    /** What is sent to each route, for each person who may do more. Routes that change nobody else's rights say why they are not asked. */
    const person = { name: 'Gone', active: 'false', role: 'Operator', site: home.id };
    const asked: Readonly<Record<string, { readonly on: string; readonly body?: object } | string>> = {
      '/identity/users/new': 'adds somebody without any role',
      '/identity/users/:id/name': { on: 'person', body: { name: person.name } },
      '/identity/users/:id/active': { on: 'person', body: { active: person.active } },
      '/identity/users/:id/instance-roles': { on: 'person', body: { role: person.role } },
      '/identity/users/:id/site-roles': { on: 'person', body: { role: 'Site Administrator', site: person.site } },
      '/identity/users/:id/password': { on: 'person' },
      '/identity/users/:id/link': { on: 'person' },
      '/identity/users/:id/email': { on: 'person', body: { email: 'mine@example.org' } },
      '/identity/users/:id/export': { on: 'person' },
      '/identity/users/:id/delete': { on: 'person', body: { email: 'operator@example.org' } },
      '/identity/users/:id/merge': { on: 'person', body: { email: 'plain@example.org', confirmed: 'yes' } },
      '/identity/users/:person/sessions/end': { on: 'person' },
      '/identity/users/:person/sessions/:id/end': { on: 'person' },
      '/identity/users/:person/tokens/:id/revoke': { on: 'person' },
      '/identity/users/:person/second-factors/remove': { on: 'person' },
      '/identity/groups/new': 'makes one that gives nothing',
      '/identity/groups/:id': { on: chiefs, body: { name: 'Mine' } },
      '/identity/groups/:id/members': { on: chiefs, body: { email: 'manager@example.org' } },
      '/identity/groups/:id/members/remove': { on: chiefs, body: { person: account('chief@example.org').id } },
      '/identity/groups/:id/roles': { on: chiefs, body: { role: 'Operator' } },
      '/identity/groups/:id/remove': { on: chiefs },
      '/identity/service-accounts/new': 'makes one that may do nothing',
      '/identity/service-accounts/:id': { on: robot, body: { name: 'Mine' } },
      '/identity/service-accounts/:id/active': { on: robot, body: { active: 'false' } },
      '/identity/service-accounts/:id/roles': { on: robot, body: { role: 'Operator', intent: 'revoke' } },
      '/identity/service-accounts/:id/tokens': { on: robot, body: { name: 'mine', days: '9' } },
      '/identity/service-accounts/:id/tokens/:token/revoke': { on: robot },
      '/identity/service-accounts/:id/remove': { on: robot },
      '/identity/roles/new': { on: '', body: { name: 'Mine', permissions: ['configuration.manage-flags'] } },
      '/identity/roles/:role': 'leaves what one does not hold as it is, which another test shows',
      '/identity/roles/:role/name': { on: auditor, body: { name: 'Mine' } },
      '/identity/roles/:role/remove': { on: auditor },
      '~/identity/memberships': 'takes a permission of the site, which another test has',
      '~/identity/memberships/roles': 'takes a permission of the site, which another test has',
      '~/identity/memberships/groups': 'takes a permission of the site, which another test has',
      '~/identity/memberships/groups/roles': 'takes a permission of the site, which another test has',
    };
    const isOfOthers = ({ module, method, path, declaration }: DeclaredRoute): boolean =>
      module === 'identity' && method !== 'get' && typeof declaration.access === 'object' && path.includes('/identity/');
    const routes = portal.routes().filter(isOfOthers);
    expect(routes.map(({ path }) => path).sort()).to.deep.equal(Object.keys(asked).sort());
    const mightier = [
      portal.administrator.email,
      'chief@example.org',
      'operator@example.org',
      'auditor@example.org',
      'author@example.org',
    ];
    const before = await snapshot();
    for (const { path } of routes) {
      const attempt = asked[path];
      if (attempt === undefined || typeof attempt === 'string') continue;
      const targets = attempt.on === 'person' ? mightier.map((email) => account(email).id) : [attempt.on];
      for (const target of targets) {
        const address = path
          .replace(/:person/, target)
          .replace(/:token/, home.id)
          .replace(/:(?:id|role)/, path.includes(':person') ? anyId(path) : target);
        const answer = await portal.post(manager, address, attempt.body);
        expect(answer.status, address).to.equal(403);
      }
    }
    expect(await snapshot()).to.deep.equal(before);
  });

  it('and is told so in a sentence that names what it takes', async () => {
    const answer = await portal.post(manager, `/identity/users/${account('plain@example.org').id}/instance-roles`, {
      role: 'Auditor',
    });
    expect(answer.text).to.include('The role Auditor allows something that you may not do yourself: Read the audit log.');
    const page = await manager.get(`/identity/users/${account('auditor@example.org').id}`);
    expect(page.text).to.include('This person may do more than you').and.not.to.include('aria-label="Grant Operator"');
    expect((await manager.get(`/identity/users/${account(portal.administrator.email).id}`)).text).to.include(
      'Only an administrator',
    );
  });

  it('however a role is spelled', async () => {
    const before = await snapshot();
    for (const role of ['administrator', 'ADMINISTRATOR', 'Ádministrator', ' Administrator ', 'operator'])
      for (const target of ['manager@example.org', 'plain@example.org'])
        expect(
          (await portal.post(manager, `/identity/users/${account(target).id}/instance-roles`, { role })).status,
          role,
        ).to.equal(403);
    expect(await snapshot()).to.deep.equal(before);
  });

  it('but does what these rights allow: with people who may no more, and with what everybody has', async () => {
    const plain = account('plain@example.org').id;
    const friends = await idOf('group', 'Friends');
    const may = async (path: string, body?: object): Promise<void> => {
      const { status } = await portal.post(manager, path, body);
      expect(status, path).to.be.oneOf([200, 303]);
    };
    await may(`/identity/users/${plain}/name`, { name: 'Plain' });
    await may(`/identity/users/${plain}/password`);
    await may(`/identity/users/${plain}/instance-roles`, { role: 'People Manager' });
    await may(`/identity/users/${plain}/active`, { active: 'false' });
    await may(`/identity/users/${plain}/active`, { active: 'true' });
    await may(`/identity/users/${plain}/instance-roles`, { role: 'People Manager', intent: 'revoke' });
    await may(`/identity/groups/${friends}/members`, { email: 'plain@example.org' });
    await may(`/identity/groups/${friends}/roles`, { role: 'People Manager' });
    expect(account('plain@example.org').roles).to.deep.equal(['People Manager']);
    await may(`/identity/groups/${friends}/remove`);
    await may('/identity/roles/new', { name: 'Helper', permissions: ownPermissions });
  });

  it('nor widens a role of their own, or takes from others what is not theirs', async () => {
    const own = await idOf('role', 'People Manager');
    const held = (role: string): readonly string[] => {
      const control = portal.service(AccessControl);
      return ['configuration.manage-flags', 'configuration.read-audit-log', ...ownPermissions].filter((id) =>
        control.rolesWith(id).includes(role),
      );
    };
    await portal.post(manager, `/identity/roles/${own}`, { permissions: [...ownPermissions, 'configuration.manage-flags'] });
    expect(held('People Manager')).to.deep.equal(ownPermissions);
    await portal.post(manager, '/identity/roles/operator', { permissions: ['configuration.read-audit-log'] });
    expect(held('Operator')).to.deep.equal(['configuration.manage-flags']);
    const page = await manager.get(`/identity/roles/${own}`);
    expect(page.text).to.match(/value="configuration\.manage-flags" disabled/);
  });

  it('within a site: only roles whose permissions they have there', async () => {
    const page = '/web/home/identity/memberships';
    const local = await portal.signIn({ email: 'local@example.org', password });
    const before = await snapshot();
    const author = account('author@example.org').id;
    for (const [path, body] of [
      [page, { email: 'local@example.org', role: 'Site Administrator' }],
      [page, { email: 'local@example.org', role: 'Author' }],
      [`${page}/roles`, { person: author, role: 'Author', intent: 'revoke' }],
      [`${page}/groups`, { group: 'Chiefs', role: 'Author' }],
    ] as const)
      expect((await portal.post(local, path, body)).status, JSON.stringify(body)).to.equal(403);
    expect(await snapshot()).to.deep.equal(before);
    expect((await portal.post(local, page, { email: 'plain@example.org', role: 'Host' })).status).to.equal(303);
    expect((await local.get(page)).text).not.to.include('aria-label="Remove Author from author"');
    // What a role holds of the instance has no force in a site, so nobody needs it there.
    await run('roles', 'allow', '--name', 'Host', '--permission', 'configuration.read-audit-log');
    expect((await portal.post(local, page, { email: 'operator@example.org', role: 'Host' })).status).to.equal(303);
    const operator = account('operator@example.org');
    const control = portal.service(AccessControl);
    expect([
      control.can(operator, 'identity.manage-memberships', siteScope(home.id)),
      control.can(operator, 'configuration.read-audit-log', instanceScope),
    ]).to.deep.equal([true, false]);
  });

  it('and what is refused leaves a trace', async () => {
    const { records } = await portal.service(AuditLog).list({ area: 'security', action: 'denied' });
    expect(records.some(({ by }) => by.id === account('manager@example.org').id)).to.equal(true);
  });
});

describe('Each role of one’s own', () => {
  let portal: TestPortal;
  before(async () => {
    portal = await startTestPortal();
    await addPerson(portal, 'holder@example.org');
    await portal.command(['roles', 'add', '--name', 'Tester']);
    await portal.command(['groups', 'add', '--name', 'Testers']);
    await portal.command(['groups', 'add-member', '--name', 'Testers', '--email', 'holder@example.org']);
  });
  after(() => portal.stop());

  it('gives each permission where it is given, and nowhere else: by itself and by a group, on the instance and in a site', async () => {
    const control = portal.service(AccessControl);
    const home = portal.service(SiteDirectory).byAddress('home') as Site;
    const holder = (): Account => portal.service(People).byEmail('holder@example.org') as Account;
    const { out } = await portal.command(['permissions', 'list', '--json']);
    const all = JSON.parse(out) as { id: string; scope: 'instance' | 'site'; roles: string[] }[];
    const permissions = all.filter(({ roles }) => !roles.includes('Guest'));
    expect(permissions.length).to.be.greaterThan(18);
    const held = (): readonly string[] =>
      [instanceScope, siteScope(home.id)].flatMap((scope) =>
        permissions.filter(({ id }) => control.can(holder(), id, scope)).map(({ id }) => `${scope.kind}: ${id}`),
      );
    for (const { id, scope } of permissions) {
      await portal.command(['roles', 'allow', '--name', 'Tester', '--permission', id]);
      for (const [kind, ...who] of [
        ['users', '--email', 'holder@example.org'],
        ['groups', '--name', 'Testers'],
      ] as const) {
        await portal.command([kind, 'grant', ...who, '--role', 'Tester']);
        expect(held(), id).to.deep.equal([`instance: ${id}`, `site: ${id}`]);
        await portal.command([kind, 'revoke', ...who, '--role', 'Tester']);
        await portal.command([kind, 'grant', ...who, '--role', 'Tester', '--site', 'home']);
        expect(held(), id).to.deep.equal(scope === 'site' ? [`site: ${id}`] : []);
        await portal.command([kind, 'revoke', ...who, '--role', 'Tester', '--site', 'home']);
        expect(held(), id).to.deep.equal([]);
      }
      await portal.command(['roles', 'deny', '--name', 'Tester', '--permission', id]);
    }
  });
});
