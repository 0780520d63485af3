import { join } from 'node:path';
import { type ImageProvider, ProviderDirectory } from '@portico/ai-providers/api';
import { imageProviderFaults } from '@portico/ai-providers/testing';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('The image provider of Acme Module', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({
      flags: { 'LPD-10793': true },
      config: { modulePaths: ['modules', folder] },
    });
    await portal.command(['settings', 'set', 'ai-creator.enabled', 'on']);
    await portal.command(['settings', 'set', 'ai-creator.service', 'acme-module']);
  });
  after(() => portal.stop());

  const provider = (): ImageProvider => {
    const found = portal.service(ProviderDirectory).image('acme-module')?.provider;
    if (!found) throw new Error('The provider is not installed.');
    return found;
  };

  it('does all that the portal counts on', async () => {
    expect(await imageProviderFaults(provider())).to.deep.equal([]);
  });

  it('makes documents', async () => {
    const { exitCode, out, err } = await portal.command([
      ...['images', 'create', '--site', 'home', '--description', 'sea', '--size', '256x256'],
    ]);
    expect([exitCode, err]).to.deep.equal([0, '']);
    expect(out.trim().split('\n')).to.have.length(1);
  });
});
