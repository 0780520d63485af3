import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { ModulePackages } from './support/module-packages.js';

describe('a module that is installed from a registry', function () {
  this.timeout(60_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  let registry: Server;
  let bytes = new Map<string, Buffer>();
  let announced = new Map<string, Buffer>();
  const former = process.env.npm_config_registry;
  before(async () => {
    packages = await ModulePackages.create();
    for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
      const scripts = {
        preinstall: `touch ${join(packages.folder, 'ran')}`,
        install: `touch ${join(packages.folder, 'ran')}`,
        prepare: `touch ${join(packages.folder, 'ran')}`,
      };
      bytes.set(version, await readFile(await packages.pack({ id: 'fetched', version, json: { scripts } })));
    }
    announced = new Map(bytes);
    registry = createServer((request, answer) => {
      const version = /fetched-(.+)\.tgz$/.exec(request.url ?? '')?.[1];
      if (version !== undefined) return void answer.end(bytes.get(version));
      if (request.url !== '/@acme%2ffetched') return void answer.writeHead(404).end('{}');
      const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
      const versions = Object.fromEntries(
        [...announced].map(([each, content]) => {
          const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
          return [each, { name: '@acme/fetched', version: each, dist: { tarball: `${address}/fetched-${each}.tgz`, integrity } }];
        }),
      );
      answer.setHeader('Content-Type', 'application/json');
      answer.end(JSON.stringify({ name: '@acme/fetched', 'dist-tags': { latest: '2.0.0' }, versions }));
    }).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    process.env.npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
    portal = await startTestPortal();
  });
  after(async () => {
    if (former === undefined) delete process.env.npm_config_registry;
    else process.env.npm_config_registry = former;
    await portal?.stop();
    registry?.closeAllConnections();
    registry?.close();
    await packages?.remove();
  });

  it('is the latest of its range, none of its scripts runs, and what is not as it was announced is refused', async () => {
    const run = async (...argv: readonly string[]): Promise<string> => {
      const { out, err } = await portal.command(['modules', ...argv]);
      return out + err;
    };
    expect(await run('install', '@acme/fetched@^1.0.0')).to.equal('fetched 1.2.0 is installed, and is active.\n');
    expect((await portal.agent().get('/fetched')).text).to.equal('1.2.0');
    expect(await run('install', '@acme/nowhere')).to.match(/^The registry has no package @acme\/nowhere that can be fetched/);
    expect(await run('update', '@acme/fetched@^9.0.0')).to.match(
      /^The registry has no package @acme\/fetched@\^9\.0\.0 that can be fetched/,
    );
    bytes = new Map([...bytes, ['2.0.0', bytes.get('1.0.0') ?? Buffer.alloc(0)]]);
    expect(await run('update', '@acme/fetched')).to.equal(
      'The package @acme/fetched cannot be used: what the registry sent is not what it announced; fetch it again.\n',
    );
    expect(await run('install', 'no path; no name')).to.equal('no path; no name is neither a file nor the name of a package.\n');
    expect(existsSync(join(packages.folder, 'ran'))).to.equal(false);
    await run('remove', 'fetched');
  });
});
