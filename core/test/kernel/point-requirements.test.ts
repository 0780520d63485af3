import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { extensionPoint, PortalError } from '../../api/index.js';
import { readManifests } from '../../kernel/index.js';
import { TestPortal } from './test-portal.js';

interface Tool {
  readonly name: string;
  readonly parts: readonly string[];
  readonly size?: number;
  readonly grip: 'wood' | { readonly of: string };
  readonly isSharp: boolean;
  use(): void;
}
const Tools = extensionPoint<Tool>('shed.tools', {
  requires: { name: 'text', parts: 'list', grip: ['text', 'object'], isSharp: 'yes-or-no', use: 'function' },
});
const Words = extensionPoint<string>('shed.words');
const rake = `{ name: 'rake', parts: [], grip: 'wood', isSharp: false, use() {} }`;
const contributed = (value: string): string => `contribute(extensionPoint('shed.tools')).value(${value}, { id: 'tool' });`;

describe('what a point asks of its contributions', () => {
  let portal: TestPortal;
  beforeEach(async () => {
    portal = await TestPortal.build();
  });
  afterEach(() => portal.close());

  const failureOf = async (value: string): Promise<string | undefined> => {
    portal.kernel.host(Tools);
    await portal.write({ id: 'a' }, contributed(value));
    await portal.write({ id: 'b' }, contributed(rake));
    await portal.boot();
    expect(portal.states()).to.include({ b: 'active' });
    return portal.kernel.status('a')?.failure?.message;
  };

  for (const [value, sentence] of [
    ['null', 'which is null; it must be an object'],
    ['undefined', 'which is undefined; it must be an object'],
    [`'rake'`, 'which is a text; it must be an object'],
    ['{}', 'without "name"; it must be a text'],
    [`{ ...${rake}, name: 7 }`, 'whose "name" is a number; it must be a text'],
    [`{ ...${rake}, parts: { 0: 'x' } }`, 'whose "parts" is an object; it must be a list'],
    [`{ ...${rake}, grip: null }`, 'whose "grip" is null; it must be a text or an object'],
    [`{ ...${rake}, isSharp: 'no' }`, 'whose "isSharp" is a text; it must be true or false'],
    [`{ ...${rake}, use: undefined }`, 'without "use"; it must be a function'],
  ] as const)
    it(`keeps a module from starting that contributes ${value}`, async () => {
      expect(await failureOf(value)).to.equal(`Module a contributes "tool" to shed.tools, ${sentence}.`);
    });

  it('leaves everything else to the contribution', async () => {
    expect(await failureOf(`{ ...${rake}, grip: { of: 'oak' }, size: 'large', more: 1 }`)).to.equal(undefined);
  });

  it('leaves a getter that throws to whoever uses it', async () => {
    expect(await failureOf(`{ ...${rake}, get name() { throw new Error('lost'); } }`)).to.equal(undefined);
  });

  it('is asked of what is made of a class, too', async () => {
    portal.kernel.host(Tools);
    const tool = (body: string): string => `class Tool { name = 'saw'; parts = []; grip = 'wood'; isSharp = true; ${body} }`;
    await portal.write({ id: 'a' }, `contribute(extensionPoint('shed.tools')).to(Tool);`, tool(''));
    await portal.write({ id: 'b' }, `contribute(extensionPoint('shed.tools')).to(Tool);`, tool('use() {}'));
    await portal.boot();
    expect(portal.states()).to.deep.equal({ a: 'failed', b: 'active' });
    expect(portal.kernel.status('a')?.failure).to.deep.equal({
      phase: 'create',
      message: 'Module a contributes "Tool" to shed.tools, without "use"; it must be a function.',
    });
  });

  it('is a value where a point asks for nothing', async () => {
    const words = portal.kernel.host(Words);
    await portal.write({ id: 'a' }, `contribute(extensionPoint('shed.words')).value(null, { id: 'word' });`);
    await portal.write({ id: 'b' }, `contribute(extensionPoint('shed.words')).value('spade');`);
    await portal.boot();
    expect(portal.kernel.status('a')?.failure?.message).to.equal(
      'Module a contributes "word" to shed.words, which is null; there must be a value.',
    );
    expect(words.all().map(({ value }) => value)).to.deep.equal(['spade']);
  });

  it('is asked of the core itself', () => {
    portal.kernel.host(Tools);
    expect(() => portal.kernel.contribute(Tools, {} as Tool, { id: 'none' }))
      .to.throw(PortalError, 'The core contributes "none" to shed.tools, without "name"; it must be a text.')
      .with.property('code', 'contribution-incomplete');
  });

  it('is asked when the host opens, of what was there before anybody had said it', async () => {
    const shelf = (value: string): string => `contribute(extensionPoint('late.shelves')).value(${value}, { id: 'shelf' });`;
    const optional = { 'late.shelves': '*' };
    await portal.write({ id: 'early', optional }, shelf('{}'));
    await portal.write({ id: 'other', optional }, shelf(`{ label: 'oak' }`));
    const kernel = await portal.boot();
    await portal.write(
      { id: 'late', hosts: { 'late.shelves': '1.0.0' } },
      `host(extensionPoint('late.shelves', { requires: { label: 'text' } }));`,
    );
    const put = (await portal.installed()).filter(({ id }) => id === 'late');
    await kernel.change({ put, commit: async () => {} });
    expect(portal.states()).to.deep.equal({ early: 'active', other: 'active', late: 'active' });
    expect(kernel.status('other')?.contributionErrors).to.deep.equal([]);
    expect(kernel.status('early')?.contributionErrors).to.deep.equal([
      {
        point: 'late.shelves',
        id: 'shelf',
        count: 1,
        message: 'late cannot use "shelf" of early at late.shelves, without "label"; it must be a text.',
      },
    ]);
  });

  it('refuses a version that lacks it, and the one before goes on', async () => {
    const tools = portal.kernel.host(Tools);
    await portal.write({ id: 'a' }, contributed(rake));
    const kernel = await portal.boot();
    const folder = join(portal.folder, 'coming');
    await mkdir(folder, { recursive: true });
    const file = { name: '@test/a', version: '2.0.0', type: 'module', exports: { '.': './module.js' }, portico: { id: 'a' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(file));
    await writeFile(
      join(folder, 'module.js'),
      `import { defineModule, extensionPoint } from '@portico/core';
       export default defineModule(({ contribute }) => { ${contributed(`{ name: 'rake' }`)} });`,
    );
    const put = (await readManifests([folder])).modules;
    const refused = await kernel.change({ put, commit: async () => {} }).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
    expect(refused).to.equal(
      'a 2.0.0 does not run here; it is failed: Failed in setup: ' +
        'Module a contributes "tool" to shed.tools, without "parts"; it must be a list.',
    );
    expect(portal.kernel.status('a')).to.include({ state: 'active', version: '1.2.3' });
    expect(tools.all().map(({ value }) => value.name)).to.deep.equal(['rake']);
  });

  it('is what the version asks that goes on, when one that asked for more was refused', async () => {
    const hosts = { 'yard.carts': '1.0.0' };
    const declaring = (...required: string[]): string =>
      `const Carts = extensionPoint('yard.carts', { requires: { ${required.map((name) => `${name}: 'text'`).join(', ')} } });`;
    await portal.write({ id: 'yard', hosts }, 'host(Carts);', declaring('name'));
    await portal.write(
      { id: 'cart', optional: { 'yard.carts': '*' } },
      `contribute(extensionPoint('yard.carts')).value({ name: 'barrow' }, { id: 'cart' });`,
    );
    const kernel = await portal.boot();
    const folder = join(portal.folder, 'coming');
    await mkdir(folder, { recursive: true });
    const file = {
      name: '@test/yard',
      version: '2.0.0',
      type: 'module',
      exports: { '.': './module.js' },
      portico: { id: 'yard', hosts },
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify(file));
    await writeFile(
      join(folder, 'module.js'),
      `import { defineModule, extensionPoint } from '@portico/core';
       ${declaring('name', 'wheels')}
       export default defineModule(({ host }) => { host(Carts); });`,
    );
    const put = (await readManifests([folder])).modules;
    const commit = (): Promise<void> => Promise.reject(new Error('The disk is full.'));
    expect(await kernel.change({ put, commit }).catch((error: Error) => error.message)).to.equal('The disk is full.');
    expect(kernel.status('yard')).to.include({ state: 'active', version: '1.2.3' });
    await kernel.stop('cart');
    expect((await kernel.start('cart')).state).to.equal('active');
  });
});
