import type { UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { PackageRecords, packageEntities, packageMigrations } from '../../packages/package-records.js';
import { createPortal, removeHomes, type TestPortal } from '../persistence/fixtures/portal.js';

describe('the records of installed packages', () => {
  let portal: TestPortal;
  let reads = 0;
  let records: PackageRecords;
  before(async () => {
    portal = await createPortal({ entities: packageEntities });
    await portal.migrate('packages', packageMigrations);
    const unitOfWork: UnitOfWork = {
      read: (work) => {
        reads += 1;
        return portal.unitOfWork.read(work);
      },
      write: (work) => portal.unitOfWork.write(work),
    };
    records = new PackageRecords(unitOfWork, portal.clock);
  });
  after(async () => {
    await portal?.close();
    removeHomes();
  });

  const put = (version: string): Promise<void> =>
    portal.unitOfWork.write((transaction) => records.put(transaction, recordOf(version)));
  const recordOf = (version: string): Parameters<PackageRecords['put']>[1] => ({
    id: 'scanner',
    digest: version,
    version,
    packageName: '@acme/scanner',
    source: 'a test',
    facts: {
      manifest: { id: 'scanner' },
      description: '',
      digests: { 'module.js': version },
      bytes: 1,
      signature: { kind: 'none' },
      imports: [],
      declared: { contributions: [], tables: [], migrations: [], unknown: [] },
    },
  });
  const versions = async (): Promise<readonly string[]> => (await records.all()).map(({ version, age }) => `${version} ${age}`);

  it('are read once, however often they are asked for, and again after a commit', async () => {
    await put('1.0.0');
    reads = 0;
    expect(await versions()).to.deep.equal(['1.0.0 0']);
    for (let time = 0; time < 5; time += 1) await versions();
    expect(reads).to.equal(1);
    await put('1.1.0');
    expect(await versions()).to.deep.equal(['1.1.0 0', '1.0.0 1']);
    expect(await versions()).to.deep.equal(['1.1.0 0', '1.0.0 1']);
    expect(reads).to.equal(2);
  });

  it('are those of the last commit, also beside a change that comes to nothing', async () => {
    const undone = portal.unitOfWork.write(async (transaction) => {
      await records.put(transaction, recordOf('2.0.0'));
      expect(await versions()).to.deep.equal(['1.1.0 0', '1.0.0 1']);
      throw new Error('not today');
    });
    expect(await undone.catch((error: Error) => error.message)).to.equal('not today');
    expect(await versions()).to.deep.equal(['1.1.0 0', '1.0.0 1']);
    const [, former] = await records.all();
    if (!former) throw new Error('There is no former version.');
    await portal.unitOfWork.write((transaction) => records.putBack(transaction, former));
    expect(await versions()).to.deep.equal(['1.0.0 0']);
    await portal.unitOfWork.write((transaction) => records.remove(transaction, former, false));
    expect(await versions()).to.deep.equal([]);
  });
});
