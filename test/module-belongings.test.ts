import { existsSync } from 'node:fs';
import { BlobStore, type StoredBlob, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { tablesOf } from './support/earlier-states.js';
import { answering, ModulePackages } from './support/module-packages.js';

describe('what a module leaves when it is removed', function () {
  this.timeout(60_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  let file: string;
  before(async () => {
    packages = await ModulePackages.create();
    const declared = `({ contribute, flag }) => {
      flag(core.defineFlag('leaving.new', { type: 'beta', title: 'New', default: false }));
      contribute(core.HttpRoutes).to(Pages);
      contribute(core.Permissions).value({ id: 'leaving.scan', label: 'scan', scope: 'instance', defaultRoles: [] }, { id: 'scan' });
      contribute(SettingsDefinitions).value({ id: 'leaving', section: 'platform', title: 'title', scopes: ['instance'], fields: {
        color: { type: 'text', label: 'color', default: '' }, key: { type: 'secret', label: 'key' } } }, { id: 'leaving' });
    }`;
    file = await packages.pack({
      id: 'leaving',
      manifest: {
        optional: { 'configuration.settings-definitions': '^1.0.0' },
        flags: { 'leaving.new': { type: 'beta', title: 'New', default: false } },
        migrations: 'migrations.js',
      },
      files: {
        'module.js': answering('leaving', '1', `import { SettingsDefinitions } from '@portico/configuration/api';`).replace(
          '({ contribute }) => contribute(core.HttpRoutes).to(Pages)',
          declared,
        ),
        'migrations.js': `export default [class { name = 'Make'; async up(runner) { await runner.query('CREATE TABLE leaving_scan (id TEXT)'); } async down() {} }];`,
        'messages/en.json': JSON.stringify({ title: 'Leaving', color: 'Color', key: 'Key', scan: 'Scan' }),
      },
    });
    portal = await startTestPortal();
  });
  after(async () => {
    await portal?.stop();
    await packages?.remove();
  });

  const run = async (...argv: readonly string[]): Promise<string> => {
    const { out, err } = await portal.command(argv);
    return out + err;
  };
  const decide = async (): Promise<void> => {
    await portal.command(['settings', 'set', 'leaving.color', 'red']);
    await portal.command(['settings', 'set', 'leaving.key', '-'], 'a secret of some length');
    await portal.command(['flags', 'set', 'leaving.new', 'on']);
    const administrator = await portal.signIn();
    await portal.post(administrator, '/identity/roles/operator', { permissions: ['leaving.scan'] });
  };
  const left = [
    'leaving 1.0.0 is removed.',
    '  Stays: tables: leaving_scan',
    '  Stays: flags: leaving.new',
    '  Stays: settings: leaving.color, leaving.key (secret)',
    '  Stays: grants: leaving.scan of the role Operator',
  ];

  it('is named, kept for when it comes back, and shown by doctor as nobody’s until then', async () => {
    await run('modules', 'install', file);
    await decide();
    expect((await run('modules', 'remove', 'leaving')).trimEnd().split('\n')).to.have.members(left);
    const doctor = await run('doctor');
    for (const name of ['leaving_scan', 'leaving.color', 'leaving.scan', 'leaving.new']) expect(doctor).to.include(name);
    await run('modules', 'install', file);
    expect(await run('settings', 'get', 'leaving.color')).to.include('red');
    expect(await run('flags', 'why', 'leaving.new')).to.match(/\bon\b/);
  });

  it('goes with its data: nothing of it is found any more, in memory neither, and it comes back empty', async () => {
    await run('modules', 'disable', 'leaving');
    const said = (await run('modules', 'remove', 'leaving', '--with-data')).trimEnd().split('\n');
    expect(said).to.have.members([
      ...left.map((line) => line.replace('Stays', 'Goes too')),
      '  Goes too: switch: disabled by an operator',
    ]);
    expect(await run('doctor')).not.to.include('leaving');
    const tables = [...tablesOf(portal.home)].filter(([name]) => !/audit/.test(name));
    expect(JSON.stringify(tables)).not.to.include('leaving');
    expect(await run('modules', 'install', file)).to.equal('leaving 1.0.0 is installed, and is active.\n');
    expect(await run('settings', 'get', 'leaving.color')).not.to.include('red');
    expect(await run('flags', 'why', 'leaving.new')).to.match(/\boff\b/);
    const page = await (await portal.signIn()).get('/identity/roles/operator');
    expect(page.text).to.match(/value="leaving\.scan"(?![^>]*checked)/);
  });

  it('stays where a module of another id has declared the same since', async () => {
    const declares = (id: string): Promise<string> =>
      packages.pack({
        id,
        manifest: {
          optional: { 'configuration.settings-definitions': '^1.0.0' },
          flags: { 'heirloom.new': { type: 'beta', title: 'New', default: false } },
        },
        files: {
          'module.js': `import * as core from '@portico/core';
            import { SettingsDefinitions } from '@portico/configuration/api';
            export default core.defineModule(({ contribute, flag }) => {
              flag(core.defineFlag('heirloom.new', { type: 'beta', title: 'New', default: false }));
              contribute(core.Permissions).value({ id: 'heirloom.scan', label: 'scan', scope: 'instance', defaultRoles: [] }, { id: 'scan' });
              contribute(SettingsDefinitions).value({ id: 'heirloom', section: 'platform', title: 'title', scopes: ['instance'], fields: {
                color: { type: 'text', label: 'color', default: '' } } }, { id: 'heirloom' });
            });`,
          'messages/en.json': JSON.stringify({ title: 'Heirloom', color: 'Color', scan: 'Scan' }),
        },
      });
    await run('modules', 'install', await declares('parent'));
    await run('settings', 'set', 'heirloom.color', 'red');
    await run('modules', 'remove', 'parent');
    expect(await run('modules', 'install', await declares('child'))).to.include('child 1.0.0 is installed, and is active.');
    await run('flags', 'set', 'heirloom.new', 'on');
    const administrator = await portal.signIn();
    await portal.post(administrator, '/identity/roles/operator', { permissions: ['heirloom.scan'] });
    const said = await run('modules', 'remove', 'parent', '--with-data');
    expect(said).to.include('What was kept of parent is removed.').and.not.include('heirloom');
    expect(await run('settings', 'get', 'heirloom.color')).to.include('red');
    expect(await run('flags', 'why', 'heirloom.new')).to.match(/\bon\b/);
    const page = await administrator.get('/identity/roles/operator');
    expect(page.text).to.match(/value="heirloom\.scan"[^>]*checked/);
    await run('modules', 'remove', 'child', '--with-data');
  });

  it('goes with the fields that it brings to the page of another, and nothing else of that page', async () => {
    const guest = await packages.pack({
      id: 'guest-key',
      manifest: { optional: { 'configuration.settings-additions': '^1.0.0' } },
      files: {
        'module.js': `import * as core from '@portico/core';
          import { SettingsAdditions } from '@portico/configuration/api';
          export default core.defineModule(({ contribute }) => contribute(SettingsAdditions).value({ page: 'leaving', fields: {
            guestKey: { type: 'secret', label: 'key' }, color: { type: 'text', label: 'key', default: '' } } }, { id: 'guest' }));`,
        'messages/en.json': JSON.stringify({ key: 'Key of the guest' }),
      },
    });
    if (!portal.modules.status('leaving')) await run('modules', 'install', file);
    expect(await run('modules', 'plan', guest)).to.include('configuration.settings-additions: leaving.guestKey');
    const bring = async (): Promise<void> => {
      await run('modules', 'install', guest);
      await portal.command(['settings', 'set', 'leaving.color', 'blue']);
      await portal.command(['settings', 'set', 'leaving.guestKey', '-'], 'a key of some length');
    };
    await bring();
    const stored = (): string => JSON.stringify(tablesOf(portal.home).get('configuration_setting'));
    expect(await run('modules', 'remove', 'guest-key')).to.equal(
      'guest-key 1.0.0 is removed.\n  Stays: settings: leaving.guestKey (secret)\n',
    );
    expect(stored()).to.include('guestKey');
    await run('modules', 'install', guest);
    expect(await run('modules', 'remove', 'guest-key', '--with-data')).to.equal(
      'guest-key 1.0.0 is removed.\n  Goes too: settings: leaving.guestKey (secret)\n',
    );
    expect(stored()).not.to.include('guestKey');
    expect(await run('settings', 'get', 'leaving.color'), 'of the page itself, whoever brings another of its name').to.include(
      'blue',
    );
    await run('modules', 'install', guest);
    expect(await run('settings', 'get', 'leaving.guestKey'), 'in memory neither').to.equal('Not set, by default\n');
  });

  it('is not mistaken for such fields where it adds to a point that is only called alike', async () => {
    const shop = await packages.pack({
      id: 'lamp-shop',
      manifest: { hosts: { 'lamp-shop.settings-additions': '1.0.0' } },
      files: {
        'module.js': `import * as core from '@portico/core';
          const Additions = core.extensionPoint('lamp-shop.settings-additions');
          export default core.defineModule(({ host, contribute }) => {
            host(Additions);
            contribute(Additions).value({ title: 'Oil' }, { id: 'oil' });
            contribute(Additions).value('wick', { id: 'wick' });
          });`,
      },
    });
    expect(await run('modules', 'plan', shop)).to.match(/lamp-shop\.settings-additions: (?:Oil, wick|Oil\n.*: wick)/);
  });

  describe('when its tables refer to each other, and to files', () => {
    const pack = (id: string, statements: readonly string[]): Promise<string> =>
      packages.pack({
        id,
        manifest: { migrations: 'migrations.js' },
        files: {
          'migrations.js': `export default [class { name = 'Make${id}'; async up(runner) { for (const sql of ${JSON.stringify(statements)}) await runner.query(sql); } async down() {} }];`,
        },
      });
    const rows = (table: string): readonly object[] | undefined => tablesOf(portal.home).get(table);

    it('takes all tables away, and the files that they alone name', async () => {
      const parts = await pack('parts', [
        'CREATE TABLE parts_shelf (id TEXT PRIMARY KEY, above TEXT REFERENCES parts_shelf (id), picture TEXT)',
        'CREATE TABLE parts_item (id TEXT PRIMARY KEY, shelf TEXT NOT NULL REFERENCES parts_shelf (id), file TEXT REFERENCES portico_blob (id), pages TEXT)',
      ]);
      for (const package_ of [parts, await pack('sharing', ['CREATE TABLE sharing_link (files TEXT)'])])
        expect(await run('modules', 'install', package_)).to.include('is installed');
      const blobs = portal.service(BlobStore);
      const store = (text: string): Promise<StoredBlob> => blobs.store(Buffer.from(text), { maxBytes: 100 });
      const [picture, file, page, shared, foreign] = await Promise.all(
        ['picture', 'file', 'page', 'shared', 'foreign'].map(store),
      );
      if (!picture || !file || !page || !shared || !foreign) throw new Error('Nothing was stored.');
      await portal.service(UnitOfWork).write(async (transaction) => {
        for (const blob of [picture, file, page, shared, foreign]) await transaction.keepBlob(blob);
        await transaction.query("INSERT INTO parts_shelf VALUES ('a', NULL, ?), ('b', 'a', ?)", [picture.id, shared.id]);
        await transaction.query("INSERT INTO parts_item VALUES ('i', 'b', ?, ?), ('j', 'b', NULL, NULL)", [
          file.id,
          JSON.stringify([page.id, shared.id]),
        ]);
        await transaction.query('INSERT INTO sharing_link VALUES (?)', [JSON.stringify({ file: shared.id })]);
      });
      expect(await run('modules', 'remove', 'parts', '--with-data')).to.equal(
        'parts 1.0.0 is removed.\n  Goes too: tables: parts_shelf, parts_item\n',
      );
      expect([rows('parts_shelf'), rows('parts_item')]).to.deep.equal([undefined, undefined]);
      const ids = new Set(rows('portico_blob')?.map((row) => (row as { id: string }).id));
      const isThere = ({ id }: StoredBlob): boolean => ids.has(id) && existsSync(blobs.pathOf(id));
      expect([picture, file, page, shared, foreign].map(isThere)).to.deep.equal([false, false, false, true, true]);
      expect([picture, file, page].map(({ id }) => existsSync(blobs.pathOf(id)))).to.deep.equal([false, false, false]);
      expect(await run('modules', 'install', parts)).to.equal('parts 1.0.0 is installed, and is active.\n');
      expect([rows('parts_shelf'), rows('parts_item')]).to.deep.equal([[], []]);
    });

    it('stays when rows of another module refer to what would go', async () => {
      await run(
        'modules',
        'install',
        await pack('owning', ['CREATE TABLE owning_thing (id TEXT PRIMARY KEY)', "INSERT INTO owning_thing VALUES ('a')"]),
      );
      await run(
        'modules',
        'install',
        await pack('leaning', [
          'CREATE TABLE leaning_on (thing TEXT REFERENCES owning_thing (id))',
          "INSERT INTO leaning_on VALUES ('a')",
        ]),
      );
      expect(await run('modules', 'remove', 'owning', '--with-data')).not.to.include('is removed');
      expect([rows('owning_thing'), rows('leaning_on')]).to.deep.equal([[{ id: 'a' }], [{ thing: 'a' }]]);
      expect((await portal.agent().get('/owning')).text).to.equal('1.0.0');
    });
  });
});
