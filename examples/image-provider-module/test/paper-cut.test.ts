import { join } from 'node:path';
import { ImageProvider, ProviderError } from '@portico/ai-creator/api';
import { imageProviderFaults } from '@portico/ai-creator/testing';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('The image provider module', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ flags: { 'LPD-10793': true }, config: { modulePaths: ['modules', folder] } });
    await portal.command(['settings', 'set', 'ai-creator.enabled', 'on']);
  });

  after(() => portal.stop());

  const create = (...more: readonly string[]) =>
    portal.command(['images', 'create', '--site', 'home', '--description', 'hills at dusk', ...more]);

  it('makes the images in place of the provider of the portal', () => {
    expect(portal.modules.status('paper-cut')?.state).to.equal('active');
    expect(portal.service(ImageProvider)).to.include({ id: 'paper-cut', name: 'Paper cut' });
  });

  it('does all that the portal counts on', async () => {
    expect(await imageProviderFaults(portal.service(ImageProvider))).to.deep.equal([]);
  });

  it('makes documents with no key and no network', async () => {
    const { exitCode, out, err } = await create('--count', '3', '--size', '256x256');
    expect([exitCode, err]).to.deep.equal([0, '']);
    const documents = out.trim().split('\n');
    expect(documents).to.have.length(3);
    const administrator = await portal.signIn();
    const [id] = documents[0]?.split(' ') ?? [];
    const { body } = await administrator.get(`/web/home/documents-media/documents/${id}/provenance`);
    expect(body.provenance).to.include({ provider: 'paper-cut', providerName: 'Paper cut', model: 'paper-1', size: '256x256' });
  });

  it('says how long a description may be, and who makes the images', async () => {
    const administrator = await portal.signIn();
    const form = await administrator.get('/web/home/ai-creator/create').set('Accept', 'text/html');
    expect(form.text).to.contain('data-limit="2000"');
    const page = await administrator.get('/ai-creator/service').set('Accept', 'text/html');
    expect(page.text).to.contain('Images are made by Paper cut. It takes no API key.');
  });

  it('has its failures told in its own words, with no way to a service that was not asked', async () => {
    const provider = portal.service(ImageProvider);
    const usual = provider.generate;
    provider.generate = () => Promise.reject(new ProviderError('out-of-tokens', 'The paper is used up.'));
    try {
      expect((await create()).err).to.contain('The paper is used up.');
    } finally {
      provider.generate = usual;
    }
    const administrator = await portal.signIn();
    const page = await administrator.get('/ai-creator/service').set('Accept', 'text/html');
    expect(page.text).to.contain('The paper is used up.').and.not.contain('platform.openai.com');
    const breaker = /\/breakers\/[\w-]+\/close/.exec(page.text)?.[0] ?? '';
    await portal.post(administrator, `/ai-creator/service${breaker}`);
    expect((await create()).exitCode).to.equal(0);
  });

  it('gives way when it stops, and takes over again', async () => {
    await portal.modules.disable('paper-cut');
    expect(portal.service(ImageProvider).id).to.equal('openai');
    const refused = await create();
    expect(refused.exitCode, 'OpenAI needs a key').to.not.equal(0);
    expect(refused.err).to.contain('No API key is set');
    await portal.modules.enable('paper-cut');
    expect((await create()).exitCode).to.equal(0);
  });
});
