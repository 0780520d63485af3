import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CataloguedPackage, InstalledCatalog } from '../../diagnostics/installed-catalog.js';

describe('The catalogue of a portal', () => {
  let folder: string;
  const warnings: unknown[] = [];
  const log = { warn: (_: string, facts?: Readonly<Record<string, unknown>>) => void warnings.push(facts?.module) };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-catalog-'));
    warnings.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const says = async (text: string, time: number): Promise<void> => {
    const file = join(folder, 'dist/api-catalog.json');
    await mkdir(join(folder, 'dist'), { recursive: true });
    await writeFile(file, text);
    await utimes(file, time, time);
  };
  const acme = (manifest: CataloguedPackage['manifest'] = {}): CataloguedPackage => ({ id: 'acme', folder, manifest });
  const kinds = { kind: 'extension-point', id: 'acme.kinds', description: 'Kinds of things.', shape: 'interface Kind {}' };

  it('is what the packages say, in the name of their own module, and what their manifests offer beside it', async () => {
    await says(JSON.stringify({ entries: [{ ...kinds, module: 'core' }] }), 1);
    const manifest = {
      hosts: { 'acme.kinds': '1.0.0', 'acme.more': '1.0.0' },
      provides: { 'acme.things': '1.0.0' },
      flags: { 'acme.on': { type: 'beta' as const, title: 'Things' } },
    };
    expect(new InstalledCatalog(() => [acme(manifest)], log).entries()).to.deep.equal([
      { ...kinds, module: 'acme' },
      { kind: 'extension-point', id: 'acme.more', module: 'acme', description: '' },
      { kind: 'service', id: 'acme.things', module: 'acme', description: '' },
      { kind: 'flag', id: 'acme.on', module: 'acme', description: 'Things' },
    ]);
  });

  it('follows a package that is built anew, and forgets one that has gone', async () => {
    await says(JSON.stringify({ entries: [kinds] }), 1);
    const packages = [acme()];
    const catalog = new InstalledCatalog(() => packages, log);
    expect(catalog.entries()).to.have.length(1);
    await says(JSON.stringify({ entries: [kinds, { ...kinds, id: 'acme.others' }] }), 2);
    expect(catalog.entries()).to.have.length(2);
    packages.pop();
    expect(catalog.entries()).to.deep.equal([]);
  });

  for (const [what, text] of [
    ['is no JSON', '{'],
    ['has another shape', '{ "entries": [{ "kind": "extension-point" }] }'],
    ['is larger than any', `{ "entries": [] }${' '.repeat(2_000_001)}`],
  ] as const)
    it(`leaves out data that ${what}, and says so once`, async () => {
      await says(text, 1);
      const catalog = new InstalledCatalog(() => [acme({ hosts: { 'acme.kinds': '1.0.0' } })], log);
      for (let times = 0; times < 2; times += 1) expect(catalog.entries().map(({ id }) => id)).to.deep.equal(['acme.kinds']);
      expect(warnings).to.deep.equal(['acme']);
    });
});
