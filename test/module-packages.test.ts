import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { answering, ModulePackages } from './support/module-packages.js';

describe('a module that is installed while the portal runs', function () {
  this.timeout(60_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  before(async () => {
    packages = await ModulePackages.create();
    portal = await startTestPortal();
  });
  after(async () => {
    await portal?.stop();
    await packages?.remove();
  });

  const run = (...argv: readonly string[]): ReturnType<TestPortal['command']> => portal.command(argv);
  const page = async (id: string): Promise<string> => {
    const { status, text } = await portal.agent().get(`/${id}`);
    return status === 200 ? text : String(status);
  };

  it('is installed, updated, rolled back and removed, and the portal stays as it is otherwise', async () => {
    const first = await packages.pack({ id: 'scanner' });
    const second = await packages.pack({
      id: 'scanner',
      version: '1.1.0',
      files: { 'module.js': answering('scanner', '1.1.0') },
    });
    expect(await page('scanner')).to.equal('404');
    expect(await run('modules', 'install', first)).to.deep.equal({
      exitCode: 0,
      out: 'scanner 1.0.0 is installed, and is active.\n',
      err: '',
    });
    expect(await page('scanner')).to.equal('1.0.0');
    expect(await run('modules', 'update', second)).to.deep.equal({
      exitCode: 0,
      out: 'scanner 1.1.0 is installed now in place of 1.0.0, and is active.\n',
      err: '',
    });
    expect(await page('scanner')).to.equal('1.1.0');
    expect((await run('modules', 'rollback', 'scanner')).out).to.equal(
      'scanner 1.0.0 is back in place of 1.1.0, and is active.\n',
    );
    expect(await page('scanner')).to.equal('1.0.0');
    expect((await run('modules', 'remove', 'scanner')).out).to.equal('scanner 1.0.0 is removed.\n');
    expect(await page('scanner')).to.equal('404');
    expect((await run('modules', 'list')).out).not.to.include('scanner');
  });
});
