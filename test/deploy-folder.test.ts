import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '@portico/core';
import { eventually, startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { answering, type ModulePackages, type PortalWithPackages, portalWithPackages } from './support/module-packages.js';

describe('The deploy folder', function () {
  this.timeout(120_000);
  let both: PortalWithPackages;
  let packages: ModulePackages;
  let portal: TestPortal;
  portalWithPackages((made) => {
    both = made;
    ({ portal, packages } = made);
  });

  const inFolder = (name: string): string => join(portal.home, 'deploy', name);
  const page = async (id: string): Promise<string> => {
    const { status, text } = await portal.agent().get(`/${id}`);
    return status === 200 ? text : String(status);
  };
  const until = (what: string, holds: () => Promise<boolean> | boolean): Promise<void> =>
    eventually(holds, () => `${what}; the log says:\n${portal.log()}`, 90);
  const answers = (id: string, version: string): Promise<void> =>
    until(`${id} ${version}`, async () => (await page(id)) === version);
  /** How often a module was installed or changed from there. */
  const taken = async (module: string): Promise<number> =>
    (await portal.service(AuditLog).list({ area: 'modules', via: 'system' })).records.filter(
      (record) => record.subject === module && record.action !== 'refused',
    ).length;
  const reason = (file: string): Promise<string> => readFile(inFolder(`${file}.error.txt`), 'utf8');
  const version = (id: string, number: string): Promise<string> =>
    packages.pack({ id, version: number, files: { 'module.js': answering(id, number) } });

  it('installs what is dropped there, updates it, and removes nothing', async () => {
    await copyFile(await version('boat', '1.0.0'), inFolder('boat.tgz'));
    await answers('boat', '1.0.0');
    await copyFile(await version('boat', '1.1.0'), inFolder('boat.tgz'));
    await answers('boat', '1.1.0');
    const audit = await (await portal.signIn()).get('/configuration/audit-log?area=modules');
    expect(audit.text).to.include('the deploy folder');
    await rm(inFolder('boat.tgz'));
    await copyFile(await version('buoy', '1.0.0'), inFolder('buoy.tgz'));
    await answers('buoy', '1.0.0');
    expect(await page('boat')).to.equal('1.1.0');
  });

  it('says beside a file why it failed, and takes the reason away with the file', async () => {
    await writeFile(inFolder('noise.tgz'), randomBytes(4096));
    await until('the reason', () => existsSync(inFolder('noise.tgz.error.txt')));
    expect(await reason('noise.tgz')).to.match(/^The package noise\.tgz cannot be used: it is no archive/);
    await rm(inFolder('noise.tgz'));
    await until('no reason', () => !existsSync(inFolder('noise.tgz.error.txt')));
  });

  it('refuses an older version, and points to rolling back', async () => {
    await copyFile(await version('kite', '2.0.0'), inFolder('kite-2.tgz'));
    await answers('kite', '2.0.0');
    await copyFile(await version('kite', '1.0.0'), inFolder('kite-1.tgz'));
    await until('the reason', () => existsSync(inFolder('kite-1.tgz.error.txt')));
    expect(await reason('kite-1.tgz'))
      .to.include('1.0.0 is older than 2.0.0')
      .and.to.include('portico modules rollback kite');
    expect(await page('kite')).to.equal('2.0.0');
    const { records } = await portal.service(AuditLog).list({ area: 'modules', via: 'system', subject: 'kite' });
    expect(records.map(({ action, before, after, by }) => [action, before, after, by.name])).to.deep.equal([
      ['refused', '2.0.0', '1.0.0', 'the deploy folder'],
      ['installed', undefined, '2.0.0', 'the deploy folder'],
    ]);
    expect(await reason('kite-1.tgz')).to.include(records[0]?.reason);
    await rm(inFolder('kite-1.tgz'));
  });

  it('waits for files that are being written, and installs each once, when it is whole', async () => {
    const padding = { 'picture.bin': randomBytes(20 * 1024 * 1024) };
    const large = await packages.pack({ id: 'whale', files: { ...padding, 'module.js': answering('whale', '1.0.0') } });
    const other = await version('seal', '1.0.0');
    const bytes = await readFile(large);
    const half = Math.floor(bytes.length / 2);
    await writeFile(inFolder('whale.tgz'), bytes.subarray(0, half));
    await copyFile(other, inFolder('seal.tgz.part'));
    await sleep(6000);
    expect(existsSync(inFolder('whale.tgz.error.txt')), 'the half has no error').to.equal(false);
    expect([await page('whale'), await page('seal')]).to.deep.equal(['404', '404']);
    await appendFile(inFolder('whale.tgz'), bytes.subarray(half));
    await rename(inFolder('seal.tgz.part'), inFolder('seal.tgz'));
    await answers('seal', '1.0.0');
    await answers('whale', '1.0.0');
    await sleep(5000);
    expect([await taken('whale'), await taken('seal')]).to.deep.equal([1, 1]);
    expect(portal.log()).not.to.include('"file":"whale.tgz","reason"');
    expect((await stat(inFolder('whale.tgz'))).size).to.equal(bytes.length);
  });

  it('says so when a file stays half for long, and installs what lacked another when that has come', async () => {
    const file = inFolder('torso.tgz');
    await copyFile(await version('torso', '1.0.0'), file);
    await truncate(file, Math.floor((await stat(file)).size / 2));
    const needy = await packages.pack({
      id: 'needy',
      manifest: { requires: { 'giver.gifts': '^1.0.0' } },
      files: { 'module.js': answering('needy', '1.0.0') },
    });
    await copyFile(needy, inFolder('a-needy.tgz'));
    await until('the reason', () => existsSync(inFolder('a-needy.tgz.error.txt')));
    expect(await reason('a-needy.tgz')).to.include('giver.gifts');
    const giving = answering('giver', '1.0.0', "const gifts = core.serviceToken('giver.gifts');").replace(
      'contribute }) => contribute',
      'provide, contribute }) => { provide(gifts).value({}); contribute',
    );
    const giver = await packages.pack({
      id: 'giver',
      manifest: { provides: { 'giver.gifts': '1.0.0' } },
      files: { 'module.js': giving.replace(/to\(Pages\)\);\s*$/, 'to(Pages); });') },
    });
    await copyFile(giver, inFolder('giver.tgz'));
    await answers('needy', '1.0.0');
    await until('no reason', () => !existsSync(inFolder('a-needy.tgz.error.txt')));
    await until('the reason of the half', () => existsSync(`${file}.error.txt`));
    expect(await reason('torso.tgz')).to.include('damaged or cut off');
  });

  it('looks at the next start at what lies there, and does not overrule what was decided since', async () => {
    expect((await portal.command(['modules', 'remove', 'buoy', '--yes'])).exitCode).to.equal(0);
    const { home } = portal;
    await portal.stop({ keep: true });
    await copyFile(await version('gull', '1.0.0'), join(home, 'deploy', 'gull.tgz'));
    portal = await startTestPortal({ home });
    both.portal = portal;
    await answers('gull', '1.0.0');
    expect([await page('buoy'), await page('kite'), await page('boat')]).to.deep.equal(['404', '2.0.0', '1.1.0']);
    expect([await taken('buoy'), await taken('kite'), await taken('gull')]).to.deep.equal([1, 1, 1]);
  });
});
