import { extensionPoint, noteDeprecatedUse, serviceToken } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

const how = (instead: string): string => `{ since: '1.4.0', removal: '2.0.0', instead: 'Use ${instead}.' }`;
const shop = `
  core.extensionPoint('old-shop.shelves', { deprecated: ${how('NewShelves')} });
  core.serviceToken('old-shop.prices', { deprecated: ${how('NewPrices')} });
  class Till { constructor(prices) { this.prices = prices; } }
  core.injectable()(Till);
  core.inject(core.serviceToken('old-shop.prices'))(Till, undefined, 0);
  export default defineModule(({ host, provide, run }) => {
    host(core.extensionPoint('old-shop.shelves'));
    provide(core.serviceToken('old-shop.prices')).value({ of: () => 1 });
    run(Till);
  });`;
const user = `
  class Pages { prefix = '/customer'; constructor(prices) { this.prices = prices; }
    register(router) { router.get('/', { access: 'public' }, (ctx) => {
      core.noteDeprecatedUse('formatPrice of @acme/old-shop/api', ${how('Intl.NumberFormat')});
      ctx.body = 'price ' + this.prices.get().of();
    }); } }
  core.injectable()(Pages);
  core.inject(core.optional(core.serviceToken('old-shop.prices')))(Pages, undefined, 0);
  export default defineModule(({ contribute }) => {
    contribute(HttpRoutes).to(Pages);
    contribute(core.extensionPoint('old-shop.shelves')).value('a shelf');
  });`;

describe('What is deprecated', () => {
  let modules: FixtureModules;
  let portal: TestPortal;
  before(async () => {
    modules = await FixtureModules.create();
    await modules.write('old-shop', shop, {
      hosts: { 'old-shop.shelves': '1.0.0' },
      provides: { 'old-shop.prices': '1.0.0' },
    });
    await modules.write('customer', user, {
      requires: { 'old-shop.shelves': '^1.0.0' },
      optional: { 'old-shop.prices': '^1.0.0' },
    });
    portal = await startTestPortal({ config: { modulePaths: modules.paths, log: { level: 'warn' } } });
  });
  after(async () => {
    await portal?.stop();
    await modules?.remove();
  });

  const warned = (): readonly string[] =>
    portal
      .log()
      .split('\n')
      .filter((line) => line.includes('The module uses something deprecated.'))
      .map((line) => JSON.parse(line) as { readonly module: string; readonly name: string; readonly removal: string })
      .map(({ module, name, removal }) => `${module}: ${name} ${removal}`)
      .sort();
  const uses = (): readonly string[] =>
    portal.modules.status('customer')?.deprecations.map(({ kind, name }) => `${kind} ${name}`) ?? [];

  it('is said of who uses it, once: of a service, a point, and a function when it is called', async () => {
    expect(uses()).to.deep.equal(['service old-shop.prices', 'extension-point old-shop.shelves']);
    for (let times = 0; times < 3; times += 1) expect((await portal.agent().get('/customer')).text).to.equal('price 1');
    await portal.modules.stop('customer');
    await portal.modules.start('customer');
    await portal.agent().get('/customer');
    expect(warned()).to.deep.equal([
      'customer: formatPrice of @acme/old-shop/api 2.0.0',
      'customer: old-shop.prices 2.0.0',
      'customer: old-shop.shelves 2.0.0',
    ]);
    expect(uses()).to.have.length(3);
    expect(portal.modules.status('old-shop')?.deprecations, 'its own is its own affair').to.deep.equal([]);
  });

  it('stands on the page of the module that uses it, and in what the command says of it', async () => {
    const admin = await portal.signIn();
    const page = (await admin.get('/configuration/modules/customer')).text;
    expect(page)
      .to.include('It uses what will be taken away')
      .and.to.include('old-shop.shelves, gone with 2.0.0. Use NewShelves.');
    const listed = JSON.parse((await portal.command(['modules', 'list', '--json'])).out) as readonly {
      id: string;
      deprecations: object[];
    }[];
    expect(listed.find(({ id }) => id === 'customer')?.deprecations).to.deep.include({
      kind: 'extension-point',
      name: 'old-shop.shelves',
      since: '1.4.0',
      removal: '2.0.0',
      instead: 'Use NewShelves.',
    });
    expect((await portal.command(['modules', 'why', 'customer'])).out).to.include(
      'It uses old-shop.prices, deprecated since 1.4.0 and gone with 2.0.0. Use NewPrices.',
    );
  });

  it('goes with a later major version, or is refused where it is declared', () => {
    for (const removal of ['1.5.0', '1.0.0', '2.1.0', '2.0.0-rc.1', 'soon'])
      for (const declare of [
        () => serviceToken('acme.one', { deprecated: { since: '1.4.0', removal, instead: 'Use two.' } }),
        () => extensionPoint('acme.ones', { deprecated: { since: '1.4.0', removal, instead: 'Use two.' } }),
        () => noteDeprecatedUse('one of @acme/api', { since: '1.4.0', removal, instead: 'Use two.' }),
      ])
        expect(declare, removal).to.throw('what goes, goes with a later major version');
  });
});
