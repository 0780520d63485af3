import { Settings } from '@portico/configuration/api';
import { AccessContexts, AuditLog, type Clock, instanceScope, type Scope, siteScope } from '@portico/core';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

let time = 0;
const clock: Clock = { now: () => new Date(time), monotonic: () => performance.now() };
/** Ends on 2026-12-01. */
const ending = 'gpt-image-1.5';

describe('warnings about a model that ends', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  beforeEach(async () => {
    time = Date.parse('2026-08-01T10:00:00Z');
    creator = await startCreatorPortal({ clock, sandboxOptions: { now: () => clock.now() } });
    administrator = await creator.portal.signIn();
  });
  afterEach(() => creator.stop());

  const on = async (day: string): Promise<void> => {
    time = Date.parse(`${day}T10:00:00Z`);
    administrator = await creator.portal.signIn();
  };
  const choose = async (model: string, scope: Scope = instanceScope): Promise<void> => {
    const { person } = creator.portal.service(AccessContexts).system();
    if (person)
      await creator.portal
        .service(Settings)
        .of(creatorSettings)
        .save(scope, { model: { set: model } }, person);
  };
  const page = async (path: string): Promise<string> => (await administrator.get(path).set('Accept', 'text/html')).text;
  const refresh = async (): Promise<void> => {
    await creator.portal.post(administrator, '/ai-creator/service/refresh');
  };
  const warned = async (subject = 'model-warning') =>
    (await creator.portal.service(AuditLog).list({ area: 'ai-creator', subject })).records.map(({ attribute, after, scope }) => [
      scope,
      attribute,
      (after as { within?: number }).within,
    ]);
  const instance = '/configuration/instance-settings/ai-creator';
  const site = '/web/home/configuration/site-settings/ai-creator';
  const sentence = (days: number): string => `${ending}, chosen for the instance, ends on 2026-12-01, in ${days} days.`;

  it('stand above the settings of the instance and of sites that inherit it, from 90 days on', async () => {
    await choose(ending);
    for (const place of [instance, site]) expect(await page(place)).to.not.contain('chosen for');
    await on('2026-09-10');
    for (const place of [instance, site])
      expect(await page(place), place)
        .to.contain(sentence(82))
        .and.to.contain('alert-warning');
    await on('2026-11-26');
    expect(await page(instance))
      .to.contain(sentence(5))
      .and.to.contain('alert-danger');
    await choose('gpt-image-2', siteScope(creator.site.id));
    expect(await page(site)).to.not.contain('chosen for');
  });

  it('name the site that chose for itself, to both administrators', async () => {
    await on('2026-11-10');
    await choose(ending, siteScope(creator.site.id));
    for (const place of [instance, site])
      expect(await page(place)).to.contain(`${ending}, chosen for Home, ends on 2026-12-01, in 21 days.`);
  });

  it('are a number in the list of settings and at AI Usage in the menus, and a finding of the doctor', async () => {
    const doctor = async (): Promise<string> => (await creator.portal.command(['doctor'])).out;
    await choose(ending);
    expect(await doctor(), 'nothing was asked yet')
      .to.contain('ok      No chosen image model is known to end; the list of models was not read yet. (ai-creator)')
      .and.to.not.contain('are there');
    await refresh();
    expect(await doctor()).to.contain('ok      The chosen image models are there, and stay. (ai-creator)');
    await on('2026-11-10');
    const text = await page('/configuration/instance-settings');
    expect(text).to.match(/AI Usage<\/span>\s*<span class="badge badge-warning" title="1 warning about the model"/);
    expect(text).to.match(/AI Creator<\/a> <span class="pill pill-amber">1 needs attention</);
    const { exitCode, out } = await creator.portal.command(['doctor']);
    expect(out).to.contain(`warning: ${sentence(21)}`);
    expect(exitCode, 'a warning breaks nothing').to.equal(0);
    expect((await creator.visitor.get('/web/home/documents-media').set('Accept', 'text/html')).text).to.not.contain(
      'badge-warning',
    );
  });

  it('are a number at AI Usage in the menu of the site that chose the model, and of no other', async () => {
    await on('2026-11-10');
    const entry = /href="\/web\/home\/ai-creator\/usage"[\s\S]*?<\/a>/;
    const inMenu = async (): Promise<string> => entry.exec(await page('/web/home'))?.[0] ?? 'AI Usage is not there';
    expect(await inMenu())
      .to.contain('AI Usage')
      .and.not.contain('badge');
    await choose(ending, siteScope(creator.site.id));
    expect(await inMenu()).to.contain('1 warning about the model');
  });

  it('are in the audit log once for each of 90, 30 and 7 days, and the move after them', async () => {
    await choose(ending);
    await refresh();
    expect(await warned()).to.deep.equal([]);
    for (const day of ['2026-09-10', '2026-09-11', '2026-11-10', '2026-11-20', '2026-11-26', '2026-11-30']) {
      await on(day);
      await refresh();
      await refresh();
    }
    expect(await warned()).to.deep.equal([7, 30, 90].map((within) => ['instance', ending, within]));
    await on('2026-12-02');
    await refresh();
    expect(await warned('model')).to.have.length(1);
    expect(await warned()).to.have.length(3);
  });

  it('are written down at once when somebody chooses such a model', async () => {
    await on('2026-11-10');
    await choose(ending);
    await creator.portal.modules.stop('ai-creator');
    expect(await warned()).to.deep.equal([['instance', ending, 30]]);
  });

  it('are shown without a fault that axe finds', async () => {
    await choose(ending);
    await on('2026-11-10');
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 380]) {
        const screen = await browser.page(creator.portal, { width, person: creator.portal.administrator });
        await screen.goto(instance);
        await screen.getByText(sentence(21)).waitFor();
        await screen.getByRole('button', { name: 'Global Menu' }).click();
        const menu = screen.getByRole('tabpanel', { name: 'Control Panel' });
        await menu.getByRole('link', { name: 'AI Usage 1 warning about the model' }).waitFor();
        expect(await accessibilityFaults(screen)).to.deep.equal([]);
        await screen.context().close();
      }
    } finally {
      await browser.close();
    }
  }).timeout(60_000);
});
