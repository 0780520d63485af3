import { mkdtempSync, readdirSync, rmSync, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveOf } from './support/broken-packages.js';
import { answering, type ModulePackage, ModulePackages } from './support/module-packages.js';
import { PortalProcess, portico } from './support/portal-process.js';

const id = 'bad';
const code = (text: string): ModulePackage => ({ id, files: { 'module.js': `import * as core from '@portico/core';\n${text}` } });
const starting = (text: string, more = ''): ModulePackage =>
  code(`${more}\nclass Run { onStart(lifetime) { ${text} } } core.injectable()(Run); export default core.defineModule(({ run }) => run(Run));`);
const page = answering(id, 'x');
const kinds: Record<string, ModulePackage> = {
  syntax: code('export default core.defineModule(( => {});'),
  'syntax inside': { id, files: { 'module.js': answering(id, 'x', `import './inner.js';`), 'inner.js': 'export const = 1;' } },
  'missing file': code(`import './gone.js'; export default core.defineModule(() => {});`),
  'missing package': code(`import 'left-pad'; export default core.defineModule(() => {});`),
  'missing name': code(`import { nothing } from '@portico/core'; export default core.defineModule(() => {});`),
  'no default': code(`export const module = core.defineModule(() => {});`),
  'default class': code(`export default class Module {}`),
  'throw import': code(`throw new Error('not today');`),
  'throw setup': code(`export default core.defineModule(() => { throw new Error('no plan'); });`),
  'throw create': code(`class Run { constructor() { throw new Error('dropped it'); } } core.injectable()(Run); export default core.defineModule(({ run }) => run(Run));`),
  'throw routes': code(`class P { prefix = '/bad'; register(r) { throw new Error('no routes'); } } core.injectable()(P); export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(P));`),
  'undeclared route': code(`class P { prefix = '/bad'; register(r) { r.get('/', undefined, () => {}); } } core.injectable()(P); export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(P));`),
  'throw start': starting(`throw new Error('not started');`),
  'throw entities': { id, manifest: { entities: 'entities.js' }, files: { 'entities.js': `throw new Error('no entities');` } },
  'manifest key': { id, manifest: { requirs: {} } },
  'manifest id': { id: 'Bad Id' },
  'no portico': { id, json: { portico: undefined } },
  'not json': { id, files: { 'package.json': '{ "name": ' } },
  'no version': { id, version: 'one' },
  'no entry': { id, json: { exports: { '.': './dist/module.js' } } },
  'dup portal': { id: 'web-content' },
  'dup installed': { id: 'neighbour', version: '2.0.0', json: { name: '@evil/neighbour' } },
  'dup package name': { id, json: { name: '@acme/neighbour' } },
  'prefix portal': { id, files: { 'module.js': answering('documents-media', 'x') } },
  'prefix neighbour': { id, files: { 'module.js': answering('neighbour', 'x') } },
  'prefix manifest': { id, manifest: { routes: ['/neighbour'] } },
  'view syntax': { id, files: { 'module.js': page, 'views/page.hbs': '{{#if a}}<p>' } },
  'view helper': { id, files: { 'module.js': page, 'views/page.hbs': '<p>\n{{shout title}}</p>' } },
  'messages json': { id, files: { 'module.js': page, 'messages/en.json': '{ "bad.title": ' } },
  'messages icu': { id, files: { 'module.js': page, 'messages/en.json': '{ "bad.title": "{count, plural, one {x}" }' } },
  'messages language': { id, files: { 'module.js': page, 'messages/english!.json': '{}' } },
  migration: { id, manifest: { migrations: 'migrations.js' }, files: { 'migrations.js': `export default [class { name = 'Fails'; async up(r) { await r.query('CREATE TABLE bad_thing (id TEXT)'); await r.query('INSERT INTO nowhere VALUES (1)'); } async down() {} }];` } },
  'range core': { id, json: { peerDependencies: { '@portico/core': '^99.0.0' } } },
  'range no range': { id, json: { peerDependencies: { '@portico/core': 'newest' } } },
  'range service': { id, manifest: { requires: { 'neighbour.thing': '^9.0.0' } } },
  'missing requirement': { id, manifest: { requires: { 'moon.light': '^1.0.0' } } },
  rejection: starting(`void Promise.reject(new Error('unwanted'));`),
  'rejection start': starting(`return Promise.reject(new Error('unwanted'));`),
  'load top await': code('await new Promise(() => {}); export default core.defineModule(() => {});'),
  'load hang': code('setInterval(() => {}, 1000); await new Promise(() => {}); export default core.defineModule(() => {});'),
  'load loop': code('for (;;); export default core.defineModule(() => {});'),
  'load exit': code('process.exit(0); export default core.defineModule(() => {});'),
  'load leak': code('const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); export default core.defineModule(() => {});'),
  'start hang': starting('return new Promise(() => {});'),
  'port taken': starting(`return new Promise((yes, no) => createServer().once('error', no).listen(Number(process.env.PORT), '127.0.0.1', yes));`, `import { createServer } from 'node:net';`),
  'port taken unheard': starting(`createServer().listen(Number(process.env.PORT), '127.0.0.1');`, `import { createServer } from 'node:net';`),
  'start exit': starting(`process.exit(4);`),
};

describe('draft', function () {
  this.timeout(400_000);
  it('shows', async () => {
    const home = mkdtempSync(join(tmpdir(), 'portico-bad-'));
    const packages = await ModulePackages.create();
    let portal = await PortalProcess.start(home);
    const wanted = process.env.KIND?.split(',');
    try {
      console.log(await portico(home, 'modules', 'install', await packages.pack({ id: 'neighbour', manifest: { provides: { 'neighbour.thing': '1.0.0' } }, files: { 'module.js': answering('neighbour', '1', `class T {} core.injectable()(T);`).replace('({ contribute }) => contribute(core.HttpRoutes).to(Pages)', `({ contribute, provide }) => { contribute(core.HttpRoutes).to(Pages); provide(core.serviceToken('neighbour.thing')).to(T); }`) } })));
      const show = async (name: string, file: string, verb = 'install', ...more: string[]): Promise<void> => {
        if (wanted && !wanted.includes(name)) return;
        const begin = Date.now();
        const { code, out } = await portico(home, 'modules', verb, file, ...more);
        const left = readdirSync(join(home, 'modules'), { recursive: true }).filter((each) => !/^(neighbour|node_modules)/.test(String(each)));
        console.log(`## ${name} [${code}] ${Date.now() - begin} ms left=${left}\n${out.trim()}`);
        if (code === 0) await portico(home, 'modules', 'remove', id, '--with-data');
      };
      for (const [name, said] of Object.entries(kinds)) { if (!wanted || wanted.includes(name)) await show(name, await packages.pack(said), name === 'dup installed' ? 'update' : 'install'); }
      const raw = async (name: string, bytes: Uint8Array): Promise<string> => { const f = join(packages.folder, name); await writeFile(f, bytes); return f; };
      const files = packages.filesOf({ id });
      await show('traversal', await raw('acme-bad-1.0.0.tgz', archiveOf(files, [{ path: 'package/../../../escaped.js', content: 'x' }])));
      await show('link', await raw('acme-bad-1.0.0.tgz', archiveOf(files, [{ path: 'package/secret', type: 'SymbolicLink', linkpath: '/etc/passwd' }])));
      await show('bomb', await raw('acme-bad-1.0.0.tgz', archiveOf(files, [{ path: 'package/zeros', content: Buffer.alloc(100 << 20) }])));
      await show('cut', await raw('acme-bad-1.0.0.tgz', archiveOf(files, []).subarray(0, 300)));
      const good = await raw('acme-bad-1.0.0.tgz', archiveOf(files, []));
      await show('integrity', good, 'install', '--integrity', `sha512-${'A'.repeat(86)}==`);
      await writeFile(`${good}.sig`, 'bm9uc2Vuc2U=');
      await show('signature', good);
      await show('gone', join(packages.folder, 'gone.tgz'));
      console.log(existsSync(join(packages.folder, 'escaped.js')));
      console.log((await fetch(`${portal.url}/neighbour`)).status);
      console.log((await portico(home, 'modules', 'list')).out.split('\n').filter((l) => !/active/.test(l)).join('\n'));
    } finally {
      console.log(portal.log.slice(-6000));
      portal.kill('SIGTERM');
      console.log(await portal.ended);
      rmSync(home, { recursive: true, force: true });
      await packages.remove();
    }
  });
});
