import { join } from 'node:path';
import { type ImageProvider, ProviderDirectory, ProviderError } from '@portico/ai-providers/api';
import { imageProviderFaults } from '@portico/ai-providers/testing';
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

  const installed = (): readonly string[] =>
    portal
      .service(ProviderDirectory)
      .images()
      .map(({ provider }) => provider.id);
  const paperCut = (): ImageProvider => {
    const found = portal.service(ProviderDirectory).image('paper-cut')?.provider;
    if (!found) throw new Error('Paper cut is not installed.');
    return found;
  };
  const setting = async (...args: readonly string[]): Promise<string> => (await portal.command(['settings', ...args])).out;

  it('makes the images in place of the provider of the portal', async () => {
    expect(portal.modules.status('paper-cut')?.state).to.equal('active');
    expect(installed().slice(0, 2)).to.deep.equal(['paper-cut', 'openai']);
    expect(await setting('get', 'ai-creator.service')).to.contain('Paper cut');
  });

  it('does all that the portal counts on', async () => {
    expect(await imageProviderFaults(paperCut())).to.deep.equal([]);
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
    const provider = paperCut();
    const usual = provider.generate;
    provider.generate = () => Promise.reject(new ProviderError('insufficient-quota', 'The paper is used up.'));
    try {
      expect((await create()).err).to.contain('The paper is used up.');
    } finally {
      provider.generate = usual;
    }
    const administrator = await portal.signIn();
    const page = await administrator.get('/ai-creator/service').set('Accept', 'text/html');
    expect(page.text).to.contain('The paper is used up.').and.not.contain('platform.openai.com');
    expect(page.text, 'its own help').to.contain('href="https://paper.example/order"');
    const breaker = /\/breakers\/[\w-]+\/close/.exec(page.text)?.[0] ?? '';
    await portal.post(administrator, `/ai-creator/service${breaker}`);
    expect((await create()).exitCode).to.equal(0);
  });

  it('gives way when it stops, and takes over again', async () => {
    await portal.modules.disable('paper-cut');
    expect(installed()[0]).to.equal('openai');
    expect(await setting('get', 'ai-creator.service')).to.contain('OpenAI');
    const refused = await create();
    expect(refused.exitCode, 'OpenAI needs a key').to.not.equal(0);
    expect(refused.err).to.contain('No API key is set');
    await portal.modules.enable('paper-cut');
    expect((await create()).exitCode).to.equal(0);
  });

  it('brings a setting of its own to the page of the AI Creator, which is tried before it is saved', async () => {
    const administrator = await portal.signIn();
    const page = '/configuration/instance-settings/ai-creator';
    const form = await administrator.get(page).set('Accept', 'text/html');
    const fields = [...form.text.matchAll(/id="setting-(\w+)-row"/g)].map(([, name]) => name);
    expect(fields.slice(0, 4)).to.deep.equal(['service', 'apiKey', 'paper', 'enabled']);
    expect(form.text).to.contain('As the description suggests');
    const papers: unknown[] = [];
    const provider = paperCut();
    const usual = provider.try;
    provider.try = function (values) {
      papers.push(values.paper);
      return usual?.call(this, values) ?? this;
    };
    try {
      const tried = await administrator
        .post(page)
        .set('Origin', portal.url)
        .set('X-Portico-Csrf', await portal.csrf(administrator))
        .set('Accept', 'application/json')
        .type('form')
        .send({ 'form.action': 'ai-creator/test-image', paper: 'sea' });
      expect(tried.body.kind, JSON.stringify(tried.body)).to.equal('success');
    } finally {
      provider.try = usual;
    }
    expect([papers, await setting('get', 'ai-creator.paper')]).to.deep.equal([
      ['sea'],
      'As the description suggests, by default\n',
    ]);
    await setting('set', 'ai-creator.paper', 'meadow');
    expect(await setting('get', 'ai-creator.paper')).to.contain('Meadow, from Instance Settings');
    expect(await setting('export', '--entry', 'ai-creator')).to.contain('"paper": "meadow"');
  });

  it('is chosen by an administrator like any other, and nobody takes its place while it is not there', async () => {
    await setting('set', 'ai-creator.service', 'openai');
    expect((await create()).err).to.contain('No API key is set');
    await setting('set', 'ai-creator.service', 'paper-cut');
    expect((await create()).exitCode).to.equal(0);
    await portal.modules.disable('paper-cut');
    try {
      const refused = await create();
      expect([refused.exitCode, refused.err]).to.deep.equal([
        1,
        'The image service that AI Creator uses is not installed, so nothing was sent. Ask an administrator to install it, or to choose another one.\n',
      ]);
      const administrator = await portal.signIn();
      const form = await administrator.get('/web/home/ai-creator/create').set('Accept', 'text/html');
      expect(form.text).to.contain('An image service is missing').and.contain('Open AI Creator settings');
      const why = await administrator.get('/web/home/ai-creator/why').set('Accept', 'text/html');
      expect(why.text).to.contain('The image service that is chosen, paper-cut, is not installed.');
    } finally {
      await portal.modules.enable('paper-cut');
    }
    await setting('unset', 'ai-creator.service');
  });

  it('does without the services of the portal', async () => {
    await portal.modules.disable('ai-openai');
    try {
      expect(installed()).to.deep.equal(['paper-cut']);
      expect((await create()).exitCode).to.equal(0);
      const administrator = await portal.signIn();
      const page = await administrator.get('/configuration/instance-settings/ai-creator').set('Accept', 'text/html');
      expect(page.text).to.not.contain('API Key');
      expect(page.text).to.contain('Enable DALL-E to Create Images').and.contain('Test Connection').and.contain('Paper');
      await portal.modules.disable('paper-cut');
      expect((await create()).err).to.contain('is not installed, so nothing was sent');
      const form = await administrator.get('/web/home/ai-creator/create').set('Accept', 'text/html');
      expect([form.status, form.text.includes('An image service is missing')]).to.deep.equal([200, true]);
    } finally {
      await portal.modules.enable('paper-cut');
      await portal.modules.enable('ai-openai');
    }
    expect((await create()).exitCode).to.equal(0);
  });
});
