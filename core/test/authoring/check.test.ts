import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../../../..');

interface Answer {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/** Also where mocha runs one file alone, as a process that tests start side by side with others has it. */
const env = { ...process.env, MOCHA_WORKER_ID: '0' };

/** `portico …`, called in a folder. */
function portico(folder: string, ...args: readonly string[]): Promise<Answer> {
  return new Promise((answer) => {
    execFile(process.execPath, [join(root, 'core/bin/portico.js'), ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      answer({ exitCode: error ? Number(error.code) : 0, lines: (stdout + stderr).split('\n').filter((line) => line !== '') }),
    );
  });
}

/** A module that nothing is wrong with, as far as can be said without a portal. */
const sound: Readonly<Record<string, string | object>> = {
  'package.json': {
    name: 'acme-shop',
    version: '1.0.0',
    type: 'module',
    exports: { '.': './dist/module.js' },
    files: ['dist', 'messages', 'views', 'assets'],
    portico: { id: 'acme-shop' },
    peerDependencies: { '@portico/core': '^1.0.0' },
  },
  'module.ts': `import { defineModule } from '@portico/core';`,
  'dist/module.js': `import { defineModule } from '@portico/core';\nexport default defineModule(() => {});`,
  'messages/en.json': { 'module.name': 'Shop', title: 'Shop' },
  'views/shop.hbs': `{{> page-header title=(t 'title')}}`,
  'assets/shop.css':
    '.acme-shop-list > li:not(.active)::before { color: red }\n@media print { .acme-shop-list { display: none } }',
};

describe('portico module check', function () {
  this.timeout(60_000);
  let workspace: string;
  let folder: string;

  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'portico-check-test-'));
    folder = join(workspace, 'modules/acme-shop');
    await mkdir(join(folder, 'node_modules'), { recursive: true });
    await symlink(join(root, 'node_modules/@portico'), join(folder, 'node_modules/@portico'));
  });
  afterEach(() => rm(workspace, { recursive: true, force: true }));

  /** What is said of the sound module with these files laid over it; an object is JSON, laid over the JSON that is there. */
  async function said(files: Readonly<Record<string, string | object>>): Promise<Answer> {
    for (const [file, content] of Object.entries({ ...sound, ...files })) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      const json = typeof content === 'object' ? { ...(sound[file] as object | undefined), ...content } : content;
      await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
    }
    return portico(folder, 'module', 'check');
  }

  const faultsOf = async (files: Readonly<Record<string, string | object>>): Promise<readonly string[]> => {
    const { exitCode, lines } = await said(files);
    expect(exitCode).to.equal(1);
    return lines;
  };

  it('finds nothing in what is sound, and goes on to the pages, for which it needs @portico/testing', async () => {
    expect(await faultsOf({})).to.deep.equal([
      '@portico/testing is not installed here. Run npm install, or npm install --save-dev @portico/testing.',
    ]);
  });

  it("names rules that reach what is not the module's: of elements, of classes of the portal, of everything", async () => {
    const css =
      '.acme-shop { color: red }\nbutton, .btn:hover { color: red }\n::before { color: red }\n@media print { .acme-shop a, h1 { color: red } }';
    const reaches = (rule: string): string =>
      `assets/shop.css: the rule "${rule}" reaches what is not the module's. Begin it with a class of your own.`;
    expect(await faultsOf({ 'assets/shop.css': css })).to.deep.equal(['button', '.btn:hover', '::before', 'h1'].map(reaches));
  });

  it('names imports of what is not public, in the source and in the package', async () => {
    const code = `import { Kernel } from '@portico/core/dist/kernel/index.js';\nimport { Sites } from '@portico/sites';\nexport default [Kernel, Sites];`;
    const faults = await faultsOf({
      'module.ts': code,
      'package.json': { peerDependencies: { '@portico/core': '^1.0.0', '@portico/sites': '^1.0.0' } },
    });
    expect(faults).to.deep.equal([
      'module.ts imports @portico/core/dist/kernel/index.js, which is not public: modules import @portico/core and the /api of other modules.',
      'module.ts imports @portico/sites, which is not public: modules import @portico/core and the /api of other modules.',
    ]);
  });

  it('names a dependency that the packer leaves out because it was lifted out of the module', async () => {
    await writeFile(join(workspace, 'package.json'), JSON.stringify({ private: true, workspaces: ['modules/*'] }));
    await mkdir(join(workspace, 'node_modules/left'), { recursive: true });
    await writeFile(
      join(workspace, 'node_modules/left/package.json'),
      JSON.stringify({ name: 'left', version: '1.0.0', main: 'index.js' }),
    );
    await writeFile(join(workspace, 'node_modules/left/index.js'), 'module.exports = 1;');
    const faults = await faultsOf({
      'dist/module.js': `import left from 'left';\nimport { defineModule } from '@portico/core';\nexport default defineModule(() => void left);`,
      'package.json': { dependencies: { left: '1.0.0' }, bundleDependencies: true },
    });
    expect(faults).to.deep.equal([
      'The package: dist/module.js imports left, which is not in the package; name it under bundleDependencies.',
      'The package: it depends on left, which is not in the package; name it under bundleDependencies.',
    ]);
  });

  it('names a range that this portal is not in', async () => {
    expect(await faultsOf({ 'package.json': { peerDependencies: { '@portico/core': '^2.0.0' } } })).to.deep.equal([
      'The package: it is written for @portico/core ^2.0.0, and this portal has 1.0.0; take a version that fits.',
    ]);
  });

  it('names what the package lacks, and tests that are in it', async () => {
    const files = { 'package.json': { files: ['dist'] }, 'dist/test/shop.test.js': '' };
    expect(await faultsOf(files)).to.deep.equal([
      'package.json: "files" leaves views out of the package.',
      'package.json: "files" leaves messages out of the package.',
      'package.json: "files" lets the tests into the package, such as dist/test/shop.test.js.',
    ]);
  });

  it('names views that do not compile, and messages that somebody lacks', async () => {
    const faults = await faultsOf({
      'views/shop.hbs': `{{> page-heder title=(t 'titel')}}`,
      'messages/en.json': { many: '{count, plural, one {a}' },
      'messages/de.json': { title: 'Laden' },
    });
    expect(faults).to.have.length(5);
    expect(faults[0]).to.match(/views\/shop\.hbs cannot be used: there is no partial "page-heder" \(line 1\)\.$/);
    expect(faults[1]).to.match(/^messages\/en\.json: "many" cannot be read: .* \(line 1, column \d+\)\.$/);
    expect(faults.slice(2)).to.deep.equal([
      'messages/de.json lacks "module.name".',
      'messages/de.json lacks "many".',
      'Nobody says "titel": it is not in messages/en.json.',
    ]);
  });

  it('8.20: names file and key of a message that would lose what it is given', async () => {
    const faults = await faultsOf({
      'views/shop.hbs': `{{t 'of' name=name}}{{t 'in' name=name}}{{t 'files' n=n}}{{t 'who' name=name}}`,
      'messages/en.json': {
        of: 'of {name}',
        in: 'in {name}',
        files: '{n, plural, one {1 file} other {{n} files}}',
        who: 'by {name}',
      },
      'messages/fr.json': {
        'module.name': 'Boutique',
        title: 'Boutique',
        of: "l'{name}",
        in: "dans '{name}'",
        files: '{n, plural, one {1 fichier}}',
        who: 'par {nom}',
      },
      'messages/sentences.fr.json': { 'There is no shop {name}.': 'Pas de boutique {nom}.' },
    });
    expect(faults.filter((fault) => fault.startsWith('messages/'))).to.have.members([
      'messages/fr.json: "files" cannot be read: missing other clause (line 1, column 28).',
      'messages/sentences.fr.json: "There is no shop {name}." cannot be translated: it takes {nom}, which the sentence does not have.',
      'messages/fr.json: "of" has an apostrophe before {name}. Write two of them (\'\') there.',
      'messages/fr.json: "in" has an apostrophe before {name}. Write two of them (\'\') there.',
      'messages/fr.json: "who" takes {nom}, which English does not.',
      'messages/fr.json: "who" leaves {name} out.',
    ]);
  });

  it('compares the manifest with the code, and writes it with --fix', async () => {
    const code = `import { defineModule, serviceToken } from '@portico/core';\nexport default defineModule(({ provide }) => provide(serviceToken('acme-shop.prices')).value({}));`;
    expect(await faultsOf({ 'dist/module.js': code })).to.deep.equal([
      'package.json: "provides" lacks acme-shop.prices. portico module check --fix writes what the code says.',
    ]);
    await portico(folder, 'module', 'check', '--fix');
    const { portico: manifest } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { portico: object };
    expect(manifest).to.deep.equal({ id: 'acme-shop', provides: { 'acme-shop.prices': '1.0.0' } });
  });

  it("says that a folder is no module's", async () => {
    expect(await portico(workspace, 'module', 'check')).to.deep.equal({
      exitCode: 1,
      lines: [`There is no package.json in ${workspace}. Go into the folder of a module.`],
    });
  });

  it('looks at each page with a browser, and names an input without a label and a picture without a text', async function () {
    this.timeout(300_000);
    // The packages as they are installed outside, where @portico/testing is one of its own.
    const packages = join(folder, 'node_modules/@portico');
    await rm(packages);
    await mkdir(join(packages, 'testing'), { recursive: true });
    for (const name of await readdir(join(root, 'node_modules/@portico')))
      await symlink(await realpath(join(root, 'node_modules/@portico', name)), join(packages, name));
    await writeFile(
      join(packages, 'testing/package.json'),
      JSON.stringify({ name: '@portico/testing', version: '1.0.0', type: 'module', exports: './index.js' }),
    );
    const testing = pathToFileURL(join(root, 'core/dist/testing/index.js')).href;
    await writeFile(join(packages, 'testing/index.js'), `export * from '${testing}';`);
    const faults = await faultsOf({
      'dist/module.js': `import * as core from '@portico/core';
        class Pages { prefix = '/acme-shop';
          register(router) { router.get('/', { access: 'signed-in' }, (ctx) => ctx.render('shop', {}, { title: ctx.text('title') })); } }
        core.injectable()(Pages);
        export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));`,
      'views/shop.hbs': `{{> page-header title=(t 'title')}}<div class="content"><input name="amount"><img src="data:,"></div>`,
    });
    const named = (rule: string, element: string): boolean =>
      faults.some((fault) => fault.includes(`/acme-shop: ${rule}: `) && fault.includes(element));
    expect([named('label', '<input name="amount">'), named('image-alt', '<img src="data:,">')], faults.join('\n')).to.deep.equal([
      true,
      true,
    ]);
  });
});

describe('portico create module', () => {
  let place: string;
  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'portico-create-test-'));
  });
  after(() => rm(place, { recursive: true, force: true }));

  const create = (folder: string, template: string): Promise<Answer> =>
    portico(place, 'create', 'module', folder, '--template', template);

  it('names things after the folder, and asks a registry for the portal unless it is told where the packages are', async () => {
    expect((await create('acme-scanner', 'page')).exitCode).to.equal(0);
    const json = JSON.parse(await readFile(join(place, 'acme-scanner/package.json'), 'utf8'));
    expect(json.portico.id).to.equal('acme-scanner');
    expect(json.devDependencies).to.include({ portico: '^0.1.0', '@portico/testing': '^1.0.0' });
    expect(Object.keys(JSON.parse(await readFile(join(place, 'acme-scanner/messages/en.json'), 'utf8')))[0]).to.equal('title');
  });

  it('brings the versions of tools that the portal is built and tested with', async () => {
    const { devDependencies } = JSON.parse(await readFile(join(root, 'templates/base/package.json'), 'utf8'));
    const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).devDependencies;
    expect(devDependencies).to.deep.equal(Object.fromEntries(Object.keys(devDependencies).map((name) => [name, own[name]])));
  });

  it('refuses what is there, names that are taken or cannot be, and templates that there are not', async () => {
    const sentences = [
      await create('acme-scanner', 'page'),
      await create('sites', 'page'),
      await create('Acme', 'page'),
      await create('acme-other', 'pages'),
    ];
    expect(sentences.map(({ exitCode }) => exitCode)).to.deep.equal([1, 1, 1, 1]);
    expect(sentences.map(({ lines }) => lines[0])).to.deep.equal([
      `${join(place, 'acme-scanner')} is there already, and is not empty.`,
      'The portal has a module sites already. Choose another name.',
      'A module cannot be called "Acme": its id must be in kebab-case, e.g. "press-room".',
      'There is no template "pages". Did you mean page? There are: command, entity, extension-point, image-provider, new-menu-entry, override, page, selector-tab, settings.',
    ]);
  });

  it('leaves nothing behind when the packages of the portal are not where they are said to be', async () => {
    const again = (...more: readonly string[]): Promise<Answer> =>
      portico(place, 'create', 'module', 'acme-lamp', '--template', 'page', ...more);
    const { exitCode, lines } = await again('--packages', join(place, 'nowhere'));
    expect(exitCode).to.equal(1);
    expect(lines[0]).to.match(/\.tgz is missing: --packages names a folder that npm run release has written\.$/);
    expect((await again()).exitCode, 'the same folder, and no word of a former try').to.equal(0);
  });
});
