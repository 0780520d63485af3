import { setTimeout } from 'node:timers/promises';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, AuditLog, type Clock, instanceScope } from '@portico/core';
import { expect } from 'chai';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorHouse, startCreatorHouse, type Visitor } from './creator-house.js';

let time = Date.parse('2026-11-22T10:00:00Z');
const clock: Clock = { now: () => new Date(time), monotonic: () => performance.now() };

describe('the image service as administrators see it', () => {
  let creator: CreatorHouse;
  let administrator: Visitor;
  beforeEach(async () => {
    time = Date.parse('2026-11-22T10:00:00Z');
    creator = await startCreatorHouse({ clock, config: { breakerSeconds: 60 }, sandboxOptions: { now: () => clock.now() } });
    administrator = await creator.house.signIn();
  });
  afterEach(() => creator.stop());

  const post = async (path: string, fields: object = {}) =>
    administrator
      .post(path)
      .set('Origin', creator.house.url)
      .set('X-Portico-Csrf', await creator.house.csrf(administrator))
      .set('Accept', 'text/html')
      .type('form')
      .send(fields);
  const page = async (): Promise<string> => (await administrator.get('/ai-creator/service').set('Accept', 'text/html')).text;
  const choose = async (model: string): Promise<void> => {
    const { person } = creator.house.service(AccessContexts).system();
    if (person)
      await creator.house
        .service(Settings)
        .of(creatorSettings)
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
      const { person } = creator.house.service(AccessContexts).system();
      creator.sandbox.next('key-rejected');
      await failOnce();
      const settings = creator.house.service(Settings).of(creatorSettings);
      const key = settings.secret(instanceScope, 'apiKey') ?? '';
      if (person) await settings.save(instanceScope, { apiKey: { set: `${key}` } }, person);
      expect((await creator.create()).status).to.equal(201);
      creator.sandbox.next('organization-not-verified');
      await failOnce();
      expect((await creator.create()).status).to.equal(503);
      expect((await post('/ai-creator/service/breakers/instance/close')).status).to.equal(303);
      expect((await creator.create()).status).to.equal(201);
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
      const other = await startCreatorHouse({ clock, config: { firstListMillis: 1 } });
      try {
        await other.house.modules.stop('ai-creator');
        await other.house.modules.start('ai-creator');
        for (let round = 0; round < 500 && other.sandbox.requests.length === 0; round += 1) await setTimeout(10);
        expect(other.sandbox.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['GET /v1/models']);
      } finally {
        await other.stop();
      }
    });

    it('are replaced along the preference list when they are gone, once, with an audit entry', async () => {
      await choose('gpt-image-1.5');
      await post('/ai-creator/service/refresh');
      time = Date.parse('2026-12-02T10:00:00Z');
      administrator = await creator.house.signIn();
      await post('/ai-creator/service/refresh');
      await post('/ai-creator/service/refresh');
      expect(await page()).to.contain('gpt-image-1.5, chosen for the instance, is gone. gpt-image-2.6-flare takes its place.');
      const { records } = await creator.house.service(AuditLog).list({ area: 'ai-creator', subject: 'model' });
      expect(records.map(({ before, after, action }) => [action, before, after])).to.deep.equal([
        ['moved', 'gpt-image-1.5', 'gpt-image-2.6-flare'],
      ]);
      const made = await creator.create({}, administrator);
      await creator.settled(made.body.id as string, administrator);
      expect(creator.sandbox.generations.map(({ body }) => (body as { model: string }).model)).to.deep.equal([
        'gpt-image-2.6-flare',
      ]);
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
