import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { type ModulePackages, portalWithPackages } from './support/module-packages.js';
import { portico } from './support/portal-process.js';

const program = fileURLToPath(new URL('../../core/bin/portico.js', import.meta.url));

describe('installing a module from a terminal', function () {
  this.timeout(60_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  portalWithPackages((both) => {
    ({ portal, packages } = both);
  });

  /** Runs the command with a terminal of its own, types this at the question, and answers what stood there. */
  async function onTerminal(typed: string, ...argv: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
    const command = [process.execPath, program, 'modules', ...argv].map((part) => `'${part}'`).join(' ');
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, PORTICO_HOME: portal.home } });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('[y/N]') && !child.stdin.writableEnded) child.stdin.end(`${typed}\n`);
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, out };
  }

  it('shows the plan and asks once; whatever is not yes changes nothing', async () => {
    const file = await packages.pack({ id: 'asked' });
    const no = await onTerminal('no', 'install', file);
    expect(no.out)
      .to.include('Installs asked 1.0.0 (@acme/asked).')
      .and.include('+ GET /asked')
      .and.include('Install asked? [y/N]')
      .and.include('Nothing was changed.');
    expect([no.code, portal.modules.status('asked')]).to.deep.equal([1, undefined]);
    const yes = await onTerminal('y', 'install', file);
    expect(yes.out).to.include('asked 1.0.0 is installed, and is active.');
    expect([yes.code, portal.modules.status('asked')?.state]).to.deep.equal([0, 'active']);
    expect(yes.out.split('[y/N]').length).to.equal(2);
    const removed = await onTerminal('yes', 'remove', 'asked');
    expect(removed.out).to.include('Remove asked? [y/N]').and.include('asked 1.0.0 is removed.');
    const unasked = await onTerminal('', 'install', file, '--yes');
    expect(unasked.out).not.to.include('[y/N]');
    expect(unasked.code).to.equal(0);
  });

  it('does not ask where there is no terminal, and takes paths from where it is called', async () => {
    const file = await packages.pack({ id: 'piped' });
    const relative = file.slice(process.cwd().length + 1);
    const path = file.startsWith(process.cwd()) ? `./${relative}` : file;
    expect(await portico(portal.home, 'modules', 'install', path)).to.deep.equal({
      code: 0,
      out: 'piped 1.0.0 is installed, and is active.\n',
    });
    expect(await portico(portal.home, 'modules', 'install', './nothing.tgz')).to.deep.equal({
      code: 1,
      out: `There is no file ${process.cwd()}/nothing.tgz; name an archive, a folder, or a package of the registry.\n`,
    });
  });
});
