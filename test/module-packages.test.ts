import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { AuditLog, ModulePackages as Packages } from '@portico/core';
import { eventually, startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { tablesOf } from './support/earlier-states.js';
import { answering, type ModulePackages, portalWithPackages } from './support/module-packages.js';

const root = resolve(import.meta.dirname, '../..');

/** Everything below the folder of a module, as paths. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** A migration that runs these statements, and takes itself back by those. */
const migration = (name: string, up: readonly string[], down: readonly string[] = []): string =>
  `class { name = '${name}'; async up(runner) { for (const sql of ${JSON.stringify(up)}) await runner.query(sql); }
     async down(runner) { for (const sql of ${JSON.stringify(down)}) await runner.query(sql); } }`;
const migrations = (...each: readonly string[]): string => `export default [${each.join(', ')}];`;

describe('a module that is installed while the portal runs', function () {
  this.timeout(120_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  portalWithPackages((both) => {
    ({ portal, packages } = both);
  });

  const run = (...argv: readonly string[]): ReturnType<TestPortal['command']> => portal.command(argv);
  const done = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, out, err } = await run(...argv);
    expect(exitCode, `${argv.join(' ')}: ${out}${err}`).to.equal(0);
    return out;
  };
  const refused = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, out, err } = await run(...argv);
    expect(exitCode, `${argv.join(' ')}: ${out}`).to.equal(1);
    return out + err;
  };
  const page = async (path: string): Promise<string> => {
    const { status, text } = await portal.agent().get(`/${path}`);
    return status === 200 ? text : String(status);
  };
  const remove = async (id: string): Promise<void> => void (await run('modules', 'remove', id, '--with-data'));

  it('is installed, updated, rolled back and removed, and the audit log says so', async () => {
    const first = await packages.pack({ id: 'scanner' });
    const second = await packages.pack({ id: 'scanner', version: '1.1.0' });
    const before = portal.stats();
    expect(await page('scanner')).to.equal('404');
    expect(await done('modules', 'install', first)).to.equal('scanner 1.0.0 is installed, and is active.\n');
    expect(await page('scanner')).to.equal('1.0.0');
    expect(await done('modules', 'install', first)).to.equal('scanner 1.0.0 was installed already, and is active.\n');
    expect(JSON.parse(await done('modules', 'plan', first, '--json'))).to.deep.include({
      action: 'none',
      changes: [],
      problems: [],
    });
    expect(await refused('modules', 'install', second)).to.include('portico modules update changes it');
    expect(await done('modules', 'update', second)).to.equal(
      'scanner 1.1.0 is installed now in place of 1.0.0, and is active.\n',
    );
    expect(await page('scanner')).to.equal('1.1.0');
    expect(await refused('modules', 'update', first))
      .to.include('1.0.0 is older than 1.1.0')
      .and.include('portico modules rollback scanner');
    expect(await done('modules', 'rollback', 'scanner')).to.equal('scanner 1.0.0 is back in place of 1.1.0, and is active.\n');
    expect(await page('scanner')).to.equal('1.0.0');
    expect(await refused('modules', 'rollback', 'scanner')).to.include('There is no version of scanner before 1.0.0');
    expect(await done('modules', 'remove', 'scanner')).to.equal('scanner 1.0.0 is removed.\n');
    expect(await page('scanner')).to.equal('404');
    expect(await done('modules', 'list')).not.to.include('scanner');
    expect(portal.stats()).to.deep.equal(before);
    expect(filesBelow(join(portal.home, 'modules'))).to.deep.equal([]);
    const { records } = await portal.service(AuditLog).list({ area: 'modules', subject: 'scanner' });
    const said = records.map(({ action, before: from, after: to, via }) => [action, from, to, via]);
    expect(said).to.deep.equal([
      ['removed', '1.0.0', undefined, 'command'],
      ['rolled-back', '1.1.0', '1.0.0', 'command'],
      ['refused', '1.1.0', '1.0.0', 'command'],
      ['updated', '1.0.0', '1.1.0', 'command'],
      ['refused', '1.0.0', '1.1.0', 'command'],
      ['installed', undefined, '1.0.0', 'command'],
    ]);
  });

  it('is planned before: what comes and what goes by kind, and nothing is changed by it', async () => {
    const scans = `class Scans {} core.injectable()(Scans);`;
    const declared = `({ contribute, provide }) => {
      contribute(core.HttpRoutes).to(Pages);
      provide(core.serviceToken('planned.scans')).to(Scans);
      contribute(core.MenuItems).value({ id: 'planned', label: 'Planned', href: '/planned', menu: 'control-panel', group: 'configuration' }, { id: 'planned' });
    }`;
    const first = await packages.pack({
      id: 'planned',
      manifest: {
        provides: { 'planned.scans': '1.0.0' },
        migrations: 'migrations.js',
        flags: { 'planned.new': { type: 'release', title: 'New' } },
      },
      files: {
        'module.js': answering('planned', '1', scans).replace(
          '({ contribute }) => contribute(core.HttpRoutes).to(Pages)',
          declared,
        ),
        'migrations.js': migrations(
          migration('MakeScans', ['CREATE TABLE planned_scan (id TEXT PRIMARY KEY)'], ['DROP TABLE planned_scan']),
        ),
      },
    });
    const { exitCode, out } = await run('modules', 'plan', first, '--json');
    expect(exitCode).to.equal(0);
    const plan = JSON.parse(out);
    expect(plan).to.include({ action: 'install', id: 'planned', version: '1.0.0', packageName: '@acme/planned', files: 3 });
    expect(plan.problems).to.deep.equal([]);
    expect(plan.changes).to.deep.equal([
      { kind: 'provides', added: ['planned.scans 1.0.0'], removed: [] },
      { kind: 'menu-items', added: ['planned'], removed: [] },
      { kind: 'routes', added: ['GET /planned'], removed: [] },
      { kind: 'flags', added: ['planned.new'], removed: [] },
      { kind: 'tables', added: ['planned_scan'], removed: [] },
      { kind: 'migrations', added: ['MakeScans'], removed: [] },
    ]);
    expect(existsSync(join(portal.home, 'modules/planned'))).to.equal(false);
    expect(await done('modules', 'list')).not.to.include('planned');
    expect((await done('modules', 'plan', first)).split('\n')[0]).to.equal('Installs planned 1.0.0 (@acme/planned).');
  });

  it('is planned with the words of its menu items, wherever it keeps them', async () => {
    const item = `core.defineModule(({ contribute }) => contribute(core.MenuItems).value(
      { label: 'worded.title', href: '/worded', menu: 'control-panel', group: 'configuration' }, { id: 'worded' }))`;
    for (const messages of ['messages', 'words']) {
      const files = {
        'module.js': `import * as core from '@portico/core';\nexport default ${item};`,
        [`${messages}/en.json`]: '{ "module.name": "Worded", "worded.title": "Well Said" }',
      };
      const file = await packages.pack({ id: 'worded', manifest: { messages }, files });
      const { changes } = JSON.parse((await run('modules', 'plan', file, '--json')).out);
      expect(changes).to.deep.equal([{ kind: 'menu-items', added: ['Well Said'], removed: [] }]);
    }
  });

  describe('leaves nothing of one start in the next (7.1)', () => {
    it('after ten times off and on: one answer, one run of its interval, none while it is off', async () => {
      const source = `import * as core from '@portico/core';
        class Ticker { onStart(lifetime) {
          const timer = setInterval(() => { globalThis.ticked = (globalThis.ticked ?? 0) + 1; }, 20);
          lifetime.add({ dispose: () => clearInterval(timer) });
        } }
        core.injectable()(Ticker);
        class Listener { constructor(modules) { this.modules = modules; } onStart(lifetime) {
          lifetime.add(this.modules.onDidChange(({ id }) => { if (id === 'web-content') globalThis.heard = (globalThis.heard ?? 0) + 1; }));
        } }
        core.injectable()(Listener);
        core.inject(core.Modules)(Listener, undefined, 0);
        class Pages { prefix = '/ticker'; register(router) { router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'ticks'; }); } }
        core.injectable()(Pages);
        export default core.defineModule(({ contribute, run }) => {
          contribute(core.HttpRoutes).to(Pages);
          contribute(core.MenuItems).value({ id: 'ticker', label: 'Ticker', href: '/ticker', menu: 'control-panel', group: 'configuration' }, { id: 'ticker' });
          run(Ticker); run(Listener);
        });`;
      await done('modules', 'install', await packages.pack({ id: 'ticker', files: { 'module.js': source } }));
      const globals = globalThis as { ticked?: number; heard?: number };
      const first = portal.stats();
      for (let time = 0; time < 10; time += 1) {
        await done('modules', 'disable', 'ticker');
        expect(await page('ticker')).to.equal('404');
        globals.ticked = 0;
        await new Promise((resolve) => setTimeout(resolve, 60));
        expect(globals.ticked).to.equal(0);
        await done('modules', 'enable', 'ticker');
        expect(await page('ticker')).to.equal('ticks');
      }
      expect(portal.stats()).to.deep.equal(first);
      globals.heard = 0;
      await done('modules', 'stop', 'web-content');
      // active -> stopping -> resolved, each heard by the one listener there is.
      expect(globals.heard).to.equal(2);
      await done('modules', 'start', 'web-content');
      expect(portal.log()).not.to.match(/already (?:registered|there)/);
      await remove('ticker');
    });
  });

  it('shows at once exactly what the second version declares, and the next plan starts from there (7.2)', async () => {
    const source = (paths: readonly string[], items: readonly string[]): string => `import * as core from '@portico/core';
      class Pages { prefix = '/lists'; register(router) { for (const path of ${JSON.stringify(paths)}) router.get(path, { access: 'public' }, (ctx) => { ctx.body = path; }); } }
      core.injectable()(Pages);
      export default core.defineModule(({ contribute }) => {
        contribute(core.HttpRoutes).to(Pages);
        for (const id of ${JSON.stringify(items)}) contribute(core.MenuItems).value({ id, label: id, href: '/lists/' + id, menu: 'control-panel', group: 'configuration' }, { id });
      });`;
    const pack = (version: string, paths: readonly string[], items: readonly string[]): Promise<string> =>
      packages.pack({ id: 'lists', version, files: { 'module.js': source(paths, items) } });
    await done('modules', 'install', await pack('1.0.0', ['/kept', '/dropped'], ['one', 'two']));
    await done('modules', 'update', await pack('2.0.0', ['/kept', '/added'], ['two', 'three']));
    expect([await page('lists/kept'), await page('lists/added'), await page('lists/dropped')]).to.deep.equal([
      '/kept',
      '/added',
      '404',
    ]);
    const contributes = portal.modules.status('lists')?.contributes.filter(({ point }) => point === 'portico.menu-items');
    expect(contributes?.map(({ id }) => id)).to.deep.equal(['two', 'three']);
    const { changes } = JSON.parse((await run('modules', 'plan', await pack('3.0.0', ['/kept'], ['three']), '--json')).out);
    expect(changes).to.deep.equal([
      { kind: 'menu-items', added: [], removed: ['two'] },
      { kind: 'routes', added: [], removed: ['GET /lists/added'] },
    ]);
    await remove('lists');
  });

  it('runs after a mistake was mended, whatever the version says (7.3)', async () => {
    const pack = (inner: string): Promise<string> =>
      packages.pack({
        id: 'mended',
        files: { 'module.js': answering('mended', '(said)', `import { said } from './inner.js';`), 'inner.js': inner },
      });
    expect(
      await refused('modules', 'install', await pack('export const said = "wrong"; throw new Error("not yet");')),
    ).to.include('not yet');
    expect(await refused('modules', 'install', await pack('export const says = "misspelt";'))).to.include('said');
    expect(await refused('modules', 'install', await pack('export const said = ;'))).to.include('inner.js');
    await done('modules', 'install', await pack('export const said = "mended";'));
    expect(await page('mended')).to.equal('mended');
    await remove('mended');
  });

  it('answers as the former version when the next one fails at any moment of its start, also those who waited (7.4)', async () => {
    const first = await packages.pack({ id: 'steady' });
    await done('modules', 'install', first);
    const failing: Readonly<Record<string, string>> = {
      'while its routes are registered': `class Pages { prefix = '/steady'; register() { if (globalThis.portalIsHere) throw new Error('no routes'); } }`,
      'while its classes are made': `class Pages { prefix = '/steady'; constructor() { if (globalThis.portalIsHere) throw new Error('not made'); } register() {} }`,
      'while it starts': `class Pages { prefix = '/steady'; onStart() { throw new Error('not started'); } register() {} }`,
    };
    (globalThis as { portalIsHere?: boolean }).portalIsHere = true;
    for (const [when, code] of Object.entries(failing)) {
      const source = `import * as core from '@portico/core';\n${code}\ncore.injectable()(Pages);
        export default core.defineModule(({ contribute, run }) => { contribute(core.HttpRoutes).to(Pages); ${code.includes('onStart') ? 'run(Pages);' : ''} });`;
      const next = await packages.pack({ id: 'steady', version: '2.0.0', files: { 'module.js': source } });
      const answers: string[] = [];
      let isOver = false;
      const asking = (async () => {
        while (!isOver) answers.push(await page('steady'));
      })();
      expect(await refused('modules', 'update', next), when).to.include('steady 2.0.0 does not run here');
      isOver = true;
      await asking;
      expect(new Set(answers), when).to.deep.equal(new Set(['1.0.0']));
      expect(await page('steady'), when).to.equal('1.0.0');
    }
    await remove('steady');
  });

  it('answers as the former version also to those who waited longer than the gate holds, when the next one hangs (7.4)', async () => {
    const patient = await startTestPortal({ config: { limits: { gateMillis: 200, moduleStartMillis: 1500 } } });
    try {
      const install = async (verb: string, file: string): Promise<string> => {
        const { out, err } = await patient.command(['modules', verb, file]);
        return out + err;
      };
      await install('install', await packages.pack({ id: 'hanging' }));
      const code = `import * as core from '@portico/core'; class Hangs { onStart() { return new Promise(() => {}); } } core.injectable()(Hangs);
        export default core.defineModule(({ run }) => run(Hangs));`;
      const next = await packages.pack({ id: 'hanging', version: '2.0.0', files: { 'module.js': code } });
      const answers: string[] = [];
      let isOver = false;
      const asking = (async () => {
        while (!isOver) answers.push((await patient.agent().get('/hanging')).text);
      })();
      expect(await install('update', next)).to.include('onStart did not finish within 1500 ms');
      isOver = true;
      await asking;
      expect(new Set(answers)).to.deep.equal(new Set(['1.0.0']));
    } finally {
      await patient.stop();
    }
  });

  it('is all of the new version, also its inner files and the CommonJS that it bundles; an open request runs wholly on the old (7.5)', async () => {
    const source = `import * as core from '@portico/core';
      import { inner } from './inner.js';
      import bundled from 'acme-counter';
      class Pages { prefix = '/whole'; register(router) { router.get('/', { access: 'public' }, async (ctx) => {
        const before = inner + bundled.name + bundled.count();
        if (ctx.query.wait) await new Promise((resolve) => { globalThis.letGo = resolve; });
        const late = await import('./late.js');
        ctx.body = before + ' ' + late.late + bundled.name;
      }, ); } }
      core.injectable()(Pages);
      export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));`;
    const pack = (version: string, text: string): Promise<string> =>
      packages.pack({
        id: 'whole',
        version,
        json: { dependencies: { 'acme-counter': '1.0.0' }, bundleDependencies: ['acme-counter'] },
        files: {
          'module.js': source.replace(
            "{ access: 'public' }",
            "{ access: 'public', query: core.z.object({ wait: core.z.string().optional() }) }",
          ),
          'inner.js': `export const inner = '${text}';`,
          'late.js': `export const late = '${text}';`,
          'node_modules/acme-counter/package.json': JSON.stringify({ name: 'acme-counter', version: '1.0.0', main: 'index.cjs' }),
          'node_modules/acme-counter/index.cjs': `let calls = 0; module.exports = { name: '${text}', count: () => (calls += 1) };`,
        },
      });
    await done('modules', 'install', await pack('1.0.0', 'a'));
    expect(await page('whole')).to.equal('aa1 aa');
    const globals = globalThis as { letGo?: () => void };
    const open = page('whole?wait=1');
    await eventually(() => globals.letGo !== undefined, 'the request is open', 30);
    const updating = done('modules', 'update', await pack('1.0.1', 'b'));
    await eventually(() => portal.modules.status('whole')?.state === 'stopping', 'the module is being stopped', 30);
    const waiting = page('whole');
    globals.letGo?.();
    expect(await open).to.equal('aa2 aa');
    await updating;
    expect(await waiting).to.equal('bb1 bb');
    await remove('whole');
  });

  it('is refused for what the packer left out, before anything is stopped, and never finds it among what the portal has (7.7)', async () => {
    const first = await packages.pack({
      id: 'left-out',
      json: { dependencies: { 'acme-lifted': '^1.0.0', koa: '^3.0.0' }, bundleDependencies: ['acme-lifted', 'koa'] },
      files: { 'module.js': answering('left-out', '1', `import lifted from 'acme-lifted';\nimport Koa from 'koa';`) },
    });
    const { exitCode, out } = await run('modules', 'plan', first, '--json');
    expect(exitCode).to.equal(1);
    expect(JSON.parse(out).problems).to.deep.equal(
      [
        'Module.js imports acme-lifted, which is not in the package; name it under bundleDependencies.',
        'Module.js imports koa, which is not in the package; name it under bundleDependencies.',
        'It depends on acme-lifted, which is not in the package; name it under bundleDependencies.',
        'It depends on koa, which is not in the package; name it under bundleDependencies.',
      ].map((text) => text.replace('Module.js', 'module.js')),
    );
    expect(await refused('modules', 'install', first)).to.include('acme-lifted');
  });

  for (const format of ['ustar', 'gnu', 'pax'])
    it(`has the files that an independent unpacker gives, of a path of 140 characters written as ${format} does (7.8)`, async () => {
      const long = `${'a-long-name/'.repeat(10)}${'x'.repeat(12)}-file.js`;
      const twin = long.replace('-file.js', '-fill.js');
      expect(`package/${long}`.length).to.be.greaterThan(140);
      const folder = await packages.unpacked({
        id: 'long-names',
        files: {
          'module.js': answering(
            'long-names',
            '(one + two)',
            `import { one } from './${long}';\nimport { two } from './${twin}';`,
          ),
          [long]: `export const one = 'one ';`,
          [twin]: `export const two = 'two';`,
        },
      });
      const archive = join(dirname(folder), 'long.tgz');
      execFileSync('tar', [`--format=${format}`, '-czf', archive, '-C', dirname(folder), 'package']);
      await done('modules', 'install', archive);
      expect(await page('long-names')).to.equal('one two');
      const out = join(dirname(folder), 'out');
      await mkdir(out);
      execFileSync('tar', ['-xzf', archive, '-C', out]);
      const [version = ''] = readdirSync(join(portal.home, 'modules/long-names'));
      const installed = join(portal.home, 'modules/long-names', version);
      const contents = (root: string): Readonly<Record<string, string>> =>
        Object.fromEntries(filesBelow(root).map((file) => [file.slice(root.length), readFileSync(file, 'utf8')]));
      expect(contents(installed)).to.deep.equal(contents(join(out, 'package')));
      await remove('long-names');
    });

  it('is refused when its native addon is for another machine only, and says for which (7.9)', async () => {
    const elf = (machine: number, text: string): Uint8Array => {
      const bytes = Buffer.alloc(256);
      bytes.write('\x7fELF\x02\x01', 'latin1');
      bytes.writeUInt16LE(machine, 18);
      bytes.write(text, 128, 'latin1');
      return bytes;
    };
    const pack = (files: Readonly<Record<string, Uint8Array>>): Promise<string> => packages.pack({ id: 'native', files });
    const other = process.arch === 'arm64' ? 62 : 183;
    const foreign = await pack({ 'build/addon.node': elf(other, 'libc.so.6') });
    expect(await refused('modules', 'plan', foreign)).to.match(
      /native addon of the module itself \(build\/addon\.node\) is made for linux (?:x64|arm64) \(glibc\)/,
    );
    const own = process.arch === 'arm64' ? 183 : 62;
    expect(await refused('modules', 'install', await pack({ 'addon.node': elf(own, 'libc.musl-x86_64.so.1') }))).to.include(
      '(musl)',
    );
    await done('modules', 'plan', await pack({ 'a/addon.node': elf(other, 'libc.so.6'), 'b/addon.node': elf(own, 'libc.so.6') }));
    expect(await page('native')).to.equal('404');
    const addon = readFileSync(createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node'));
    const code = answering(
      'native',
      '(kind)',
      `import { createRequire } from 'node:module';\nconst kind = typeof createRequire(import.meta.url)('./addon.node').Database;`,
    );
    await done('modules', 'install', await pack({ 'module.js': Buffer.from(code), 'addon.node': addon }));
    expect(await page('native')).to.equal('function');
    await remove('native');
  });

  it('is refused by name for its own copy of what there must be one of (7.10)', async () => {
    for (const name of ['@portico/core', 'typeorm', 'inversify', 'reflect-metadata']) {
      const file = await packages.pack({
        id: 'copies',
        files: { [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0' }) },
      });
      expect(await refused('modules', 'install', file)).to.include(`it brings its own copy of ${name}`);
    }
    const imports = await packages.pack({ id: 'copies', files: { 'module.js': answering('copies', '1', `import 'typeorm';`) } });
    expect(await refused('modules', 'install', imports)).to.include(
      'imports typeorm; what modules need of it is in @portico/core',
    );
  });

  it('runs beside another one that calls its things the same (7.11)', async () => {
    const source = (id: string): string => `import * as core from '@portico/core';
      import entities from './entities.js';
      const Scans = core.serviceToken('shared.scans');
      class Own { name = '${id}'; }
      core.injectable()(Own);
      class Pages { prefix = '/${id}';
        constructor(unitOfWork, own) { this.unitOfWork = unitOfWork; this.own = own; }
        register(router) { router.get('/', { access: 'public' }, async (ctx) => {
          await this.unitOfWork.write((t) => t.repository(entities[0]).save({ id: 'x', ${id === 'first' ? 'amount' : 'total'}: '${id}' }));
          ctx.body = JSON.stringify(await this.unitOfWork.read((r) => r.repository(entities[0]).find())) + this.own.name; }); } }
      core.injectable()(Pages);
      core.inject(core.UnitOfWork)(Pages, undefined, 0);
      core.inject(Own)(Pages, undefined, 1);
      export default core.defineModule(({ contribute, provide }) => { provide(Scans).to(Own); contribute(core.HttpRoutes).to(Pages); });`;
    for (const id of ['first', 'second']) {
      const column = id === 'first' ? 'amount' : 'total';
      const file = await packages.pack({
        id,
        manifest: { entities: 'entities.js', migrations: 'migrations.js', provides: { 'shared.scans': '1.0.0' } },
        files: {
          'module.js': source(id),
          'entities.js': `import { Column, Entity, PrimaryColumn } from '@portico/core';
            class Invoice {}
            PrimaryColumn('text')(Invoice.prototype, 'id'); Column('text')(Invoice.prototype, '${column}'); Entity('${id}_invoice')(Invoice);
            export default [Invoice];`,
          'migrations.js': migrations(
            migration('MakeInvoice', [`CREATE TABLE ${id}_invoice (id TEXT PRIMARY KEY, ${column} TEXT)`]),
          ),
        },
      });
      await done('modules', 'install', file);
    }
    expect(await page('first')).to.equal('[{"id":"x","amount":"first"}]first');
    expect(await page('second')).to.equal('[{"id":"x","total":"second"}]second');
    const thief = await packages.pack({
      id: 'thief',
      manifest: { migrations: 'migrations.js' },
      files: { 'migrations.js': migrations(migration('Take', ['CREATE TABLE IF NOT EXISTS first_invoice (id TEXT)'])) },
    });
    expect(await refused('modules', 'install', thief)).to.include('the table first_invoice belongs to another module');
    const squatter = await packages.pack({ id: 'squatter', files: { 'module.js': answering('documents-media', '1') } });
    expect(await refused('modules', 'install', squatter)).to.include(
      'addresses under /documents-media belong to documents-media',
    );
    await remove('first');
    await remove('second');
    const settings = (id: string): Promise<string> =>
      packages.pack({
        id,
        manifest: { optional: { 'configuration.settings-definitions': '^1.0.0' } },
        files: {
          'messages/en.json': JSON.stringify({ title: 'Title', color: 'Color' }),
          'module.js': `import * as core from '@portico/core'; import { SettingsDefinitions } from '@portico/configuration/api';
            export default core.defineModule(({ contribute }) => contribute(SettingsDefinitions).value({ id: 'shared', section: 'platform', title: 'title',
              scopes: ['instance'], fields: { color: { type: 'text', label: 'color', default: '' } } }, { id: 'shared' }));`,
        },
      });
    await done('modules', 'install', await settings('third'));
    expect(await refused('modules', 'install', await settings('fourth'))).to.equal(
      'fourth 1.0.0 (acme-fourth-1.0.0.tgz) cannot be installed: the settings shared are declared by third already; choose another.\n',
    );
    await remove('third');
  });

  it('stays off, stopped or flagged over an update, as it was decided', async () => {
    const flag = `{ type: 'beta', title: 'Acme', default: false }`;
    const pack = (version: string): Promise<string> =>
      packages.pack({
        id: 'decided',
        version,
        manifest: { enabledBy: 'acme.decided', flags: { 'acme.decided': { type: 'beta', title: 'Acme', default: false } } },
        files: {
          'module.js': answering('decided', version).replace(
            '({ contribute }) => contribute(core.HttpRoutes).to(Pages)',
            `({ contribute, flag }) => { flag(core.defineFlag('acme.decided', ${flag})); contribute(core.HttpRoutes).to(Pages); }`,
          ),
        },
      });
    expect(await done('modules', 'install', await pack('1.0.0'))).to.include('is disabled.\n  The flag acme.decided is off.');
    expect(await done('modules', 'update', await pack('2.0.0'))).to.include('is disabled.');
    expect(await page('decided')).to.equal('404');
    await done('flags', 'set', 'acme.decided', 'on');
    await done('modules', 'start', 'decided');
    expect(await page('decided')).to.equal('2.0.0');
    await done('modules', 'disable', 'decided');
    expect(await done('modules', 'update', await pack('3.0.0'))).to.include('is disabled.\n  Disabled by an operator.');
    await done('modules', 'enable', 'decided');
    expect(await page('decided')).to.equal('3.0.0');
    await done('modules', 'stop', 'decided');
    expect(await done('modules', 'update', await pack('4.0.0'))).to.include('is resolved.\n  Stopped by an operator.');
    await done('modules', 'start', 'decided');
    expect(await page('decided')).to.equal('4.0.0');
    await remove('decided');
  });

  it('gives nobody a wrong answer while it changes, however many ask', async () => {
    const versions = await Promise.all(['1.0.0', '1.1.0', '1.2.0'].map((version) => packages.pack({ id: 'busy', version })));
    await done('modules', 'install', versions[0] ?? '');
    const answers = new Map<string, number>();
    let isOver = false;
    const ask = async (path: string): Promise<void> => {
      while (!isOver) {
        const answer = await fetch(`${portal.url}${path}`);
        const said = `${path} ${answer.ok ? (path === '/busy' ? await answer.text() : 'ok') : answer.status}`;
        answers.set(said, (answers.get(said) ?? 0) + 1);
      }
    };
    const asking = Promise.all([...Array.from({ length: 8 }, () => ask('/busy')), ask('/web/home')]);
    for (const file of versions.slice(1)) {
      await done('modules', 'update', file);
      await done('modules', 'rollback', 'busy');
      await done('modules', 'update', file);
    }
    isOver = true;
    await asking;
    expect([...answers.keys()].sort()).to.deep.equal(['/busy 1.0.0', '/busy 1.1.0', '/busy 1.2.0', '/web/home ok']);
    await remove('busy');
  });

  it('gets one answer about ranges and pre-releases from plan and install (7.12)', async () => {
    const service = await packages.pack({
      id: 'offering',
      manifest: { provides: { 'offering.thing': '1.5.0-rc.1' } },
      files: {
        'module.js': `import * as core from '@portico/core'; class Thing {} core.injectable()(Thing);
          export default core.defineModule(({ provide }) => provide(core.serviceToken('offering.thing')).to(Thing));`,
      },
    });
    await done('modules', 'install', service);
    const asking = (range: string): Promise<string> =>
      packages.pack({ id: 'asking', manifest: { requires: { 'offering.thing': range } } });
    const later = await asking('>=1.5.0');
    const sentence = 'eeds offering.thing >=1.5.0, but offering offers 1.5.0-rc.1; take a version that fits.';
    expect(await refused('modules', 'plan', later)).to.include(sentence);
    expect(await refused('modules', 'install', later)).to.include(sentence);
    const earlier = await asking('^1.4.0');
    await done('modules', 'plan', earlier);
    await done('modules', 'install', earlier);
    expect(portal.modules.status('asking')?.state).to.equal('active');
    const portalRange = await packages.pack({ id: 'ahead', json: { peerDependencies: { '@portico/core': '^99.0.0' } } });
    expect(await refused('modules', 'plan', portalRange)).to.match(
      /It is written for @portico\/core \^99\.0\.0, and this portal has \d+\.\d+\.\d+; take a version that fits\./,
    );
    const peer = { peerDependencies: { '@portico/nothing': '^1.0.0' } };
    expect(await refused('modules', 'plan', await packages.pack({ id: 'ahead', json: peer }))).to.include(
      'It is written for @portico/nothing ^1.0.0, and no such module is installed; install it first.',
    );
    const optional = { ...peer, peerDependenciesMeta: { '@portico/nothing': { optional: true } } };
    await done('modules', 'plan', await packages.pack({ id: 'ahead', json: optional }));
    await remove('asking');
    await remove('offering');
  });

  it('takes up its data when it comes back, and starts empty after it was removed with it (7.14)', async () => {
    const source = `import * as core from '@portico/core';
      class Pages { prefix = '/returning'; constructor(unitOfWork) { this.unitOfWork = unitOfWork; }
        register(router) { router.get('/', { access: 'public' }, async (ctx) => {
          ctx.body = String((await this.unitOfWork.write(async (t) => { await t.query("INSERT INTO returning_note (text) VALUES ('x')"); return t.query('SELECT * FROM returning_note'); })).length);
        }); } }
      core.injectable()(Pages);
      core.inject(core.UnitOfWork)(Pages, undefined, 0);
      export default core.defineModule(({ contribute }) => {
        contribute(core.HttpRoutes).to(Pages);
        contribute(core.Permissions).value({ id: 'returning.use', label: 'Use', scope: 'instance', defaultRoles: [] }, { id: 'use' });
      });`;
    const pack = (version: string, ...more: readonly string[]): Promise<string> =>
      packages.pack({
        id: 'returning',
        version,
        manifest: { migrations: 'migrations.js' },
        files: {
          'module.js': source,
          'migrations.js': migrations(migration('MakeNote', ['CREATE TABLE returning_note (text TEXT)']), ...more),
        },
      });
    const first = await pack('1.0.0');
    await done('modules', 'install', first);
    expect([await page('returning'), await page('returning')]).to.deep.equal(['1', '2']);
    expect(await done('modules', 'remove', 'returning')).to.equal(
      'returning 1.0.0 is removed.\n  Stays: tables: returning_note\n',
    );
    expect((await run('doctor')).out).to.include('The module returning is not installed. It kept the tables returning_note');
    await done('modules', 'install', first);
    expect(await page('returning')).to.equal('3');
    await done('modules', 'remove', 'returning');
    await done(
      'modules',
      'install',
      await pack('1.1.0', migration('AddPlace', ['ALTER TABLE returning_note ADD COLUMN place TEXT'])),
    );
    expect(await page('returning')).to.equal('4');
    expect(await done('modules', 'remove', 'returning', '--with-data')).to.include('Goes too: tables: returning_note');
    const left = tablesOf(portal.home);
    expect([...left.keys()].filter((table) => table.startsWith('returning'))).to.deep.equal([]);
    expect((left.get('portico_migration') ?? []).filter(({ owner }) => owner === 'returning')).to.deep.equal([]);
    expect((await run('doctor')).out).not.to.include('returning');
    await done('modules', 'install', first);
    expect(await page('returning')).to.equal('1');
    await remove('returning');
  });

  it('is refused for imports of what is not public, and names them (7.18)', async () => {
    const imports = [
      '@portico/core/dist/kernel/index.js',
      '@portico/core/kernel',
      '@portico/documents-media',
      '@portico/documents-media/dist/services/documents.js',
      '@portico/nothing/api',
      '../../../core/dist/api/index.js',
      '/etc/passwd.js',
    ];
    for (const specifier of imports) {
      const file = await packages.pack({
        id: 'prying',
        files: { 'module.js': answering('prying', '1', `import '${specifier}';`) },
      });
      const said = await refused('modules', 'install', file);
      expect(said).to.include(`module.js imports ${specifier}`);
    }
    const dynamic = await packages.pack({
      id: 'prying',
      files: {
        'module.js': answering('prying', '1', `const inner = '@portico/core/dist/' + 'kernel/index.js'; await import(inner);`),
      },
    });
    expect(await refused('modules', 'install', dynamic)).to.include('\'./dist/kernel/index.js\' is not defined by "exports"');
    await done(
      'modules',
      'plan',
      await packages.pack({
        id: 'prying',
        files: { 'module.js': answering('prying', '1', `import '@portico/documents-media/api';`) },
      }),
    );
  });

  describe('with tables', () => {
    const versions = {
      one: migration('MakeShelf', [
        'CREATE TABLE shelves_shelf (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL)',
        "INSERT INTO shelves_shelf (name) VALUES ('a'), ('b')",
        'CREATE INDEX shelves_by_name ON shelves_shelf (name)',
      ]),
      two: migration(
        'AddPlace',
        ["ALTER TABLE shelves_shelf ADD COLUMN place TEXT NOT NULL DEFAULT 'cellar'"],
        ['ALTER TABLE shelves_shelf DROP COLUMN place'],
      ),
      three: migration('Ruin', ["DELETE FROM shelves_shelf WHERE name = 'a'", 'CREATE TABLE shelves_ruin (id TEXT)']),
    };
    const pack = (
      version: string,
      names: readonly (keyof typeof versions)[],
      code = answering('shelves', version),
    ): Promise<string> =>
      packages.pack({
        id: 'shelves',
        version,
        manifest: { migrations: 'migrations.js' },
        files: { 'module.js': code, 'migrations.js': migrations(...names.map((name) => versions[name])) },
      });
    const own = (): Readonly<Record<string, unknown>> =>
      Object.fromEntries(
        [...tablesOf(portal.home)].filter(([name]) => name.startsWith('shelves_') || name.startsWith('portico_kept')),
      );
    const rows = [
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
    ];
    after(() => remove('shelves'));

    it('has its data as it was when an update fails after its migrations, and the database was copied before', async () => {
      await done('modules', 'install', await pack('1.0.0', ['one']));
      const throwing = `import * as core from '@portico/core'; class A { onStart() { throw new Error('not today'); } } core.injectable()(A);
        export default core.defineModule(({ run }) => run(A));`;
      expect(await refused('modules', 'update', await pack('1.1.0', ['one', 'three'], throwing))).to.include('not today');
      expect(own()).to.deep.equal({ shelves_shelf: rows, portico_kept_change: [] });
      expect(await page('shelves')).to.equal('1.0.0');
      expect(readdirSync(join(portal.home, 'copies')).filter((name) => name.endsWith('.db')).length).to.be.greaterThan(0);
      const failing = migration('Fails', ['CREATE TABLE shelves_other (id TEXT)', 'INSERT INTO nowhere VALUES (1)']);
      const file = await packages.pack({
        id: 'shelves',
        version: '1.2.0',
        manifest: { migrations: 'migrations.js' },
        files: { 'migrations.js': migrations(versions.one, versions.three, failing) },
      });
      expect(await refused('modules', 'update', file)).to.include('A migration of shelves cannot be applied');
      expect(own()).to.deep.equal({ shelves_shelf: rows, portico_kept_change: [] });
      expect((await run('doctor')).exitCode).to.equal(0);
    });

    it('goes back as long as its migrations can be taken back, and says which cannot', async () => {
      await done('modules', 'update', await pack('1.1.0', ['one', 'two']));
      expect(own()).to.deep.include({ shelves_shelf: rows.map((row) => ({ ...row, place: 'cellar' })) });
      expect(await done('modules', 'rollback', 'shelves')).to.include('Its migrations AddPlace were taken back');
      expect(own()).to.deep.equal({ shelves_shelf: rows, portico_kept_change: [] });
      await done('modules', 'update', await pack('2.0.0', ['one', 'two', 'three']));
      expect(await refused('modules', 'rollback', 'shelves')).to.include(
        'Its migration Ruin cannot be taken back: it has no "down" that does something.',
      );
      expect(await page('shelves')).to.equal('2.0.0');
    });
  });

  it('goes back also while it is left out, and its migrations are taken back', async () => {
    const make = migration('MakeLog', ['CREATE TABLE logbook_entry (id TEXT PRIMARY KEY)'], ['DROP TABLE logbook_entry']);
    const place = migration(
      'AddPlace',
      ['ALTER TABLE logbook_entry ADD COLUMN place TEXT'],
      ['ALTER TABLE logbook_entry DROP COLUMN place'],
    );
    const pack = (version: string, ...each: readonly string[]): Promise<string> =>
      packages.pack({
        id: 'logbook',
        version,
        manifest: { migrations: 'migrations.js' },
        files: { 'migrations.js': migrations(...each) },
      });
    await done('modules', 'install', await pack('1.0.0', make));
    await done('modules', 'update', await pack('1.1.0', make, place));
    const { home } = portal;
    await portal.stop({ keep: true });
    portal = await startTestPortal({ home, config: { without: ['logbook'] } });
    expect(portal.modules.status('logbook')).to.deep.include({ version: '1.1.0', leftOut: 'without' });
    expect(await done('modules', 'rollback', 'logbook')).to.include('logbook 1.0.0 is back in place of 1.1.0');
    expect(portal.modules.status('logbook')?.version).to.equal('1.0.0');
    await portal.stop({ keep: true });
    portal = await startTestPortal({ home });
    expect(await page('logbook')).to.equal('1.0.0');
    await done('modules', 'update', await pack('1.1.0', make, place));
    expect(await page('logbook')).to.equal('1.1.0');
    await remove('logbook');
  });

  it('is the one that others meet who import its API, at once after an update', async () => {
    const host = (version: string, text: string): Promise<string> =>
      packages.pack({
        id: 'hosting',
        version,
        json: { exports: { '.': './module.js', './api': './api.js' } },
        manifest: { provides: { 'hosting.words': version } },
        files: {
          'api.js': `import { serviceToken } from '@portico/core'; export const Words = serviceToken('hosting.words'); export const constant = '${text}';`,
          'module.js': `import * as core from '@portico/core'; import { Words } from './api.js';
            class Said { text = '${text}'; } core.injectable()(Said);
            export default core.defineModule(({ provide }) => provide(Words).to(Said));`,
        },
      });
    const guest = await packages.pack({
      id: 'visiting',
      json: { peerDependencies: { '@acme/hosting': '>=1.0.0' } },
      manifest: { requires: { 'hosting.words': '>=1.0.0' } },
      files: {
        'module.js': `import * as core from '@portico/core'; import { Words, constant } from '@acme/hosting/api';
          class Pages { prefix = '/visiting'; constructor(words) { this.words = words; }
            register(router) { router.get('/', { access: 'public' }, (ctx) => { ctx.body = constant + this.words.text; }); } }
          core.injectable()(Pages); core.inject(Words)(Pages, undefined, 0);
          export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));`,
      },
    });
    expect(await refused('modules', 'install', guest)).to.include('module.js imports @acme/hosting');
    await done('modules', 'install', await host('1.0.0', 'a'));
    await done('modules', 'install', guest);
    expect(await page('visiting')).to.equal('aa');
    const { restarts } = JSON.parse((await run('modules', 'plan', await host('2.0.0', 'b'), '--json')).out);
    expect(restarts).to.deep.equal(['visiting']);
    await done('modules', 'update', await host('2.0.0', 'b'));
    expect(await page('visiting')).to.equal('bb');
    await done('modules', 'rollback', 'hosting');
    expect(await page('visiting')).to.equal('aa');
    const plan = await portal.service(Packages).planRemoval('hosting');
    expect(plan.stops).to.deep.equal(['visiting']);
    await remove('visiting');
    const borrows = `import { constant } from '@acme/hosting/api';`;
    const importing = await packages.pack({
      id: 'borrowing',
      json: { peerDependencies: { '@acme/hosting': '>=1.0.0' } },
      files: { 'module.js': answering('borrowing', '1', borrows) },
    });
    await done('modules', 'install', importing);
    expect(await refused('modules', 'remove', 'hosting', '--yes')).to.include(
      'hosting cannot be removed: code of borrowing imports @acme/hosting. Remove that first.',
    );
    expect(await page('borrowing')).to.equal('1');
    await remove('borrowing');
    await remove('hosting');
  });

  it('stays out when a file of it is not as it was installed, which is named; the others start (7.13)', async () => {
    const other = await startTestPortal();
    const { home } = other;
    const files = { 'assets/picture.svg': '<svg/>', 'text.txt': 'one\ntwo\n' };
    for (const id of ['changed', 'deleted', 'added', 'endings', 'sound'])
      expect((await other.command(['modules', 'install', await packages.pack({ id, files })])).exitCode).to.equal(0);
    await other.stop({ keep: true });
    const at = (id: string, path: string): string =>
      join(home, 'modules', id, readdirSync(join(home, 'modules', id))[0] ?? '', path);
    appendFileSync(at('changed', 'module.js'), ' ');
    rmSync(at('deleted', 'assets/picture.svg'));
    writeFileSync(at('added', 'assets/more.txt'), '');
    writeFileSync(at('endings', 'text.txt'), 'one\r\ntwo\r\n');
    const again = await startTestPortal({ home });
    try {
      const { out } = await again.command(['modules', 'list']);
      const line = (id: string): string => out.split('\n').find((each) => each.startsWith(`${id} `)) ?? '';
      expect(line('changed')).to.include('unreadable').and.include('module.js was changed');
      expect(line('deleted')).to.include('assets/picture.svg is missing');
      expect(line('added')).to.include('assets/more.txt was added');
      expect(line('endings')).to.include('text.txt was changed');
      expect(line('sound')).to.include('active');
      expect((await again.agent().get('/sound')).text).to.equal('1.0.0');
      expect((await again.agent().get('/changed')).status).to.equal(404);
      const mended = await again.command(['modules', 'install', await packages.pack({ id: 'changed', files })]);
      expect(mended.out).to.equal('changed 1.0.0 is installed, and is active.\n');
      expect((await again.agent().get('/changed')).text).to.equal('1.0.0');
      const updated = await again.command(['modules', 'update', await packages.pack({ id: 'added', files })]);
      expect(updated.out).to.match(/^added 1\.0\.0 is installed now.*, and is active\.$/m);
      expect((await again.command(['modules', 'remove', 'deleted'])).exitCode).to.equal(0);
      expect((await again.command(['modules', 'list'])).out).not.to.match(/^(?:changed|deleted|added) .*unreadable/m);
    } finally {
      await again.stop();
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('stays out as well when its code imports one that stays out, and names it', async () => {
    const hosting = await packages.pack({
      id: 'lending',
      json: { exports: { '.': './module.js', './api': './api.js' } },
      files: { 'api.js': `export const constant = 'a';` },
    });
    const borrowing = (id: string, from: string): Promise<string> =>
      packages.pack({
        id,
        json: {
          exports: { '.': './module.js', './api': './api.js' },
          peerDependencies: { [from]: '>=1.0.0' },
        },
        files: {
          'api.js': `export { constant } from '${from}/api';`,
          'module.js': answering(id, '(constant)', `import { constant } from '${from}/api';`),
        },
      });
    const other = await startTestPortal();
    const { home } = other;
    const installed = [
      hosting,
      // Named so that they are looked at before and after what they import.
      await borrowing('borrowing', '@acme/lending'),
      await borrowing('twice', '@acme/borrowing'),
      await packages.pack({ id: 'apart' }),
    ];
    for (const file of installed) expect((await other.command(['modules', 'install', file])).exitCode).to.equal(0);
    expect((await other.agent().get('/twice')).text).to.equal('a');
    await other.stop({ keep: true });
    const folderOf = (id: string): string => join(home, 'modules', id, readdirSync(join(home, 'modules', id))[0] ?? '');
    const api = join(folderOf('lending'), 'api.js');
    const was = readFileSync(api, 'utf8');
    writeFileSync(api, was.replace("'a'", "'changed'"));
    let again = await startTestPortal({ home });
    try {
      const { out } = await again.command(['modules', 'list']);
      const line = (id: string): string => out.split('\n').find((each) => each.startsWith(`${id} `)) ?? '';
      expect(line('lending')).to.include('unreadable').and.include('api.js was changed');
      expect(line('borrowing')).to.include('unreadable').and.include('its code imports @acme/lending, which stays out itself');
      expect(line('twice')).to.include('unreadable').and.include('its code imports @acme/borrowing, which stays out itself');
      for (const id of ['borrowing', 'twice']) {
        expect((await again.agent().get(`/${id}`)).status, id).to.equal(404);
        expect(existsSync(join(folderOf(id), 'node_modules')), id).to.equal(false);
      }
      expect((await again.agent().get('/apart')).text).to.equal('1.0.0');
      await again.stop({ keep: true });
      writeFileSync(api, was);
      again = await startTestPortal({ home });
      for (const id of ['borrowing', 'twice']) expect((await again.agent().get(`/${id}`)).text, id).to.equal('a');
    } finally {
      await again.stop();
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('is not the portal’s own for its name, whether it is installed or lies in a folder of the operator', async () => {
    const named = { id: 'posing', json: { name: '@portico/posing' } };
    const said = 'he name @portico/posing begins as those of the portal itself do; give the package a scope of your own.';
    const file = await packages.pack(named);
    expect(JSON.parse((await run('modules', 'plan', file, '--json')).out).problems).to.deep.equal([`T${said}`]);
    expect(await refused('modules', 'install', file)).to.include(
      `posing 1.0.0 (acme-posing-1.0.0.tgz) cannot be installed: t${said}`,
    );
    const folder = await packages.unpacked(named);
    mkdirSync(join(folder, 'node_modules/@portico'), { recursive: true });
    symlinkSync(join(root, 'core'), join(folder, 'node_modules/@portico/core'), 'dir');
    const own = join(root, 'modules');
    const config = { modulePaths: [own, folder], safeMode: true };
    const safe = await startTestPortal({ config });
    try {
      expect(safe.modules.status('posing')?.leftOut).to.equal('safe-mode');
      expect(
        safe.modules
          .list()
          .filter(({ leftOut }) => leftOut)
          .map(({ id }) => id),
      ).to.deep.equal(['posing']);
    } finally {
      await safe.stop();
    }
  });
});
