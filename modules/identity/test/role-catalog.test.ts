import { AuditLog, type Contribution, type Contributions, type Permission, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { RoleCatalog } from '../services/role-catalog.js';

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
  const catalogOf = (unitOfWork: UnitOfWork): RoleCatalog =>
    new RoleCatalog(
      { all: () => all, each: () => [] } as unknown as Contributions<Permission>,
      unitOfWork,
      portal.service(AuditLog),
    );
  const roles = (catalog: RoleCatalog): readonly string[] =>
    catalog.all().map(({ permission: { id }, roles: held }) => `${id}: ${[...held].filter((role) => role !== 'Administrator')}`);

  it('at the same time counts all, at once as after a restart', async () => {
    const unitOfWork = portal.service(UnitOfWork);
    const catalog = catalogOf(unitOfWork);
    await catalog.decide('Member', new Map([['lamps.sell', true]]));
    await Promise.all([
      unitOfWork.write(async (transaction) => {
        await transaction.query("DELETE FROM identity_role_permission WHERE permission = 'lamps.sell'");
        catalog.forget(transaction, ['lamps.sell']);
      }),
      catalog.decide('Author', new Map([['lamps.light', true]])),
      catalog.decide('Operator', new Map([['lamps.snuff', true]])),
    ]);
    const decided = ['lamps.light: Author', 'lamps.snuff: Operator', 'lamps.sell: '];
    expect(roles(catalog)).to.deep.equal(decided);
    const anew = catalogOf(unitOfWork);
    await unitOfWork.read((reader) => anew.load(reader));
    expect(roles(anew)).to.deep.equal(decided);
  });
});
