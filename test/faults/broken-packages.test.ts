import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fillDisk, smallDisk } from '@portico/core/testing';
import { expect } from 'chai';
import { tablesOf } from '../support/earlier-states.js';
import { answering, archiveOf, type ModulePackage, ModulePackages } from '../support/module-packages.js';
import { PortalProcess, portico } from '../support/portal-process.js';

const root = resolve(import.meta.dirname, '../../..');

const id = 'bad';
const code = (text: string, more: Partial<ModulePackage> = {}): ModulePackage => ({
  id,
  ...more,
  files: { 'module.js': `import * as core from '@portico/core';\n${text}`, ...more.files },
});
/** A module with one class that runs. */
const running = (members: string, imports = ''): ModulePackage =>
  code(`${imports}
class Run { ${members} }
core.injectable()(Run);
export default core.defineModule(({ run }) => run(Run));`);
/** A module whose routes are this class. */
const serving = (members: string): ModulePackage =>
  code(`class Pages { ${members} }
core.injectable()(Pages);
export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));`);
const beside = (files: Readonly<Record<string, string>>): ModulePackage => ({
  id,
  files: { 'module.js': answering(id, 'here'), ...files },
});
const nothing = 'export default core.defineModule(() => {});';
const migrating = (text: string): ModulePackage => ({
  id,
  manifest: { migrations: 'migrations.js' },
  files: { 'migrations.js': text },
});
const net = `import { createServer } from 'node:net';`;
const takesPort = `createServer().once('error', no).listen(Number(process.env.PORT), '127.0.0.1', yes)`;

const cannot = 'bad 1.0.0 (acme-bad-1.0.0.tgz) cannot be installed: ';
const loading = `${cannot}its code cannot be loaded: `;
const failed = 'bad 1.0.0 does not run here; it is failed: Failed in ';
const unusable = 'The package acme-bad-1.0.0.tgz cannot be used: ';
const mend = '; mend it and pack it again.';

/** What is wrong with a package, and what is said to who installs it. */
const kinds: Readonly<Record<string, readonly [ModulePackage, string]>> = {
  'that is no code': [code('export default = ;'), `${loading}SyntaxError: Unexpected token '=' (in module.js)${mend}`],
  'with an inner file that is no code': [
    { id, files: { 'module.js': answering(id, 'here', `import './inner.js';`), 'inner.js': 'export const = 1;' } },
    `${loading}SyntaxError: Unexpected token '=' (in inner.js)${mend}`,
  ],
  'that imports a file which is not in it': [
    code(`import './gone.js';\n${nothing}`),
    `${cannot}module.js imports ./gone.js, which is not in it; build the module before it is packed.`,
  ],
  'that imports a package which is not in it': [
    code(`import 'left-pad';\n${nothing}`),
    `${cannot}module.js imports left-pad, which is not in the package; name it under bundleDependencies.`,
  ],
  'that imports a name which is not there': [
    code(`import { nobody } from '@portico/core';\n${nothing}`),
    `${loading}SyntaxError: The requested module '@portico/core' does not provide an export named 'nobody' (in module.js:2)${mend}`,
  ],
  'without a default export': [
    code('export const module = core.defineModule(() => {});'),
    `${loading}its entry must export defineModule(...) as its default${mend}`,
  ],
  'whose default export is something else': [
    code('export default class Module {}'),
    `${loading}its entry must export defineModule(...) as its default${mend}`,
  ],
  'that throws while it is imported': [code(`throw new Error('not today');`), `${loading}not today (in module.js:2)${mend}`],
  'that throws while it declares': [
    code(`export default core.defineModule(() => { throw new Error('no plan'); });`),
    `${loading}no plan (in module.js:2)${mend}`,
  ],
  'whose entities throw': [
    { id, manifest: { entities: 'entities.js' }, files: { 'entities.js': `throw new Error('no entities');` } },
    `${loading}no entities (in entities.js:1)${mend}`,
  ],
  'that throws while its classes are made': [
    running(`constructor() { throw new Error('dropped it'); }`),
    `${failed}create: Run cannot be made: dropped it (in module.js:3)${mend}`,
  ],
  'that throws while its routes are registered': [
    serving(`prefix = '/bad'; register() { throw new Error('no routes'); }`),
    `bad 1.0.0 does not run here; its contribution Pages to portico.http-routes cannot be used: no routes (in module.js:2)${mend}`,
  ],
  'with a route that does not say who may call it': [
    serving(`prefix = '/bad'; register(router) { router.get('/', undefined, () => {}); }`),
    `bad 1.0.0 does not run here; its contribution Pages to portico.http-routes cannot be used: GET /bad does not declare who may call it (in module.js:2)${mend}`,
  ],
  'that throws while it starts': [
    running(`onStart() { throw new Error('not started'); }`),
    `${failed}start: not started (in module.js:3)${mend}`,
  ],
  'whose start is rejected': [
    running(`async onStart() { await null; throw new Error('unwanted'); }`),
    `${failed}start: unwanted (in module.js:3)${mend}`,
  ],
  'with a key in its manifest that there is not': [
    { id, manifest: { requirs: {} } },
    `${unusable}Package @acme/bad: "portico.requirs" is not a key that modules have${mend}`,
  ],
  'without a section of its own': [
    { id, json: { portico: undefined } },
    `${unusable}its package.json has no section "portico", so it is no module${mend}`,
  ],
  'whose package.json is none': [
    { id, files: { 'package.json': '{ "name": ' } },
    `${unusable}its package.json cannot be read (Unexpected end of JSON input)${mend}`,
  ],
  'that was not built': [
    { id, json: { exports: { '.': './dist/module.js' } } },
    `${unusable}exports["."] names ./dist/module.js, which is not in it; build the module before it is packed.`,
  ],
  'of the id of a module of the portal': [
    { id: 'web-content' },
    `web-content 1.0.0 (acme-web-content-1.0.0.tgz) cannot be installed: the module web-content is there already: it comes with this portal, or lies in MODULES/web-content; give this one another id.`,
  ],
  'of the name of another installed package': [
    { id, json: { name: '@acme/neighbour' } },
    `${cannot}the package @acme/neighbour is there already, as the module neighbour; remove that one first.`,
  ],
  'with addresses of the portal': [
    { id, files: { 'module.js': answering('documents-media', 'mine') } },
    `${cannot}addresses under /documents-media belong to documents-media; choose others.`,
  ],
  'with addresses of another installed module': [
    { id, files: { 'module.js': answering('neighbour', 'mine') } },
    `${cannot}addresses under /neighbour belong to neighbour; choose others.`,
  ],
  'with a view that cannot be read': [
    beside({ 'views/page.hbs': '{{#if title}}\n<p>' }),
    `${failed}prepare: The view views/page.hbs cannot be read: Parse error on line 2: {{#if title}}<p> Expecting 'OPEN_INVERSE_CHAIN', 'INVERSE', 'OPEN_ENDBLOCK', got 'EOF'${mend}`,
  ],
  'with a view that asks for what there is not': [
    beside({ 'views/page.hbs': '<p>\n{{shout title}}</p>' }),
    `${failed}prepare: The view views/page.hbs cannot be used: there is no helper "shout" (line 2)${mend}`,
  ],
  'with messages that are no JSON': [
    beside({ 'messages/en.json': '{ "bad.title": ' }),
    `${cannot}the messages in messages/en.json cannot be read: Unexpected end of JSON input${mend}`,
  ],
  'with a message that cannot be read': [
    beside({ 'messages/en.json': '{ "bad.title": "{count, plural, one {x}" }' }),
    `${cannot}the message bad.title in messages/en.json cannot be read: missing other clause at 1:24${mend}`,
  ],
  'with a sentence that takes what there is not': [
    beside({ 'messages/en.json': '{}', 'messages/sentences.de.json': '{ "{count} cups": "{number} Tassen" }' }),
    `${cannot}the sentence "{count} cups" in messages/sentences.de.json cannot be translated: it takes {number}, which the sentence does not have${mend}`,
  ],
  'with messages of no language': [
    beside({ 'messages/english!.json': '{}' }),
    `${cannot}the messages in messages/english!.json cannot be used: its name is not that of a language${mend}`,
  ],
  'with a migration that fails': [
    migrating(
      `export default [class { name = 'Fails'; async up(r) { await r.query('CREATE TABLE bad_thing (id TEXT)'); await r.query('INSERT INTO nowhere VALUES (1)'); } async down() {} }];`,
    ),
    `${failed}prepare: A migration of bad cannot be applied: It failed, and the database is as it was before it (in migrations.js:1) (Fails: no such table: nowhere)${mend}`,
  ],
  'for another portal': [
    { id, json: { peerDependencies: { '@portico/core': '^99.0.0' } } },
    `${cannot}it is written for @portico/core ^99.0.0, and this portal has CORE; take a version that fits.`,
  ],
  'for a range that is none': [
    { id, json: { peerDependencies: { '@portico/core': 'newest' } } },
    `${unusable}peerDependencies asks for @portico/core "newest", which is no range of versions${mend}`,
  ],
  'for another version of what there is': [
    { id, manifest: { requires: { 'neighbour.thing': '^9.0.0' } } },
    `${cannot}needs neighbour.thing ^9.0.0, but neighbour offers 1.0.0; take a version that fits.`,
  ],
  'that needs what there is not': [
    { id, manifest: { requires: { 'moon.light': '^1.0.0' } } },
    `${cannot}needs moon.light ^1.0.0, which nothing installed offers; install what offers it first.`,
  ],
  'that waits at its top for what never comes': [
    code(`await new Promise(() => {});\n${nothing}`),
    `${loading}it waits at its top level for something that never comes (await)${mend}`,
  ],
  'that is never loaded': [
    code(`setInterval(() => {}, 1000);\nawait new Promise(() => {});\n${nothing}`),
    `${loading}loading its code did not come to an end within 15 seconds${mend}`,
  ],
  'that loops while it is loaded': [
    code(`for (;;);\n${nothing}`),
    `${loading}loading its code did not come to an end within 15 seconds${mend}`,
  ],
  'that ends the process while it is loaded': [
    code(`process.exit(3);\n${nothing}`),
    `${loading}loading its code ended the process (exit code 3)${mend}`,
  ],
  'that fills the memory while it is loaded': [
    code(`const all = [];\nfor (;;) all.push(new Array(1e6).fill(all.length));\n${nothing}`),
    `${loading}loading its code ended the process (SIGABRT)${mend}`,
  ],
  'that never starts': [
    running('onStart() { return new Promise(() => {}); }'),
    `${failed}start: onStart did not finish within 10000 ms${mend}`,
  ],
  'that ends the process when it starts': [
    running('onStart() { process.exit(4); }'),
    `${failed}start: The module bad called process.exit; the process belongs to the portal, and goes on (in module.js:3)${mend}`,
  ],
  'that wants a port which is taken': [
    running(`onStart() { return new Promise((yes, no) => ${takesPort}); }`, net),
    `${failed}start: listen EADDRINUSE: address already in use 127.0.0.1:PORT${mend}`,
  ],
};

/** Asks for three pages all the time, and keeps every answer that is not as the first ones were. */
class Asking {
  readonly wrong: string[] = [];
  count = 0;
  private isOver = false;
  private readonly all: Promise<unknown>;

  /** @param paths and what they answer, where that matters. */
  constructor(url: string, paths: Readonly<Record<string, string | undefined>>) {
    this.all = Promise.all(Object.entries(paths).map(([path, text]) => this.ask(url + path, text)));
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.all;
  }

  private async ask(address: string, text: string | undefined): Promise<void> {
    while (!this.isOver) {
      const said = await fetch(address).then(
        async (answer) => `${answer.status} ${text === undefined ? '' : await answer.text()}`,
        (error: Error) => error.message,
      );
      this.count += 1;
      if (said !== `200 ${text ?? ''}`) this.wrong.push(`${address}: ${said}`);
      await delay(20);
    }
  }
}

describe('a running portal that is given a broken package', function () {
  this.timeout(120_000);
  let home: string;
  let packages: ModulePackages;
  let portal: PortalProcess;
  let asking: Asking;
  const thing = 'class Thing {}\ncore.injectable()(Thing);';
  const provides = `({ contribute, provide }) => { contribute(core.HttpRoutes).to(Pages); provide(core.serviceToken('neighbour.thing')).to(Thing); }`;
  const neighbour = (version: string, more: Partial<ModulePackage> = {}): ModulePackage => ({
    id: 'neighbour',
    version,
    manifest: { provides: { 'neighbour.thing': '1.0.0' } },
    files: {
      'module.js': answering('neighbour', version, thing).replace(
        '({ contribute }) => contribute(core.HttpRoutes).to(Pages)',
        provides,
      ),
    },
    ...more,
  });
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-broken-'));
    packages = await ModulePackages.create();
    portal = await PortalProcess.start(home);
    expect((await portico(home, 'modules', 'install', await packages.pack(neighbour('1.0.0')))).code).to.equal(0);
    asking = new Asking(portal.url, { '/neighbour': '1.0.0', '/health/live': undefined, '/sign-in': undefined });
  });
  afterEach(() => expect(asking.wrong).to.deep.equal([]));
  after(async () => {
    await asking?.end();
    portal?.kill('SIGTERM');
    expect(await portal?.ended).to.equal(0);
    rmSync(home, { recursive: true, force: true });
    await packages?.remove();
  });

  /** What lies in the store, besides what the portal gives. */
  const stored = (): readonly string[] =>
    readdirSync(join(home, 'modules')).flatMap((each) =>
      each === 'node_modules'
        ? []
        : readdirSync(join(home, 'modules', each)).map((version) => `${each}/${version.split('-')[0]}`),
    );
  /** Is not taken, for this reason; and all is as it was, but for the audit log. */
  const refused = async (
    sentence: string,
    verb: 'install' | 'update',
    file: string,
    ...more: readonly string[]
  ): Promise<void> => {
    const [before, asked] = [stored(), asking.count];
    const { code: exitCode, out } = await portico(home, 'modules', verb, file, ...more);
    expect(out).to.equal(`${sentence}\n`);
    expect(exitCode).to.equal(1);
    expect(sentence.slice(0, -1)).not.to.match(/\. /);
    expect(sentence).to.match(/;.*\.$/);
    expect(stored()).to.deep.equal(before);
    expect(asking.count).to.be.greaterThan(asked);
    const entries = tablesOf(home).get('portico_audit') ?? [];
    const { area, action, reason, via } = entries.at(-1) ?? {};
    expect({ area, action, reason, via }).to.deep.equal({ area: 'modules', action: 'refused', reason: sentence, via: 'command' });
  };
  const archive = async (more: Parameters<typeof archiveOf>[1], cut?: number): Promise<string> => {
    const file = join(packages.folder, 'acme-bad-1.0.0.tgz');
    await writeFile(file, archiveOf(packages.filesOf({ id }), more).subarray(0, cut));
    return file;
  };

  for (const [what, [said, sentence]] of Object.entries(kinds))
    it(`refuses one ${what}, says why, and is as before`, async () => {
      const { version } = JSON.parse(readFileSync(join(root, 'core/package.json'), 'utf8')) as { version: string };
      const expected = sentence
        .replace('CORE', version)
        .replace('PORT', new URL(portal.url).port)
        .replace('MODULES', join(root, 'modules'));
      await refused(expected, 'install', await packages.pack(said));
    });

  it('refuses one whose archive leads out, has a link, is a bomb, or is cut off, and writes nothing outside', async () => {
    const unusableArchives: readonly (readonly [string, Parameters<typeof archive>])[] = [
      [
        '"package/../../../escaped.js" is no path inside of it; mend it and pack it again.',
        [[{ path: 'package/../../../escaped.js', content: 'x' }]],
      ],
      [
        'package/secret is no file (SymbolicLink); a package has files and folders only, and no links; mend it and pack it again.',
        [[{ path: 'package/secret', type: 'SymbolicLink', linkpath: '/etc/passwd' }]],
      ],
      [
        'package/secret is no file (Link); a package has files and folders only, and no links; mend it and pack it again.',
        [[{ path: 'package/secret', type: 'Link', linkpath: 'package/package.json' }]],
      ],
      [
        'it becomes larger than 16 MB when it is unpacked; mend it and pack it again.',
        [[{ path: 'package/zeros', content: Buffer.alloc(17 * 1024 * 1024) }]],
      ],
      ['the archive is damaged or cut off (unexpected end of file); fetch it again, or pack it again.', [[], 300]],
    ];
    for (const [sentence, content] of unusableArchives) await refused(unusable + sentence, 'install', await archive(...content));
    expect(existsSync(join(home, 'modules/escaped.js')) || existsSync(join(home, 'escaped.js'))).to.equal(false);
  });

  it('refuses one that is not what was announced, or whose signature is none', async () => {
    const file = await archive([]);
    await refused(
      `${unusable}its bytes are not those of the integrity that was named; fetch it again.`,
      'install',
      file,
      '--integrity',
      `sha512-${'A'.repeat(86)}==`,
    );
    await writeFile(`${file}.sig`, 'bm9uc2Vuc2U=');
    await refused(
      `${unusable}its signature is none, which would be 64 bytes in base64; fetch both again, or have it signed with one of moduleSigning.trustedKeys.`,
      'install',
      file,
    );
    rmSync(`${file}.sig`);
  });

  it('refuses one that is not there', async () => {
    const file = join(packages.folder, 'gone.tgz');
    await refused(`There is no file ${file}; name an archive, a folder, or a package of the registry.`, 'install', file);
  });

  describe('for an installed module', () => {
    const cannotUpdate = (version: string): string => `neighbour ${version} (acme-neighbour-${version}.tgz) cannot be updated: `;

    it('keeps it when another package calls itself the same', async () => {
      const file = await packages.pack(neighbour('2.0.0', { json: { name: '@evil/neighbour' } }));
      const why = 'the module neighbour is installed from the package @acme/neighbour, and this is @evil/neighbour';
      await refused(`${cannotUpdate('2.0.0')}${why}; remove that one first.`, 'update', file);
    });

    it('keeps it when the version is an older one', async () => {
      const why =
        '0.9.0 is older than 1.0.0, which is installed; portico modules rollback neighbour goes back to the version before';
      await refused(`${cannotUpdate('0.9.0')}${why}.`, 'update', await packages.pack(neighbour('0.9.0')));
    });

    it('keeps it when the next version would need what needs it', async () => {
      const dependent: ModulePackage = {
        id: 'dependent',
        manifest: { requires: { 'neighbour.thing': '^1.0.0' }, provides: { 'dependent.thing': '1.0.0' } },
        files: {
          'module.js': `import * as core from '@portico/core';\n${thing}
            export default core.defineModule(({ provide }) => provide(core.serviceToken('dependent.thing')).to(Thing));`,
        },
      };
      expect((await portico(home, 'modules', 'install', await packages.pack(dependent))).code).to.equal(0);
      const provided = { 'neighbour.thing': '1.0.0' };
      const next = neighbour('1.1.0', { manifest: { provides: provided, requires: { 'dependent.thing': '^1.0.0' } } });
      const why = 'Requirements go in a circle: neighbour -> dependent -> neighbour; take a requirement out of one of them';
      await refused(`${cannotUpdate('1.1.0')}${why}.`, 'update', await packages.pack(next));
      expect((await portico(home, 'modules', 'remove', 'dependent')).code).to.equal(0);
    });

    it('runs it on when the next version fails in a migration, or as it starts', async () => {
      const start = 'neighbour 1.1.0 does not run here; it is failed: Failed in ';
      const failing = neighbour('1.1.0', {
        manifest: { provides: { 'neighbour.thing': '1.0.0' }, migrations: 'migrations.js' },
        files: {
          ...neighbour('1.1.0').files,
          'migrations.js': `export default [class { name = 'Fails'; async up(r) { await r.query('INSERT INTO nowhere VALUES (1)'); } async down() {} }];`,
        },
      });
      await refused(
        `${start}prepare: A migration of neighbour cannot be applied: It failed, and the database is as it was before it (in migrations.js:1) (Fails: no such table: nowhere); 1.0.0 runs on, mend it and pack it again.`,
        'update',
        await packages.pack(failing),
      );
      const throwing = neighbour('1.1.0', {
        manifest: {},
        files: {
          'module.js': `import * as core from '@portico/core';
class Run { onStart() { throw new Error('not this one'); } }
core.injectable()(Run);
export default core.defineModule(({ run }) => run(Run));`,
        },
      });
      await refused(
        `${start}start: not this one (in module.js:2); 1.0.0 runs on, mend it and pack it again.`,
        'update',
        await packages.pack(throwing),
      );
    });
  });

  const logged = (sentence: string): readonly Record<string, unknown>[] =>
    portal.log
      .split('\n')
      .filter((line) => line.includes(sentence))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const installed = async (said: ModulePackage): Promise<void> => {
    const { code: exitCode, out } = await portico(home, 'modules', 'install', await packages.pack(said));
    expect(exitCode, out).to.equal(0);
  };
  const isRemoved = async (): Promise<void> => {
    const { code: exitCode, out } = await portico(home, 'modules', 'remove', id);
    expect(exitCode, out).to.equal(0);
    expect(stored()).to.deep.equal(['neighbour/1.0.0']);
  };

  it('lives on with one that rejects, and with one whose server nobody hears when its port is taken; both are named', async () => {
    await installed(running(`onStart() { void Promise.reject(new Error('unwanted')); }`));
    await isRemoved();
    await installed(running(`onStart() { createServer().listen(Number(process.env.PORT), '127.0.0.1'); }`, net));
    await isRemoved();
    const errors = logged('Nobody caught an error.').map(({ module, error }) => [module, (error as Error).message]);
    expect(errors).to.deep.equal([
      [id, 'unwanted'],
      [id, `listen EADDRINUSE: address already in use 127.0.0.1:${new URL(portal.url).port}`],
    ]);
  });

  it('updates and removes one with a request that never ends, and one that does not want to stop', async () => {
    const endless = (version: string): ModulePackage => ({
      ...serving(`prefix = '/bad'; register(router) {
        router.get('/', { access: 'public' }, (ctx) => { ctx.body = '${version}'; });
        router.get('/endless', { access: 'public' }, () => new Promise(() => {}));
      }
      onStop() { throw new Error('I stay'); }`),
      version,
    });
    await installed(endless('1.0.0'));
    const leaving = new AbortController();
    const open = fetch(`${portal.url}/bad/endless`, { signal: leaving.signal }).catch(() => 'left');
    const { code: exitCode, out } = await portico(home, 'modules', 'update', await packages.pack(endless('1.1.0')));
    expect([exitCode, out]).to.deep.equal([0, 'bad 1.1.0 is installed now in place of 1.0.0, and is active.\n']);
    expect(await (await fetch(`${portal.url}/bad`)).text()).to.equal('1.1.0');
    leaving.abort();
    expect(await open).to.equal('left');
    await isRemoved();
  });
});

describe('a portal whose disk is full while a package is unpacked', function () {
  this.timeout(120_000);

  it('says so, leaves nothing of it, and installs it when there is room again', async () => {
    const place = mkdtempSync(join(tmpdir(), 'portico-full-'));
    const wrap = smallDisk(place, 48);
    const packages = await ModulePackages.create();
    const portal = await PortalProcess.start(join(place, 'data'), 'start', {}, wrap);
    try {
      const home = portal.inside(join(place, 'data'));
      const filler = portal.inside(join(place, 'filler'));
      const file = await packages.pack({
        id,
        files: { 'module.js': answering(id, 'here'), 'picture.bin': randomBytes(6_000_000) },
      });
      fillDisk(filler);
      truncateSync(filler, readFileSync(filler).length - 4_000_000);
      const asking = new Asking(portal.url, { '/health/live': undefined, '/sign-in': undefined });
      const { code: exitCode, out } = await portico(home, 'modules', 'install', file);
      const sentence = `bad 1.0.0 cannot be written into ${join(place, 'data/modules')}: the disk is full, so this was not saved; free some space, then try again.`;
      expect([exitCode, out]).to.deep.equal([1, `${sentence}\n`]);
      expect(readdirSync(join(home, 'modules')).filter((name) => name !== 'node_modules')).to.deep.equal([]);
      rmSync(filler);
      expect((await portico(home, 'modules', 'install', file)).out).to.equal('bad 1.0.0 is installed, and is active.\n');
      expect(await (await fetch(`${portal.url}/bad`)).text()).to.equal('here');
      await asking.end();
      expect(asking.wrong).to.deep.equal([]);
    } finally {
      portal.kill('SIGTERM');
      await portal.ended;
      await packages.remove();
      rmSync(place, { recursive: true, force: true });
    }
  });
});
