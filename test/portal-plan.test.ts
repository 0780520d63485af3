import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

const nothing = 'export default defineModule(() => {});';
const shelves = {
  kind: 'extension-point',
  id: 'old-shop.shelves',
  description: 'Shelves.',
  imported: { name: 'Shelves', from: '@acme/old-shop/api' },
  deprecated: { since: '1.4.0', removal: '2.0.0', instead: 'Use Racks.' },
};

interface Plan {
  readonly from: string;
  readonly to: string;
  readonly modules: readonly {
    readonly id: string;
    readonly runs: boolean;
    readonly problems: readonly string[];
    readonly notes: readonly string[];
  }[];
}

describe('portico modules plan --portal', () => {
  let modules: FixtureModules;
  let portal: TestPortal;
  before(async () => {
    modules = await FixtureModules.create();
    const write = async (id: string, source: string, json: object = {}, manifest: object = {}): Promise<string> => {
      const path = await modules.write(id, source, manifest);
      const file = {
        name: `@acme/${id}`,
        version: '1.0.0',
        type: 'module',
        exports: { '.': './module.js', './api': './api.js' },
      };
      await writeFile(join(path, 'package.json'), JSON.stringify({ ...file, portico: { id, ...manifest }, ...json }));
      await writeFile(join(path, 'api.js'), 'export {};');
      return path;
    };
    await write('easy', nothing, { peerDependencies: { '@portico/core': '>=1' } });
    await write('careful', nothing, {
      engines: { portico: '^0.1.0' },
      peerDependencies: { '@portico/core': '^1.0.0', '@portico/sites': '~1.0.0' },
    });
    const shop = await write('old-shop', nothing);
    await mkdir(join(shop, 'dist'));
    await writeFile(join(shop, 'dist/api-catalog.json'), JSON.stringify({ entries: [shelves] }));
    const customer = await write('customer', nothing, {}, { enabledByDefault: false });
    await writeFile(join(customer, 'later.js'), `import { Shelves as Rows,\n other } from '@acme/old-shop/api';`);
    await write('nosy', `import { inside } from '@portico/core/dist/kernel/kernel.js';\nexport default inside;`);
    await write(
      'calling',
      `core.noteDeprecatedUse('formatOld of @portico/core', { since: '1.0.0', removal: '2.0.0', instead: 'Use formatNew.' });\n${nothing}`,
    );
    portal = await startTestPortal({ config: { modulePaths: modules.paths, log: { level: 'error' } } });
  });
  after(async () => {
    await portal?.stop();
    await modules?.remove();
  });

  const plan = async (version: string): Promise<Plan & { readonly exitCode: number }> => {
    const { exitCode, out } = await portal.command(['modules', 'plan', '--portal', version, '--json']);
    return { exitCode, ...(JSON.parse(out) as Plan) };
  };
  const of = ({ modules: all }: Plan, id: string): Omit<Plan['modules'][number], 'id' | 'version'> => {
    const found = all.find((module) => module.id === id);
    if (!found) throw new Error(`no ${id}`);
    const { runs, problems, notes } = found;
    return { runs, problems, notes };
  };
  const runs = { runs: true, problems: [], notes: [] };
  const rows = 'It uses old-shop.shelves, deprecated since 1.4.0 and gone with 2.0.0. Use Racks.';

  it('says of every module that does not come with the portal whether it will run', async () => {
    const minor = await plan('0.2.0');
    expect(minor.modules.map(({ id }) => id)).to.deep.equal(['calling', 'careful', 'customer', 'easy', 'nosy', 'old-shop']);
    expect(of(minor, 'easy')).to.deep.equal(runs);
    expect(of(minor, 'careful')).to.deep.equal({
      runs: false,
      problems: ['It asks for a portal ^0.1.0.', 'It is written for @portico/sites ~1.0.0, which will be 1.1.0.'],
      notes: [],
    });
    expect(of(minor, 'calling').notes).to.deep.equal([
      'It uses formatOld of @portico/core, deprecated since 1.0.0 and gone with 2.0.0. Use formatNew.',
    ]);
    expect(minor.exitCode).to.equal(1);
  });

  it('counts what is removed with a major version, what is used by name alone, and what is not public', async () => {
    const major = await plan('1.0.0');
    expect(of(major, 'easy')).to.deep.equal(runs);
    expect(of(major, 'careful').problems).to.include('It is written for @portico/core ^1.0.0, which will be 2.0.0.');
    expect(of(major, 'calling')).to.deep.equal({
      runs: false,
      problems: ['It uses formatOld of @portico/core, which is gone with 2.0.0. Use formatNew.'],
      notes: [],
    });
    expect(of(major, 'customer'), 'of one that does not run').to.deep.equal({ ...runs, notes: [rows] });
    expect(of(major, 'nosy').problems.join()).to.match(
      /^Module\.js imports @portico\/core\/dist\/kernel\/kernel\.js, which is not public: only @portico\/core/,
    );
  });

  it('takes candidates as installing and starting do', async () => {
    expect(of(await plan('0.1.0'), 'careful')).to.deep.equal(runs);
    expect(of(await plan('0.1.1-rc.1'), 'careful'), 'after 0.1.0, before 0.2.0').to.deep.equal(runs);
    expect(of(await plan('1.0.0-rc.1'), 'careful').problems).to.include(
      'It is written for @portico/core ^1.0.0, which will be 2.0.0-rc.1.',
    );
    expect(of(await plan('1.0.0-rc.1'), 'calling').runs, 'a candidate of 2.0.0 comes before what goes with it').to.equal(true);
  });

  it('says so in words, exits with 1 when one will not, and refuses what is no later version', async () => {
    const { exitCode, out } = await portal.command(['modules', 'plan', '--portal', '0.2.0']);
    expect(exitCode).to.equal(1);
    expect(out)
      .to.include('easy 1.0.0 will run on 0.2.0.\n')
      .and.to.include('careful 1.0.0 will not run on 0.2.0.\n  It asks for a portal ^0.1.0.\n');
    for (const [version, sentence] of [
      ['soon', '"soon" is no version, such as "1.2.0".'],
      ['0.0.9', 'This portal is 0.1.0, and 0.0.9 is older.'],
    ] as const) {
      const refused = await portal.command(['modules', 'plan', '--portal', version]);
      expect([refused.exitCode === 0, refused.err]).to.deep.equal([false, `${sentence}\n`]);
    }
    expect((await portal.command(['modules', 'plan'])).err).to.include(
      'Name a package, or a version of the portal with --portal.',
    );
  });
});
