import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

/** Another module, which adds to the page. */
const other = `
  import { Greetings } from '../api/index.js';
  import { defineModule } from '@portico/core';
  export default defineModule(({ contribute }) => contribute(Greetings).value({ label: 'hi' }, { id: 'hi' }));`;

describe('The greetings of Acme Module', () => {
  let portal: TestPortal;
  let neighbour: string;

  before(async () => {
    neighbour = await mkdtemp(join(folder, 'dist/neighbour-'));
    const portico = { id: 'acme-neighbour', requires: { 'acme-module.greetings': '^1.0.0' } };
    const manifest = { name: 'acme-neighbour', version: '1.0.0', type: 'module', exports: './module.js', portico };
    await writeFile(join(neighbour, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(neighbour, 'module.js'), other);
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder, neighbour] } });
  });
  after(async () => {
    await portal.stop();
    await rm(neighbour, { recursive: true });
  });

  const page = async (): Promise<string> => (await portal.agent().get('/acme-module')).text;

  it('are those of all modules, and of a module only while it runs', async () => {
    expect(await page()).to.include('<li>Hello from Acme Module.</li><li>hi</li>');
    await portal.modules.stop('acme-neighbour');
    expect(await page()).not.to.include('<li>hi</li>');
  });
});
