import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

interface Answer {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

function manifests(folder: string, ...args: readonly string[]): Promise<Answer> {
  return new Promise((answer) => {
    execFile(process.execPath, [join(root, 'scripts', 'manifests.mjs'), ...args], { cwd: folder }, (error, stdout) =>
      answer({ exitCode: error ? Number(error.code) : 0, lines: stdout.split('\n').filter((line) => line !== '') }),
    );
  });
}

const source = `
  import { Clock, contributions, defineFlag, defineModule, extensionPoint, former, inject, injectable, MenuItems, optional, serviceToken } from '@portico/core';
  const part = (target, ...tokens) => {
    injectable()(target);
    tokens.forEach((token, index) => inject(token)(target, undefined, index));
    return target;
  };
  const Inner = part(class {}, serviceToken('shop.prices'), optional(serviceToken('shop.mail')), optional(serviceToken('shop.prices')));
  const Rounded = part(class {}, former(serviceToken('shop.taxes')));
  const Outer = part(class {}, Clock, Inner, serviceToken('a.own'), contributions(extensionPoint('a.kinds')), serviceToken('a.private'));
  const sun = defineFlag('a.sun', { type: 'beta', title: 'Sun' });
  export default defineModule(
    ({ provide, host, bind, decorate }) => {
      decorate(serviceToken('shop.taxes')).to(Rounded);
      provide(serviceToken('a.own')).value({});
      bind(serviceToken('a.private')).value({});
      host(extensionPoint('a.kinds'));
    },
    ({ run, contribute, flag }) => {
      flag(sun);
      run(Outer);
      contribute(MenuItems).value({ label: 'a', href: '/a' }, { when: { flag: sun.key } });
      contribute(extensionPoint('shop.shelves')).value('a');
      contribute(extensionPoint('shop.windows')).value('a');
      contribute(extensionPoint('a.kinds')).value('a');
    },
  );`;

describe('npm run manifests', () => {
  it('finds that the manifests of this repository say what the code says', async function () {
    this.timeout(60_000);
    expect(await manifests(root)).to.deep.equal({ exitCode: 0, lines: [] });
  });

  describe('of a module that differs', () => {
    let folder: string;
    const file = (): string => join(folder, 'modules', 'a', 'package.json');
    const written = async (): Promise<{ portico: object }> => JSON.parse(await readFile(file(), 'utf8'));
    const content = { name: '@acme/a', version: '1.0.0', type: 'module', exports: { '.': './module.js' } };

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'portico-manifests-'));
      await mkdir(join(folder, 'modules', 'a'), { recursive: true });
      await mkdir(join(folder, 'modules', 'shop'));
      await mkdir(join(folder, 'node_modules'));
      await symlink(join(root, 'node_modules', '@portico'), join(folder, 'node_modules', '@portico'));
      await writeFile(join(folder, 'package.json'), JSON.stringify({ workspaces: ['modules/*'] }));
      const shop = {
        id: 'shop',
        provides: { 'shop.prices': '2.1.0', 'shop.mail': '3.0.0', 'shop.taxes': '1.3.0' },
        hosts: { 'shop.shelves': '1.0.0', 'shop.windows': '1.4.0' },
      };
      await writeFile(
        join(folder, 'modules', 'shop', 'package.json'),
        JSON.stringify({ name: '@acme/shop', version: '1.0.0', exports: './module.js', type: 'module', portico: shop }),
      );
      await writeFile(
        join(folder, 'modules', 'shop', 'module.js'),
        `import { defineModule, extensionPoint, serviceToken } from '@portico/core';
         export default defineModule(({ provide, host }) => {
           provide(serviceToken('shop.prices')).value(1);
           provide(serviceToken('shop.mail')).value(1);
           provide(serviceToken('shop.taxes')).value(1);
           host(extensionPoint('shop.shelves'));
           host(extensionPoint('shop.windows'));
         });`,
      );
      await writeFile(join(folder, 'modules', 'a', 'module.js'), source);
      for (const view of ['shop/list', 'shop/parts/row', 'elsewhere/wall']) {
        const overridden = join(folder, 'modules', 'a', 'views/overrides', `${view}.hbs`);
        await mkdir(dirname(overridden), { recursive: true });
        await writeFile(overridden, 'in its place');
      }
      const portico = {
        id: 'a',
        requires: { 'portico.clock': '^1.0.0', 'shop.windows': '^1.2.0' },
        optional: { 'shop.mail': '^2.0.0' },
        provides: { 'a.own': '4.0.0', 'a.gone': '1.0.0' },
        overrides: { 'shop/list': '~1.0.0', 'shop/gone': '^1.0.0', 'elsewhere/wall': '^7.0.0' },
        onFailure: 'isolate',
      };
      await writeFile(file(), JSON.stringify({ ...content, portico }));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it('says each difference, changes nothing, and exits 1', async () => {
      const before = await written();
      expect(await manifests(folder)).to.deep.equal({
        exitCode: 1,
        lines: [
          'a: "requires" names portico.clock, which the code does not',
          'a: "requires" lacks shop.prices',
          'a: "optional" says "^2.0.0" of shop.mail, the code "^3.0.0"',
          'a: "optional" lacks shop.shelves',
          'a: "provides" names a.gone, which the code does not',
          'a: "decorates" lacks shop.taxes',
          'a: "overrides" names shop/gone, which the code does not',
          'a: "overrides" lacks shop/parts/row',
          'a: "hosts" lacks a.kinds',
          'a: "flags" lacks a.sun',
        ],
      });
      expect(await written()).to.deep.equal(before);
    });

    it('writes what the code says with --fix: without the core, ranges and versions that fit as they are, all else kept', async () => {
      expect((await manifests(folder, '--fix')).exitCode).to.equal(0);
      expect(await written()).to.deep.equal({
        ...content,
        portico: {
          id: 'a',
          requires: { 'shop.prices': '^2.1.0', 'shop.windows': '^1.2.0' },
          optional: { 'shop.mail': '^3.0.0', 'shop.shelves': '^1.0.0' },
          provides: { 'a.own': '4.0.0' },
          decorates: { 'shop.taxes': '^1.3.0' },
          overrides: { 'elsewhere/wall': '^7.0.0', 'shop/list': '~1.0.0', 'shop/parts/row': '^1.0.0' },
          hosts: { 'a.kinds': '1.0.0' },
          flags: { 'a.sun': { type: 'beta', title: 'Sun' } },
          onFailure: 'isolate',
        },
      });
      expect(await manifests(folder)).to.deep.equal({ exitCode: 0, lines: [] });
    });
  });
});
