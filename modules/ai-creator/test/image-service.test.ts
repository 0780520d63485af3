import { setTimeout } from 'node:timers/promises';
import { sandboxKey } from '@portico/ai-sandbox/api';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, AuditLog, type Clock, instanceScope, UnitOfWork } from '@portico/core';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import { KnownModel } from '../entities/known-model.js';
import { author, type CreatorPortal, creatorPage, newKey, startCreatorPortal, type TestClient } from './creator-portal.js';

let time = Date.parse('2026-11-22T10:00:00Z');
const clock: Clock = { now: () => new Date(time), monotonic: () => performance.now() };

describe('the image service as administrators see it', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  beforeEach(async () => {
    time = Date.parse('2026-11-22T10:00:00Z');
    creator = await startCreatorPortal({ clock, config: { breakerSeconds: 60 }, sandboxOptions: { now: () => clock.now() } });
    administrator = await creator.portal.signIn();
  });
  afterEach(() => creator.stop());

  const post = async (path: string, fields: object = {}) =>
    administrator
      .post(path)
      .set('Origin', creator.portal.url)
      .set('X-Portico-Csrf', await creator.portal.csrf(administrator))
      .set('Accept', 'text/html')
      .type('form')
      .send(fields);
  const page = async (): Promise<string> => (await administrator.get('/ai-creator/service').set('Accept', 'text/html')).text;
  const choose = async (model: string): Promise<void> => {
    const { person } = creator.portal.service(AccessContexts).system();
    if (person)
      await creator.portal
        .service(Settings)
        .of(creatorPage)
        .save(instanceScope, { model: { set: model } }, person);
  };
  const failOnce = async (): Promise<void> => {
    const { body } = await creator.create();
    await creator.settled(body.id as string);
  };

  describe('when the account refuses', () => {
    it('tells the next author at once, without a call, and administrators why', async () => {
      creator.sandbox.next('credit-balance-exhausted');
      await failOnce();
      const second = await creator.create();
      expect([second.status, second.body.error.code]).to.deep.equal([503, 'ai-creator-refused']);
      expect(second.body.error.message).to.equal('An unexpected error occurred and no image was made. Try again later.');
      expect(creator.sandbox.generations).to.have.length(1);
      expect(await page())
        .to.contain('are paused')
        .and.to.contain('credit_balance_exhausted')
        .and.to.contain('Add credit');
    });

    it('tells whoever sits at the terminal the cause and the remedy', async () => {
      creator.sandbox.next('invalid-api-key');
      await failOnce();
      const argv = ['images', 'create', '--site', 'home', '--description', 'a lighthouse', '--as', author.email];
      const { exitCode, out, err } = await creator.portal.command(argv);
      expect([exitCode, out]).to.deep.equal([1, '']);
      expect(err.split('\n')[0]).to.equal(
        'Creating images is not available right now. Ask an administrator to look at the AI Creator settings.',
      );
      expect(err)
        .to.contain('The image service rejected the API key. It comes from Instance Settings')
        .and.to.contain('Replace the key')
        .and.to.not.contain('openai.com');
      expect(creator.sandbox.generations).to.have.length(1);
    });

    it('tells whoever may manage the settings the cause, the remedy and where to act, and nobody else', async () => {
      creator.sandbox.next('invalid-api-key');
      await failOnce();
      const plain = 'Creating images is not available right now. Ask an administrator to look at the AI Creator settings.';
      const forAuthor = await creator.create();
      expect(forAuthor.body.error).to.have.keys('code', 'message', 'reference').and.include({ message: plain });
      const { error } = (await creator.create({}, administrator)).body;
      expect(error.message).to.equal(plain);
      expect(error.cause).to.contain('The image service rejected the API key. It comes from Instance Settings');
      expect(error.remedy).to.contain('Replace the key');
      expect((error.links as { href: string }[]).map(({ href }) => href)).to.deep.equal([
        '/configuration/instance-settings/ai-creator',
      ]);
      const form = { idempotencyKey: newKey(), description: 'a lighthouse', size: '512x512', count: '1' };
      const withoutScripts = await post('/web/home/ai-creator/generations', form);
      expect(withoutScripts.status).to.equal(503);
      expect(withoutScripts.text)
        .to.contain('<strong>For administrators:</strong> The image service rejected the API key.')
        .and.to.contain('href="/configuration/instance-settings/ai-creator">');
    });

    it('leads the administrator of a site to the settings of that site, in the dialog', async () => {
      const people = creator.portal.service(People);
      const email = 'sita@example.com';
      const { id } = await people.add({ ...author, email, name: 'Sita Site' });
      await people.grant(id, 'Site Administrator', creator.site.id);
      await people.grant(id, 'Author', creator.site.id);
      creator.sandbox.next('invalid-api-key');
      await failOnce();
      const browser = await TestBrowser.open();
      try {
        const screen = await browser.page(creator.portal, { width: 380, person: { ...author, email } });
        await screen.goto('/web/home/ai-creator/create');
        await screen.getByLabel('Description').first().fill('a lighthouse');
        await screen.getByRole('button', { name: 'Create', exact: true }).click();
        await screen.getByText('For administrators:').waitFor();
        const link = screen.getByRole('link', { name: 'AI Creator settings' });
        expect(await link.getAttribute('href')).to.equal('/web/home/configuration/site-settings/ai-creator');
        expect(await accessibilityFaults(screen)).to.deep.equal([]);
      } finally {
        await browser.close();
      }
    });

    it('lets one request try after the cool-down, and sends again when it succeeds', async () => {
      creator.sandbox.next('insufficient-quota', 'insufficient-quota');
      await failOnce();
      time += 61_000;
      await failOnce();
      expect((await creator.create()).status, 'the probe failed').to.equal(503);
      time += 61_000;
      const probe = await creator.create();
      expect((await creator.settled(probe.body.id as string)).state).to.equal('offered');
      expect((await creator.create()).status).to.equal(201);
      expect(await page()).to.contain('No key is refused');
    });

    it('sends again after the key was changed, and when an administrator says so', async () => {
      const { person } = creator.portal.service(AccessContexts).system();
      creator.sandbox.next('invalid-api-key');
      await failOnce();
      const settings = creator.portal.service(Settings).of(creatorPage);
      const key = settings.secret(instanceScope, 'apiKey') ?? '';
      if (person) await settings.save(instanceScope, { apiKey: { set: `${key}` } }, person);
      expect((await creator.create()).status).to.equal(201);
      creator.sandbox.next('organization-not-verified');
      await failOnce();
      expect((await creator.create()).status).to.equal(503);
      expect((await post('/ai-creator/service/breakers/instance/close')).status).to.equal(303);
      expect((await creator.create()).status).to.equal(201);
    });

    it('sends again after a test of the key in force, not of one that is only typed', async () => {
      const test = (fields: object = {}) =>
        post('/configuration/instance-settings/ai-creator', { 'form.action': 'ai-creator/test-connection', ...fields });
      creator.sandbox.next('invalid-api-key');
      await failOnce();
      expect((await test({ apiKey: sandboxKey })).text).to.contain('Typed into this form, not stored yet.');
      expect((await creator.create()).status, 'another key').to.equal(503);
      await test({ service: 'ollama' });
      expect((await creator.create()).status, 'another service').to.equal(503);
      expect((await test()).text).to.contain('The one stored in Instance Settings.');
      expect((await creator.create()).status, 'the key in force').to.equal(201);
    });

    it('is not stopped by a description that was declined, nor by trouble of the line', async () => {
      creator.sandbox.next('moderation-blocked', 'reset-before-headers');
      await failOnce();
      await failOnce();
      expect((await creator.create()).status).to.equal(201);
    });
  });

  describe('models', () => {
    it('are listed with the day on which they end, and warned about', async () => {
      await choose('gpt-image-1.5');
      expect((await post('/ai-creator/service/refresh')).status).to.equal(303);
      const text = await page();
      expect(text).to.contain('gpt-image-2.6-sunburst').and.to.contain('2026-12-01');
      expect(text).to.contain('gpt-image-1.5, chosen for the instance, ends on 2026-12-01, in 9 days.');
    });

    it('are read soon after the start, with nobody asking for it', async () => {
      const other = await startCreatorPortal({ clock, config: { firstListMillis: 1 } });
      try {
        await other.portal.modules.stop('ai-creator');
        await other.portal.modules.start('ai-creator');
        for (let turn = 0; turn < 500 && other.sandbox.requests.length === 0; turn += 1) await setTimeout(10);
        expect(other.sandbox.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['GET /v1/models']);
      } finally {
        await other.stop();
      }
    });

    it('are not waited for when the module stops', async () => {
      const other = await startCreatorPortal({ clock, config: { firstListMillis: 1, testMillis: 60_000 } });
      try {
        await other.portal.modules.stop('ai-creator');
        other.sandbox.nextList('stall-before-headers');
        await other.portal.modules.start('ai-creator');
        for (let turn = 0; turn < 500 && other.sandbox.requests.length === 0; turn += 1) await setTimeout(10);
        await other.portal.modules.stop('ai-creator');
        expect(other.portal.log()).not.to.match(/"level":(?:40|50)/);
      } finally {
        await other.stop();
      }
    });

    it('are not taken for read because the service refused one', async () => {
      const other = await startCreatorPortal({ clock });
      try {
        await other.portal.command(['settings', 'set', 'ai-creator.model', 'my-own-model']);
        await other.settled((await other.create()).body.id as string);
        expect((await other.portal.command(['doctor'])).out).to.contain('the list of models was not read yet');
      } finally {
        await other.stop();
      }
    });

    it('stand in the audit log by names, as do orders; images that were added without theirs, which is made of the description', async () => {
      const { body } = await creator.create({ count: '2', size: '512x512' });
      const generation = await creator.settled(body.id as string);
      await creator.addAll(generation);
      await choose('gpt-image-1.5');
      const { text } = await administrator.get('/configuration/audit-log?area=ai-creator').set('Accept', 'text/html').expect(200);
      const names = generation.images.map(({ name }) => name);
      expect(text).to.include('Order of images').and.to.include('2 images, 512x512').and.to.include('>AI Creator<');
      expect(text).to.include('Image into Documents and Media').and.to.include('a document');
      for (const name of names) expect(text).not.to.include(name);
      expect(text)
        .not.to.include(generation.id)
        .and.not.to.match(/<(?:ins|del)>\s*\{/)
        .and.not.to.include('audit.action');
    });

    it('are replaced along the preference list when they are gone, once, with an audit entry', async () => {
      await choose('gpt-image-1.5');
      await post('/ai-creator/service/refresh');
      time = Date.parse('2026-12-02T10:00:00Z');
      administrator = await creator.portal.signIn();
      await post('/ai-creator/service/refresh');
      await post('/ai-creator/service/refresh');
      expect(await page()).to.contain('gpt-image-1.5, chosen for the instance, is gone. gpt-image-2.6-flare takes its place.');
      const { records } = await creator.portal.service(AuditLog).list({ area: 'ai-creator', subject: 'model' });
      expect(records.map(({ before, after, action }) => [action, before, after])).to.deep.equal([
        ['moved', 'gpt-image-1.5', 'gpt-image-2.6-flare'],
      ]);
      const made = await creator.create({}, administrator);
      await creator.settled(made.body.id as string, administrator);
      expect(creator.sandbox.generations.map(({ body }) => (body as { model: string }).model)).to.deep.equal([
        'gpt-image-2.6-flare',
      ]);
    });

    it('are shown a page at a time, and found by their name', async () => {
      const seenAt = clock.now().toISOString();
      await post('/ai-creator/service/refresh');
      const { unitOfWork } = { unitOfWork: creator.portal.service(UnitOfWork) };
      const [{ provider = '' } = {}] = await unitOfWork.read((reader) =>
        reader.query<{ provider: string }>('SELECT provider FROM ai_creator_listed_model', []),
      );
      const rows = Array.from({ length: 5000 }, (_, index) => ({
        provider,
        name: `vendor/model-${String(index).padStart(4, '0')}`,
        shutdownDate: null,
        seenAt,
        goneAt: null,
      }));
      await unitOfWork.write(async (transaction) => {
        for (let at = 0; at < rows.length; at += 500) await transaction.repository(KnownModel).insert(rows.slice(at, at + 500));
      });
      await creator.portal.modules.stop('ai-creator');
      await creator.portal.modules.start('ai-creator');
      const at = async (query: string): Promise<readonly string[]> => {
        const { text } = await administrator.get(`/ai-creator/service${query}`).set('Accept', 'text/html').expect(200);
        return [...text.matchAll(/scope="row">([^<]+)</g)].map(([, name = '']) => name);
      };
      expect(await at('')).to.have.length(20);
      expect((await at('?q=MODEL-04&page=2'))[0]).to.equal('vendor/model-0420');
      expect(await at('?q=model-0421')).to.deep.equal(['vendor/model-0421']);
      expect(await at('?page=999999')).to.include('vendor/model-4999');
      expect(await page()).to.match(/1 to 20 of 50\d\d models/);
      expect((await administrator.get('/ai-creator/service?q=nothing-like-it')).text).to.include(
        'No model has this in its name.',
      );
      await administrator.get('/ai-creator/service?page=0').expect(400);
    });

    it('may have any name but that of one that was shut down', async () => {
      await choose('my-own-model');
      const error = await choose('dall-e-3').catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'invalid-input' });
    });

    it('that the service does not know any more are not asked again', async () => {
      await choose('my-own-model');
      for (const _ of [1, 2]) await failOnce();
      expect(creator.sandbox.generations.map(({ body }) => (body as { model: string }).model)).to.deep.equal([
        'my-own-model',
        'gpt-image-2.6-flare',
        'gpt-image-2.6-flare',
      ]);
    });
  });
});
