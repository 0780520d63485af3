import {
  AuditLog,
  Clock,
  type Contribution,
  type Contributions,
  Ids,
  type Permission,
  type RoleReference,
  UnitOfWork,
} from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { Directory } from '../services/directory.js';
import { RoleCatalog } from '../services/role-catalog.js';
import { RoleRepository } from '../services/role-repository.js';

describe('What is decided about roles', () => {
  let portal: TestPortal;
  before(async () => {
    portal = await startTestPortal();
  });
  after(() => portal.stop());

  const permission = (id: string): Contribution<Permission> =>
    ({
      module: 'lamps',
      id,
      value: { id, label: id, scope: 'instance', defaultRoles: [] },
    }) as unknown as Contribution<Permission>;
  const all = ['lamps.light', 'lamps.snuff', 'lamps.sell'].map(permission);
  const catalogOf = (): RoleCatalog =>
    new RoleCatalog({
      all: () => all,
      each: (use: (value: Permission, contribution: Contribution<Permission>) => unknown) =>
        all.map((each) => use(each.value, each)),
    } as unknown as Contributions<Permission>);
  const roles = (catalog: RoleCatalog): readonly string[] =>
    catalog
      .allGrants()
      .map(({ permission: { id }, roles: held }) => `${id}: ${[...held].filter((role) => role !== 'Administrator')}`);

  it('at the same time counts all, at once as after a restart', async () => {
    const unitOfWork = portal.service(UnitOfWork);
    const catalog = catalogOf();
    const repository = new RoleRepository(
      portal.service(Clock),
      portal.service(Ids),
      unitOfWork,
      portal.service(AuditLog),
      catalog,
      new Directory(),
      { all: () => [] } as unknown as Contributions<RoleReference>,
    );
    const decide = (role: string, permission: string): Promise<void> => repository.decide(role, new Map([[permission, true]]));
    await decide('Member', 'lamps.sell');
    await Promise.all([
      unitOfWork.write(async (transaction) => {
        await transaction.query("DELETE FROM identity_role_permission WHERE permission = 'lamps.sell'");
        await catalog.publish(transaction);
      }),
      decide('Author', 'lamps.light'),
      decide('Operator', 'lamps.snuff'),
    ]);
    const decided = ['lamps.light: Author', 'lamps.snuff: Operator', 'lamps.sell: '];
    expect(roles(catalog)).to.deep.equal(decided);
    const anew = catalogOf();
    await unitOfWork.read((reader) => anew.load(reader));
    expect(roles(anew)).to.deep.equal(decided);
  });
});
