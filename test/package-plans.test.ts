import { cpSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { tablesOf } from './support/earlier-states.js';
import { answering, archiveOf, type ModulePackages, portalWithPackages } from './support/module-packages.js';

const words = (name: string): string => JSON.stringify({ 'module.name': name });
const makesTable = (table: string): string =>
  `export default [class { name = 'MakeTable'; async up(runner) { await runner.query('CREATE TABLE ${table} (id TEXT)'); } async down() {} }];`;

describe('Plans of packages', function () {
  this.timeout(120_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  let admin: Awaited<ReturnType<TestPortal['signIn']>>;
  portalWithPackages((both) => {
    ({ portal, packages } = both);
  });
  before(async () => {
    admin = await portal.signIn();
  });

  const run = (...argv: readonly string[]): ReturnType<TestPortal['command']> => portal.command(argv);
  const done = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, out, err } = await run(...argv);
    expect(exitCode, `${argv.join(' ')}: ${out}${err}`).to.equal(0);
    return out;
  };
  const plain = (html: string): string =>
    html
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
  const read = async (address: string): Promise<string> => plain((await admin.get(address).set('Accept', 'text/html')).text);
  const sent = async (file: string): Promise<string> => {
    const { headers } = await admin
      .post('/configuration/packages/new')
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(admin))
      .attach('package', file);
    return headers.location as string;
  };
  /** What came of a change that was asked for. */
  const ended = async (answer: Awaited<ReturnType<TestPortal['post']>>): Promise<string> => {
    expect(answer.status, answer.text).to.equal(303);
    const address = answer.headers.location as string;
    for (let look = 0; look < 400; look += 1) {
      if ((await admin.get(`${address}/state`)).body.isRunning === false) return read(address);
      await sleep(50);
    }
    throw new Error('It does not end.');
  };

  it('call a module as its own messages do, in the language of who reads', async () => {
    const file = await packages.pack({
      id: 'acme-set',
      files: { 'messages/en.json': words('The Set of Acme'), 'messages/de.json': words('Das Acme-Set') },
    });
    expect((await done('modules', 'plan', file)).split('\n')[0]).to.equal(
      'Installs The Set of Acme (acme-set) 1.0.0 (@acme/acme-set).',
    );
    const address = await sent(file);
    expect(await read(address)).to.include('Install The Set of Acme 1.0.0');
    const german = await admin.get(address).set('Accept', 'text/html').set('Accept-Language', 'de');
    expect(plain(german.text)).to.include('Das Acme-Set');
    const plan = /name="plan" value="([^"]+)"/.exec((await admin.get(address)).text)?.[1];
    expect(await ended(await portal.post(admin, address, { plan }))).to.include('The Set of Acme 1.0.0 is installed');

    const back = await admin.get(address).set('Accept', 'text/html');
    expect(back.status).to.equal(410);
    expect(plain(back.text)).to.include('The Set of Acme 1.0.0 was installed from this file.').and.not.include('half an hour');

    await done(
      'modules',
      'update',
      await packages.pack({ id: 'acme-set', version: '1.1.0', files: { 'messages/en.json': words('Another Set') } }),
    );
    expect((await run('modules', 'rollback', 'acme-set', '--json')).out).to.include('The Set of Acme');
    expect(await ended(await portal.post(admin, '/configuration/packages/remove/acme-set'))).to.include(
      'The Set of Acme 1.0.0 is removed',
    );
  });

  describe('of a file in the folder of the caller', () => {
    let registry: Server;
    let asked: string[] = [];
    let former: string | undefined;
    before(async () => {
      registry = createServer((request, response) => {
        asked.push(request.url ?? '');
        response.writeHead(404).end('{}');
      });
      await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', listening));
      former = process.env.npm_config_registry;
      process.env.npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
    });
    after(async () => {
      if (former === undefined) delete process.env.npm_config_registry;
      else process.env.npm_config_registry = former;
      await new Promise((closed) => registry.close(closed));
    });
    beforeEach(() => {
      asked = [];
    });

    it('take it whatever its ending, and a folder with a package in it', async () => {
      const folder = join(packages.folder, 'beside');
      mkdirSync(folder);
      const file = await packages.pack({ id: 'bone' });
      for (const name of ['bone.zip', 'bone.TGZ', 'bone', 'bone-1.0.0.package']) cpSync(file, join(folder, name));
      cpSync(await packages.unpacked({ id: 'bone' }), join(folder, 'unpacked'), { recursive: true });
      for (const name of ['bone.zip', 'bone.TGZ', 'bone', 'bone-1.0.0.package', 'unpacked']) {
        const { exitCode, out, err } = await portal.command(['modules', 'plan', name], undefined, undefined, folder);
        expect([exitCode, out.split('\n')[0]], err).to.deep.equal([0, 'Installs bone 1.0.0 (@acme/bone).']);
      }
      expect(asked).to.deep.equal([]);
    });

    it('say that there is none where it has the look of a file, and ask no registry', async () => {
      for (const name of ['gone.zip', 'gone.TGZ', 'gone.tar.gz', './gone', 'in/gone']) {
        const { exitCode, err } = await portal.command(['modules', 'plan', name], undefined, undefined, packages.folder);
        expect([exitCode, err]).to.deep.equal([
          1,
          `There is no file ${join(packages.folder, name)}; name an archive, a folder, or a package of the registry.\n`,
        ]);
      }
      expect(asked).to.deep.equal([]);
      expect((await portal.command(['modules', 'plan', 'gone'], undefined, undefined, packages.folder)).err).to.include(
        'The registry has no package gone',
      );
      expect(asked).not.to.deep.equal([]);
    });
  });

  it('say of addresses that cannot be found out only that, and not that they go', async () => {
    const files = (registering: string): Record<string, string> => ({
      'module.js': answering('winding', '1').replace('register(router) {', `register(router) { ${registering}`),
    });
    const sure = await packages.pack({ id: 'winding' });
    const unsure = await packages.pack({
      id: 'winding',
      version: '1.1.0',
      files: files(`if (!globalThis.process.env.HOME) throw new Error('not here');`),
    });
    await done('modules', 'install', sure);
    const forth = JSON.parse((await run('modules', 'plan', unsure, '--json')).out);
    expect(forth.changes).to.deep.equal([]);
    expect(forth.notes.join(' ')).to.match(/The addresses of .* are known when it runs/);
    await done('modules', 'update', unsure);
    const onward = await packages.pack({ id: 'winding', version: '1.2.0', files: files('') });
    const back = JSON.parse((await run('modules', 'plan', onward, '--json')).out);
    expect(back.changes).to.deep.equal([]);
    expect(back.notes).to.deep.equal(['Which addresses are new cannot be said: those of 1.1.0 are known when it runs.']);
    await done('modules', 'remove', 'winding');
  });

  it('refuse a package.json with a byte order mark at once, in the words of the reader', async () => {
    const files = packages.filesOf({ id: 'marked' });
    const archive = archiveOf({ ...files, 'package.json': `\uFEFF${files['package.json']}` }, []);
    const answer = await admin
      .post('/configuration/packages/new')
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(admin))
      .attach('package', archive, 'marked.tgz');
    expect(answer.status).to.equal(422);
    expect(plain(answer.text)).to.include('its package.json begins with a byte order mark').and.not.include(portal.home);
  });

  it('speak of the copy of the database as done when it was', async () => {
    const pack = (version: string, more = ''): Promise<string> =>
      packages.pack({
        id: 'copied',
        version,
        manifest: { migrations: 'migrations.js' },
        files: { 'migrations.js': makesTable('copied_thing').replace('];', `${more}];`) },
      });
    await done('modules', 'install', await pack('1.0.0'));
    const next = await pack(
      '1.1.0',
      `, class { name = 'MakeOther'; async up(r) { await r.query('CREATE TABLE copied_other (id TEXT)'); } async down(r) { await r.query('DROP TABLE copied_other'); } }`,
    );
    expect(await done('modules', 'plan', next)).to.include('The database is copied before MakeOther changes its tables.');
    expect(await done('modules', 'update', next)).to.include('The database was copied before MakeOther changed its tables.');
    expect(await done('modules', 'rollback', 'copied')).to.include('Its migrations MakeOther were taken back');
    await done('modules', 'remove', 'copied', '--with-data');
  });

  it('refuse a version that lost migrations, with the same sentence for an update and after a removal', async () => {
    const pack = (version: string, migrations: string): Promise<string> =>
      packages.pack({
        id: 'forgetful',
        version,
        manifest: { migrations: 'migrations.js' },
        files: { 'migrations.js': migrations },
      });
    await done('modules', 'install', await pack('1.0.0', makesTable('forgetful_thing')));
    const next = await pack('1.1.0', 'export default [];');
    const lost = 'The database has the migration MakeTable of forgetful, and 1.1.0 does not know it; take a version that does';
    const planned = async (): Promise<readonly string[]> =>
      JSON.parse((await run('modules', 'plan', next, '--json')).out).problems;
    const refused = async (how: string): Promise<string> => {
      const { exitCode, err } = await run('modules', how, next);
      expect(exitCode).to.equal(1);
      return err;
    };
    expect(await planned()).to.deep.equal([`${lost}.`]);
    expect(await refused('update')).to.include(lost.replace('The', 'the'));
    expect(await done('modules', 'list')).to.match(/^forgetful +1\.0\.0 +active/m);

    await done('modules', 'remove', 'forgetful');
    const away = ', or take away the data that was kept: portico modules remove forgetful --with-data';
    expect(await planned()).to.deep.equal([`${lost}${away}.`]);
    expect(await refused('install')).to.include(`${lost}${away}`.replace('The', 'the'));
    await done('modules', 'remove', 'forgetful', '--with-data');
    expect(await planned()).to.deep.equal([]);
    await done('modules', 'install', next);
    await done('modules', 'remove', 'forgetful', '--with-data');
  });

  it('count what a refused version did wrong as its own and not as an error of the one that runs', async () => {
    const id = 'faultless';
    const pack = (version: string, more = ''): Promise<string> =>
      packages.pack({ id, version, files: { 'module.js': answering(id, version, more) } });
    const errors = async (): Promise<number> =>
      JSON.parse((await run('modules', 'list', '--json')).out).find((each: { id: string }) => each.id === id).activity.errors;
    await done('modules', 'install', await pack('1.0.0'));
    const broken = answering(id, '1.1.0').replace('contribute(core.HttpRoutes).to(Pages)', `{ throw new Error('not yet'); }`);
    const refusal = await run('modules', 'update', await packages.pack({ id, version: '1.1.0', files: { 'module.js': broken } }));
    expect([refusal.exitCode, refusal.err]).to.satisfy(
      ([code, said]: [number, string]) => code === 1 && said.includes('not yet'),
    );
    expect(await errors()).to.equal(0);
    expect((await run('modules', 'why', id)).out).not.to.include('Errors since');

    const throwing = answering(id, '1.2.0').replace(`ctx.body = "1.2.0";`, `throw new Error('at work');`);
    await done('modules', 'update', await packages.pack({ id, version: '1.2.0', files: { 'module.js': throwing } }));
    expect((await admin.get(`/${id}`)).status).to.equal(500);
    expect(await errors()).to.equal(1);
    expect((await run('modules', 'why', id)).out).to.include('Errors since the portal was started: 1, the last: at work');
    await done('modules', 'update', await pack('1.3.0'));
    expect(await errors()).to.equal(0);
    await done('modules', 'remove', id);
  });

  describe('of taking away what a removed module left', () => {
    const probe = {
      id: 'probe',
      manifest: { migrations: 'migrations.js', flags: { 'probe.new': { type: 'release', title: 'New' } } },
      files: { 'migrations.js': makesTable('probe_thing'), 'messages/en.json': words('The Probe') },
    };
    const left = (): readonly string[] => [...tablesOf(portal.home).keys()].filter((table) => table.startsWith('probe'));
    const leave = async (): Promise<void> => {
      await done('modules', 'install', await packages.pack(probe));
      await done('modules', 'disable', 'probe');
      expect(await done('modules', 'remove', 'probe')).to.include('Stays: tables: probe_thing');
      expect(left()).to.deep.equal(['probe_thing']);
      expect((await run('doctor')).out).to.include('take its data away: portico modules remove probe --with-data');
    };

    it('do it from the command, which says what it is', async () => {
      await leave();
      const again = await run('modules', 'remove', 'probe');
      expect([again.exitCode, again.err]).to.deep.equal([
        1,
        'probe was removed before, and its data was kept; portico modules remove probe --with-data takes that away.\n',
      ]);
      expect(left()).to.deep.equal(['probe_thing']);
      expect(await done('modules', 'remove', 'probe', '--with-data'))
        .to.include('What was kept of probe is removed.')
        .and.include('Goes too: tables: probe_thing');
      expect(left()).to.deep.equal([]);
      expect((await run('doctor')).out).not.to.include('probe');
      expect((await run('modules', 'remove', 'probe', '--with-data')).err).to.include('There is no module probe.');
      const { records } = await portal.service(AuditLog).list({ area: 'modules', subject: 'probe' });
      expect(records[0]).to.include({ action: 'removed', reason: 'the data that had been kept of it', via: 'command' });
      await done('modules', 'install', await packages.pack(probe));
      expect(await done('modules', 'list'), 'that it was off is forgotten, too').to.match(/^probe +1\.0\.0 +active/m);
      await done('modules', 'remove', 'probe', '--with-data');
    });

    it('leave one alone that has come back while somebody was asked', async () => {
      await leave();
      const file = await packages.pack(probe);
      const { exitCode, err } = await portal.command(['modules', 'remove', 'probe', '--with-data'], '', async () => {
        await done('modules', 'install', file);
        return 'yes';
      });
      expect([exitCode, err.trimEnd().split('\n').at(-1)]).to.deep.equal([
        1,
        'probe has come back meanwhile; look again at what would go.',
      ]);
      expect([portal.modules.status('probe')?.version, left()]).to.deep.equal(['1.0.0', ['probe_thing']]);
      await done('modules', 'remove', 'probe', '--with-data');
    });

    it('leave one alone that has come back since the page was opened', async () => {
      await leave();
      const address = '/configuration/packages/remove/probe';
      const of = / name="of" value="([^"]+)"/.exec((await admin.get(address)).text)?.[1];
      await done('modules', 'install', await packages.pack(probe));
      expect(await ended(await portal.post(admin, address, { data: 'remove', of }))).to.include('probe has come back meanwhile');
      expect([portal.modules.status('probe')?.version, left()]).to.deep.equal(['1.0.0', ['probe_thing']]);
      await done('modules', 'remove', 'probe', '--with-data');
    });

    it('ask nobody about what is to stay', async () => {
      await leave();
      const questions: string[] = [];
      const { exitCode } = await portal.command(['modules', 'remove', 'probe'], '', async (question) => {
        questions.push(question);
        return 'yes';
      });
      expect([exitCode, questions]).to.deep.equal([1, []]);
      await done('modules', 'remove', 'probe', '--with-data');
    });

    it('do it on the screen', async () => {
      await leave();
      expect(await read('/configuration/modules'))
        .to.include('Kept data The Probe 1.0.0 probe')
        .and.include('tables: probe_thing');
      const address = '/configuration/packages/remove/probe';
      expect(await read(address))
        .to.include('Remove the data of The Probe?')
        .and.include('probe_thing')
        .and.not.include('Keep it');
      expect(await ended(await portal.post(admin, address, { data: 'remove' }))).to.include('The data of The Probe is removed');
      expect(left()).to.deep.equal([]);
      expect(await read('/configuration/modules')).not.to.include('Kept data');
    });

    it('are over when it comes back, and remember nothing of one that left nothing', async () => {
      await leave();
      await done('modules', 'install', await packages.pack(probe));
      expect(await read('/configuration/modules')).not.to.include('Kept data');
      await done('modules', 'remove', 'probe', '--with-data');
      await done('modules', 'install', await packages.pack({ id: 'bare' }));
      await done('modules', 'remove', 'bare');
      expect((await run('modules', 'remove', 'bare', '--with-data')).err).to.include('There is no module bare.');
    });

    it('know what was decided while it stopped', async () => {
      const late = {
        id: 'late',
        manifest: { flags: { 'late.new': { type: 'release', title: 'New' } } },
        files: {
          'module.js': `import * as core from '@portico/core';
            class Life { onStop() { return globalThis.lateStop?.(); } }
            core.injectable()(Life);
            export default core.defineModule(({ run }) => run(Life));`,
        },
      };
      await done('modules', 'install', await packages.pack(late));
      const shared = globalThis as { lateStop?: () => Promise<unknown> };
      shared.lateStop = () => run('flags', 'set', 'late.new', 'on');
      try {
        expect(await done('modules', 'remove', 'late')).to.include('Stays: flags: late.new');
      } finally {
        delete shared.lateStop;
      }
      expect(await done('modules', 'remove', 'late', '--with-data')).to.include('Goes too: flags: late.new');
    });

    it('survive a restart', async () => {
      const other = await startTestPortal();
      const { home } = other;
      expect((await other.command(['modules', 'install', await packages.pack(probe)])).exitCode).to.equal(0);
      expect((await other.command(['modules', 'remove', 'probe'])).exitCode).to.equal(0);
      await other.stop({ keep: true });
      const again = await startTestPortal({ home });
      try {
        const { exitCode, out } = await again.command(['modules', 'remove', 'probe', '--with-data']);
        expect([exitCode, out.includes('probe_thing')]).to.deep.equal([0, true]);
      } finally {
        await again.stop({ keep: false });
      }
    });
  });

  it('of changes to others say so in a sentence where there are none', async () => {
    expect(await done('modules', 'changes', 'control-panel')).to.equal(
      'The module control-panel changes nothing about others.\n',
    );
    expect(JSON.parse(await done('modules', 'changes', 'control-panel', '--json'))).to.deep.equal({ changes: [] });
    const { exitCode, err } = await run('modules', 'changes', 'control-panle');
    expect([exitCode, err]).to.deep.equal([1, 'There is no module control-panle. Did you mean control-panel?\n']);
  });
});
