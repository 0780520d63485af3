import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

const hello = resolve(import.meta.dirname, '../../examples/hello-module');

const shop = `
  const Offers = core.extensionPoint('acme-shop.offers', { conditional: true, called: 'point.offer' });
  export default defineModule(({ host }) => host(Offers));`;
const tea = `
  const Offers = core.extensionPoint('acme-shop.offers', {
    conditional: true,
    called: () => 'point.offer',
  });
  export default defineModule(({ contribute, flag }) => {
    flag(core.defineFlag('acme.tea', { type: 'beta', title: 'Tea', default: false }));
    contribute(Offers).value({ label: 'assam' }, { id: 'assam', when: { flag: 'acme.tea' } });
  });`;

/** Screens name what modules of others bring as they name ours: points, contributions and modules by the words of their makers. */
describe('What a module of somebody else brings', () => {
  let modules: FixtureModules;
  let portal: TestPortal;
  let page: (address: string) => Promise<string>;

  before(async () => {
    modules = await FixtureModules.create();
    const write = async (id: string, source: string, manifest: object, words: object): Promise<void> => {
      const folder = await modules.write(id, source, manifest);
      await mkdir(join(folder, 'messages'));
      await writeFile(join(folder, 'messages/en.json'), JSON.stringify(words));
    };
    await write(
      'acme-shop',
      shop,
      { hosts: { 'acme-shop.offers': '1.0.0' } },
      { 'module.name': 'Tea Shop', 'point.offer': 'offer of the shop' },
    );
    await write(
      'acme-tea',
      tea,
      { requires: { 'acme-shop.offers': '^1.0.0' }, flags: { 'acme.tea': { type: 'beta', title: 'Tea', default: false } } },
      { 'module.name': 'Fine Teas', assam: 'Assam, Second Flush' },
    );
    portal = await startTestPortal({ config: { modulePaths: [...modules.paths, hello] } });
    const admin = await portal.signIn();
    page = async (address) =>
      (await admin.get(address)).text.replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  });
  after(async () => {
    await portal?.stop();
    await modules?.remove();
  });

  it('is active', () => {
    for (const id of ['acme-shop', 'acme-tea', 'hello']) expect(portal.modules.status(id)?.state, id).to.equal('active');
  });

  it('stands among what a flag affects in the words of the one who opened the point', async () => {
    expect(await page('/configuration/feature-flags?type=beta')).to.include('Affects: Assam, Second Flush (offer of the shop).');
    expect(await page('/configuration/feature-flags/acme.tea')).to.include(
      'Assam, Second Flush offer of the shop, of Fine Teas acme-tea',
    );
    expect(await page('/configuration/feature-flags/acme.hello')).to.include('Hello entry of the Product Menu, of Hello hello');
  });

  it('is named so by Diagnostics and the screens Modules and Extension Points, with the ids beside', async () => {
    const admin = await portal.signIn();
    const diagnostics = (await admin.get('/configuration/diagnostics')).text;
    expect(diagnostics).to.include('<option value="Assam, Second Flush (offer of the shop, Fine Teas)">');
    expect(await page('/configuration/diagnostics?text=assam')).to.include('contributed by Fine Teas to acme-shop.offers');
    expect(await page('/configuration/extension-points?text=acme-shop')).to.match(
      /acme-shop\.offers .*Of Tea Shop\. Now added to by Fine Teas\./,
    );
    expect(await page('/configuration/modules'))
      .to.include('Fine Teas acme-tea')
      .and.to.include('AI Creator ai-creator');
    expect(await page('/configuration/modules/acme-shop/stop'))
      .to.include('Stop Tea Shop?')
      .and.to.include('Fine Teas acme-tea');
  });
});
