import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

describe('a portal with a module that stands before the service of another', () => {
  let modules: FixtureModules;
  let portal: TestPortal;
  before(async () => {
    modules = await FixtureModules.create();
    await modules.write(
      'shop',
      `class Prices { of(item) { return 1.25; } }
       core.injectable()(Prices);
       export default defineModule(({ provide }) => provide(core.serviceToken('shop.prices')).to(Prices));`,
      { provides: { 'shop.prices': '1.0.0' } },
    );
    await modules.write(
      'till',
      `class Pages { prefix = '/till'; constructor(prices) { this.prices = prices; }
         register(router) { router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'To pay: ' + this.prices.of('soap'); }); } }
       core.injectable()(Pages);
       core.inject(core.serviceToken('shop.prices'))(Pages, undefined, 0);
       export default defineModule(({ contribute }) => contribute(HttpRoutes).to(Pages));`,
      { requires: { 'shop.prices': '^1.0.0' } },
    );
    await modules.write(
      'rounding',
      `class Rounded { constructor(prices) { this.prices = prices; } of(item) { return Math.round(this.prices.of(item)); } }
       core.injectable()(Rounded);
       core.inject(core.former(core.serviceToken('shop.prices')))(Rounded, undefined, 0);
       export default defineModule(({ decorate }) => decorate(core.serviceToken('shop.prices')).to(Rounded));`,
      { decorates: { 'shop.prices': '^1.0.0' } },
    );
    portal = await startTestPortal({ config: { modulePaths: modules.paths } });
  });
  after(async () => {
    await portal?.stop();
    await modules?.remove();
  });

  const toPay = async (): Promise<string> => (await portal.agent().get('/till')).text;
  const why = async (id: string): Promise<string> => (await portal.command(['modules', 'why', id])).out;

  it('shows what it makes of it, says so to operators, and shows the former again when the module stops', async () => {
    expect(await toPay()).to.equal('To pay: 1');
    expect(await why('rounding')).to.equal('rounding 1.0.0 is active.\n  It decorates shop.prices.\n');
    expect(await why('shop')).to.equal('shop 1.0.0 is active.\n  Its service shop.prices is decorated by rounding.\n');
    await portal.command(['modules', 'stop', 'rounding']);
    expect(await toPay()).to.equal('To pay: 1.25');
    expect(await why('shop')).to.equal('shop 1.0.0 is active.\n');
    await portal.command(['modules', 'start', 'rounding']);
    expect(await toPay()).to.equal('To pay: 1');
  });
});
