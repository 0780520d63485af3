import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditLog, Modifications } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';
import { ModulePackages } from './support/module-packages.js';

const pages = `class Pages { prefix = '/gallery'; constructor(prices) { this.prices = prices; }
   register(router) { router.get('/', { access: 'public' }, (ctx) => ctx.render('wall', { pictures: ['Sunrise', 'Harbour'], price: this.prices.of() }, { title: 'Wall', layout: 'none' })); } }
 core.injectable()(Pages);
 core.inject(core.serviceToken('gallery-shop.prices'))(Pages, undefined, 0);
 export default defineModule(({ contribute }) => contribute(HttpRoutes).to(Pages));`;

const doubling = `class Doubled { constructor(prices) { this.prices = prices; } of() { return 2 * this.prices.of(); } }
 core.injectable()(Doubled);
 core.inject(core.former(core.serviceToken('gallery-shop.prices')))(Doubled, undefined, 0);
 export default defineModule(({ decorate }) => decorate(core.serviceToken('gallery-shop.prices')).to(Doubled));`;

const nothing = 'export default defineModule(() => {});';
const wall = 'gallery/wall';

describe('What modules change about others', () => {
  let modules: FixtureModules;
  let portal: TestPortal;

  const write = async (module: string, file: string, text: string): Promise<void> => {
    const path = join(modules.path, module, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  /** A module that shows its own wall in place of that of the gallery. */
  const overriding = async (id: string, view: string | undefined, manifest: object = {}): Promise<void> => {
    await modules.write(id, nothing, { overrides: { [wall]: '^1.0.0' }, ...manifest });
    if (view !== undefined) await write(id, `views/overrides/${wall}.hbs`, view);
  };
  const shown = async (): Promise<string> => (await portal.agent().get('/gallery')).text.replaceAll(/\s+/g, ' ').trim();
  const command = async (...argv: readonly string[]): Promise<string> => {
    const { out, err } = await portal.command(['modules', ...argv]);
    return out + err;
  };
  const start = async (home?: string): Promise<void> => {
    portal = await startTestPortal({ config: { modulePaths: modules.paths }, ...(home ? { home } : {}) });
  };

  beforeEach(async () => {
    modules = await FixtureModules.create();
    await modules.write(
      'gallery-shop',
      `export default defineModule(({ provide }) => provide(core.serviceToken('gallery-shop.prices')).value({ of: () => 10 }));`,
      { provides: { 'gallery-shop.prices': '1.0.0' } },
    );
    await modules.write('gallery', pages, { requires: { 'gallery-shop.prices': '^1.0.0' } });
    await write('gallery', 'views/wall.hbs', `{{t 'wall.title'}}: {{#each pictures}}{{> frame}}{{/each}}{{price}}`);
    await write('gallery', 'views/partials/frame.hbs', `[{{this}}]`);
    await write('gallery', 'messages/en.json', JSON.stringify({ 'wall.title': 'Pictures' }));
  });
  afterEach(async () => {
    await portal?.stop();
    await modules.remove();
  });

  it('a view is shown in place of another, with the words and partials of both, until it is switched off, at once and over restarts', async () => {
    await overriding('dusk', `{{t 'wall.title'}} {{t 'dusk.title'}}: {{#each pictures}}{{> frame}}{{/each}} of {{price}}`);
    await write('dusk', 'messages/en.json', JSON.stringify({ 'dusk.title': 'at dusk' }));
    await start();
    expect(await shown()).to.equal('Pictures at dusk: [Sunrise][Harbour] of 10');
    expect(await command('why', 'dusk')).to.include('It shows its own view in place of gallery/wall.\n');
    expect(await command('why', 'gallery')).to.include('Its view gallery/wall is shown by dusk.');
    expect(await command('changes', 'dusk', wall, 'off')).to.equal('dusk  view  gallery/wall  off\n');
    expect(await shown()).to.equal('Pictures: [Sunrise][Harbour]10');
    expect(await command('why', 'dusk')).to.include('Not now: an operator switched it off.');
    const { records } = await portal.service(AuditLog).list({ area: 'modules' });
    expect(records).to.have.length(1);
    expect(records[0]).to.deep.include({
      subject: 'dusk',
      attribute: `view ${wall}`,
      before: true,
      after: false,
      via: 'command',
    });
    const { home } = portal;
    await portal.stop({ keep: true });
    await start(home);
    expect(await shown(), 'after a restart').to.equal('Pictures: [Sunrise][Harbour]10');
    await command('changes', 'dusk', wall, 'on');
    expect(await shown()).to.equal('Pictures at dusk: [Sunrise][Harbour] of 10');
    await portal.modules.stop('dusk');
    expect(await shown(), 'goes with its module').to.equal('Pictures: [Sunrise][Harbour]10');
    expect(await command('changes', 'dusk')).to.equal('dusk  view  gallery/wall  waiting  The module dusk does not run.\n');
  });

  it('of several the first by the id of its module counts, and the next one where that is off, or broken', async () => {
    await overriding('b', 'b');
    await overriding('a', 'a');
    await overriding('c', 'c');
    await start();
    expect(await shown()).to.equal('a');
    expect(
      (await portal.service(Modifications).list()).map(({ module, state, order }) => [module, state, order.join()]),
    ).to.deep.equal([
      ['a', 'in-force', 'a,b,c'],
      ['b', 'behind', 'a,b,c'],
      ['c', 'behind', 'a,b,c'],
    ]);
    expect(await command('why', 'b')).to.include('Not now: a shows the same view, and comes first. The order is a, b, c.');
    await command('changes', 'a', wall, 'off');
    expect(await shown()).to.equal('b');
    await write('b', `views/overrides/${wall}.hbs`, '{{#if}}');
    await portal.refresh({ kind: 'views', owner: 'b' });
    expect(await shown()).to.equal('c');
    await portal.modules.stop('gallery');
    await portal.modules.start('gallery');
    expect(await shown(), 'after the other module came back').to.equal('c');
  });

  for (const [what, view, manifest, reason] of [
    ['cannot be read', '{{#each pictures}}', {}, 'cannot be read'],
    ['names a partial that is not there', '{{> unicorn}}', {}, 'there is no partial "unicorn"'],
    [
      'fails while the page is written',
      `{{script 'unicorn.js'}}{{#*inline "again"}}{{> again}}{{/inline}}{{> again}}`,
      {},
      'It failed while a page was written, and the original was shown: ',
    ],
    ['is not there', undefined, {}, 'There is no file'],
    [
      'was written for another version',
      'dusk',
      { overrides: { [wall]: '^2.0.0' } },
      'It was written for gallery ^2.0.0, and this is 1.0.0.',
    ],
    ['is of a view that the other has not', undefined, { overrides: { 'gallery/cellar': '^1.0.0' } }, 'There is no file'],
  ] as const)
    it(`a view that ${what} leaves the original there, and says so`, async () => {
      await overriding('dusk', view, manifest);
      await start();
      expect(await shown()).to.equal('Pictures: [Sunrise][Harbour]10');
      expect(portal.modules.status('dusk')?.state).to.equal('active');
      const [change] = portal.service(Modifications).list();
      expect(change).to.include({ module: 'dusk', state: 'broken' });
      expect(change?.reason).to.include(reason);
      expect(await command('why', 'dusk')).to.include('Not now: ');
      if (view !== undefined && !('overrides' in manifest))
        expect(portal.log()).to.include('A view in place of another cannot be shown; the original is.');
    });

  it('a view that fails for one page is said to be broken until it is read anew, whatever it did for others, and leaves none of its rows to the original', async () => {
    await modules.write(
      'gallery',
      pages.replace(
        /router.get.*;/,
        `for (const path of ['/', '/bad']) router.get(path, { access: 'public' }, (ctx) =>
          ctx.render('wall', { pictures: [{ id: 1, title: 'Sunrise' }], isBad: path === '/bad' }, { layout: 'none' }));`,
      ),
      { requires: { 'gallery-shop.prices': '^1.0.0' } },
    );
    await write('gallery', 'views/wall.hbs', `{{#each pictures}}{{#cached 'card' id}}[{{title}}]{{/cached}}{{/each}}`);
    const fails = `{{#if isBad}}{{#*inline "again"}}{{> again}}{{/inline}}{{> again}}{{/if}}`;
    const view = `{{#each pictures}}{{#cached 'card' id}}({{title}} at dusk){{/cached}}{{/each}}`;
    await overriding('dusk', view + fails);
    await start();
    const at = async (path: string): Promise<string> => (await portal.agent().get(`/gallery${path}`)).text.trim();
    const state = (): string | undefined => portal.service(Modifications).list()[0]?.state;
    expect([await at(''), state()]).to.deep.equal(['(Sunrise at dusk)', 'in-force']);
    expect([await at('/bad'), state()]).to.deep.equal(['[Sunrise]', 'broken']);
    expect([await at(''), state()]).to.deep.equal(['(Sunrise at dusk)', 'broken']);
    expect(await at('/bad')).to.equal('[Sunrise]');
    expect(portal.log().split('A view in place of another cannot be shown').length - 1, 'said once').to.equal(1);
    await write('dusk', `views/overrides/${wall}.hbs`, view);
    await portal.refresh({ kind: 'views', owner: 'dusk' });
    expect([await at('/bad'), state()]).to.deep.equal(['(Sunrise at dusk)', 'in-force']);
  });

  it('a decorator steps aside by its switch, and whoever uses the service is given the former, without its module', async () => {
    await modules.write('twice', doubling, { decorates: { 'gallery-shop.prices': '^1.0.0' } });
    await modules.write('thrice', doubling.replace('2 *', '3 *'), { decorates: { 'gallery-shop.prices': '^1.0.0' } });
    await start();
    const there = portal.stats();
    expect(await shown()).to.match(/60$/);
    await command('changes', 'twice', 'gallery-shop.prices', 'off');
    expect(await shown()).to.match(/30$/);
    expect(portal.modules.list().map(({ state }) => state)).to.not.include.members(['failed', 'waiting']);
    expect(await command('why', 'twice')).to.include(
      'It decorates gallery-shop.prices. Not now: an operator switched it off. The order is thrice, twice.',
    );
    expect(await command('why', 'gallery-shop')).to.include('Its service gallery-shop.prices is decorated by thrice.');
    await command('changes', 'thrice', 'gallery-shop.prices', 'off');
    expect(await shown()).to.match(/10$/);
    const { home } = portal;
    await portal.stop({ keep: true });
    await start(home);
    expect(await shown(), 'after a restart').to.match(/10$/);
    for (const id of ['twice', 'thrice']) await command('changes', id, 'gallery-shop.prices', 'on');
    expect(await shown()).to.match(/60$/);
    expect(portal.stats()).to.deep.equal(there);
    expect(await command('changes', 'twice', 'unicorn', 'off')).to.include(
      'The module twice changes nothing that is called unicorn.',
    );
    expect(await command('changes', 'twice', 'gallery-shop.prices', 'maybe')).to.include('Say on or off, not "maybe".');
  });

  it('stay switched off for a module that is removed and comes back, unless its data went too', async () => {
    await start();
    const packages = await ModulePackages.create();
    try {
      const dusk = await packages.pack({
        id: 'dusk',
        manifest: { overrides: { [wall]: '^1.0.0' } },
        files: { [`views/overrides/${wall}.hbs`]: 'dusk' },
      });
      const plan = await command('plan', dusk);
      expect(plan).to.include('views that it shows in place of others:').and.to.include(`+ ${wall} ^1.0.0`);
      await command('install', dusk);
      expect(await shown()).to.equal('dusk');
      await command('changes', 'dusk', wall, 'off');
      expect(await command('remove', 'dusk')).to.include(`view ${wall}`);
      await command('install', dusk);
      expect(await shown()).to.match(/^Pictures/);
      await command('remove', 'dusk', '--with-data');
      await command('install', dusk);
      expect(await shown()).to.equal('dusk');
    } finally {
      await packages.remove();
    }
  });

  it('are listed on the page of the module, each with a switch that works by keyboard and without scripts', async () => {
    await overriding('dusk', 'dusk');
    await modules.write('twice', doubling, { decorates: { 'gallery-shop.prices': '^1.0.0' } });
    await start();
    const browser = await TestBrowser.open();
    try {
      const page = await browser.page(portal, { person: portal.administrator, javaScript: false, width: 390 });
      await page.goto('/configuration/modules/dusk');
      await page.getByText('Shows its own view in place of wall, of Gallery').waitFor();
      await page.getByRole('button', { name: 'Switch off: Shows its own view in place of wall' }).press('Enter');
      await page.getByRole('button', { name: 'Switch on: Shows its own view in place of wall' }).waitFor();
      expect(await shown()).to.match(/^Pictures/);
      await page.goto('/configuration/modules/gallery-shop');
      await page.getByRole('heading', { name: 'Changed by Other Modules' }).waitFor();
      await page.getByRole('link', { name: 'Twice' }).click();
      await page.getByRole('button', { name: 'Switch off: Stands before the service gallery-shop.prices' }).click();
      await page.getByText('Switched off').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).to.equal(0);
      const wide = await browser.page(portal, { person: portal.administrator });
      await wide.goto('/configuration/modules/twice');
      expect(await accessibilityFaults(wide)).to.deep.equal([]);
      expect(browser.complaints).to.deep.equal([]);
    } finally {
      await browser.close();
    }
    const { records } = await portal.service(AuditLog).list({ area: 'modules' });
    expect(records.map(({ subject, via }) => `${subject} ${via}`)).to.deep.equal(['twice screen', 'dusk screen']);
  });
});
