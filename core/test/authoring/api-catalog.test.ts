import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { CatalogEntry } from '../../api/index.js';
import { writeCatalog } from '../../authoring/api-catalog.js';
import { readModulePackage } from '../../authoring/package-file.js';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

const declarations = `import type { ConditionalPoint, Event, ServiceToken } from '@portico/core';
/** A shelf of the shop. */
export interface Shelf {
    /** Its name. */
    readonly name: string;
    readonly size: ShelfSize;
}
export type ShelfSize = 'small' | 'large';
/** Shelves of the shop, by module. */
export declare const Shelves: ConditionalPoint<Shelf>;
/** What things cost. */
export interface Prices {
    of(thing: string): number;
    /** Told after a price changed. */
    readonly onDidChange: Event<string>;
}
export declare const Prices: ServiceToken<Prices>;
`;
const api = (option: string): string => `import { extensionPoint, serviceToken } from '@portico/core';
export const Shelves = extensionPoint('acme-shop.shelves', { conditional: true${option} });
export const Prices = serviceToken('acme-shop.prices');
`;
const code = `import { defineModule, Permissions } from '@portico/core';
import { Shelves } from './api/index.js';
/** Told after a shelf was moved; the key is its name. */
const topic = 'acme-shop.moved';
export const move = (transaction, name) => transaction.announce(topic, name);
export default defineModule(({ host, contribute }) => {
  host(Shelves);
  contribute(Permissions).value({ id: 'acme-shop.buy-things', label: 'permission.buy', scope: 'site', defaultRoles: ['Author'] });
});
`;

describe('what a module says of its API', () => {
  let folder: string;
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-authoring-'));
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const portico = {
      id: 'acme-shop',
      hosts: { 'acme-shop.shelves': '1.0.0' },
      flags: { 'acme-shop.sale': { type: 'beta', title: 'Sale' } },
    };
    const exports = { '.': './dist/module.js', './api': './dist/api/index.js' };
    await write('package.json', JSON.stringify({ name: '@acme/shop', version: '1.0.0', type: 'module', exports, portico }));
    await write('messages/en.json', JSON.stringify({ 'permission.buy': 'Buy things' }));
    await write('README.md', "# Shop\n\n```ts\n  contribute(Shelves).value(\n    { name: 'soap', size: 'small' },\n  );\n```\n");
    await write('dist/api/index.d.ts', declarations);
    await write('dist/module.js', code);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read from its types, docstrings and declarations, and written beside its code', async () => {
    await write('dist/api/index.js', api(''));
    await writeCatalog(readModulePackage(folder));
    const { entries } = JSON.parse(await readFile(join(folder, 'dist/api-catalog.json'), 'utf8')) as { entries: CatalogEntry[] };
    const common = { module: 'acme-shop' };
    const [point, service] = entries.filter(({ kind }) => kind === 'extension-point' || kind === 'service');
    expect(point).to.deep.equal({
      ...common,
      kind: 'extension-point',
      id: 'acme-shop.shelves',
      description: 'Shelves of the shop, by module.',
      imported: { name: 'Shelves', from: '@acme/shop/api' },
      conditional: true,
      shape: `interface Shelf {\n  /** Its name. */\n  readonly name: string;\n  readonly size: ShelfSize;\n}\n\ntype ShelfSize = 'small' | 'large';`,
      example: { code: "contribute(Shelves).value(\n  { name: 'soap', size: 'small' },\n);", from: 'README.md' },
    });
    expect(service).to.include({ kind: 'service', id: 'acme-shop.prices', description: 'What things cost.' });
    expect(
      entries
        .map(({ kind, id, description }) => `${kind} ${id}: ${description}`)
        .filter((line) => !/^(?:extension|service)/.test(line)),
    ).to.deep.equal([
      'event acme-shop.moved: Told after a shelf was moved; the key is its name.',
      'event acme-shop.prices.onDidChange: Told after a price changed.',
      'flag acme-shop.sale: Sale.',
      'permission acme-shop.buy-things: Buy things. At first of the roles Author.',
    ]);
  });

  it('must say what is deprecated to editors and to the portal, or to neither', async () => {
    await write('dist/api/index.js', api(`, deprecated: { since: '1.4.0', removal: '2.0.0', instead: 'Use Racks.' }`));
    const refused = await writeCatalog(readModulePackage(folder)).catch((error: Error) => error.message);
    expect(refused).to.equal('Shelves of @acme/shop/api: the tag @deprecated and the option "deprecated" go together.');
  });
});
