import { resolve } from 'node:path';
import { defineSettingsAddition, Settings } from '@portico/configuration/api';
import { instanceScope, SiteDirectory, siteScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { formOf, instancePage, saveForm, sitePage, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

const fixtures = resolve(import.meta.dirname, '../../test/fixtures');
const password = 'between-two-tides';
/** As the module that brings it says it. */
const keeper = defineSettingsAddition({
  page: 'sample',
  fields: { watch: { type: 'number', label: 'keeper.watch', default: 4, min: 1, max: 8 } },
});

describe('Fields that a module brings to the page of another', () => {
  let portal: TestPortal;
  let admin: TestClient;

  before(async () => {
    portal = await startSampleSettings({
      config: {
        modulePaths: ['modules', `${fixtures}/sample`, `${fixtures}/keeper`],
        modules: { configuration: { settings: { sample: { song: 'Hymn' } } } },
      },
      environment: { PORTICO_SETTING_SAMPLE_WATCH: '6', PORTICO_LOCKED_SETTINGS: 'sample.watch' },
    });
    admin = await portal.signIn();
  });
  after(() => portal.stop());
  afterEach(() => {
    Object.assign(globalThis, { shipInPort: undefined });
  });

  const entry = () => {
    const found = portal.service(Settings).byId('sample');
    if (!found) throw new Error('The sample is gone.');
    return found;
  };
  const run = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, out, err } = await portal.command(args);
    expect([exitCode, err], args.join(' ')).to.deep.equal([0, '']);
    return out;
  };

  it('stand in its form where they belong, in the words of their own module', async () => {
    const { text } = await admin.get(instancePage);
    const order = [...text.matchAll(/id="setting-(\w+)-row"/g)].map(([, name]) => name);
    expect(order.slice(0, 5)).to.deep.equal(['apiKey', 'lamp', 'password', 'watch', 'horn']);
    expect(order.slice(-2)).to.deep.equal(['ship', 'song']);
    expect(visibleText(text)).to.include('Password of the Keeper').and.include('bells').and.not.include('Another lamp');
    expect(entry().moduleOf('password')).to.equal('keeper');
    expect(entry().moduleOf('lamp')).to.equal('sample');
    expect(entry().moduleOf('anchor')).to.equal(undefined);
  });

  it('are saved with it, checked by their own module', async () => {
    const refused = await saveForm(portal, admin, instancePage, { password: 'short', greeting: 'Hello' });
    expect(visibleText(refused.text)).to.include('A keeper has a longer password.');
    expect((await saveForm(portal, admin, instancePage, { password, greeting: 'Hello' })).status).to.equal(303);
    expect(entry().handle.secret(instanceScope, 'password')).to.equal(password);
    expect(entry().handle.get(instanceScope)).to.include({ greeting: 'Hello' });
    expect((await admin.get(instancePage)).text).to.not.include(password);
  });

  it('have a source at a site, like all others', async () => {
    const home = portal.service(SiteDirectory).byAddress('home');
    const saved = await saveForm(portal, admin, sitePage, { 'password.mode': 'none' });
    expect(saved.status).to.equal(303);
    expect(entry().handle.secret(siteScope(home?.id ?? ''), 'password')).to.equal(undefined);
    await saveForm(portal, admin, sitePage, { 'password.mode': 'inherit' });
    expect(entry().handle.secret(siteScope(home?.id ?? ''), 'password')).to.equal(password);
  });

  it('have the names of the page on the command line, in variables, locks and files', async () => {
    expect(await run('settings', 'get', 'sample.watch'))
      .to.include('6 bells')
      .and.include('PORTICO_SETTING_SAMPLE_WATCH');
    expect((await portal.command(['settings', 'set', 'sample.watch', '3'])).err).to.include('locks sample.watch');
    expect(await run('settings', 'get', 'sample.song')).to.include('Hymn');
    await run('settings', 'set', 'sample.song', 'Ballad');
    const file = await run('settings', 'export', '--entry', 'sample', '--scope', 'instance');
    expect(JSON.parse(file).settings).to.deep.equal([
      {
        scope: 'instance',
        id: 'sample',
        values: { greeting: 'Hello', song: 'Ballad' },
        secretsLeftOut: ['password'],
      },
    ]);
    await run('settings', 'set', 'sample.song', 'Round');
    const { exitCode } = await portal.command(['settings', 'import'], file);
    expect([exitCode, entry().handle.get(instanceScope).song]).to.deep.equal([0, 'Ballad']);
    expect(await run('secrets', 'list')).to.include('sample.password');
  });

  it('are read by their own module through a handle of what it brings', () => {
    const handle = portal.service(Settings).of(keeper);
    expect(handle.get(instanceScope).watch).to.equal(6);
  });

  it('of which one is there twice leave the later one out, which doctor says', async () => {
    const { out } = await portal.command(['doctor']);
    expect(out).to.include('The module keeper brings a setting sample.lamp too, which is left out: the one of sample stays.');
    expect(entry().definition.fields.lamp?.type).to.equal('boolean');
  });

  it('may have their default, labels and suggestions from a provider', async () => {
    expect(await run('settings', 'get', 'sample.ship')).to.include('Brig');
    const before = entry().handle;
    Object.assign(globalThis, { shipInPort: 'sloop' });
    expect(await run('settings', 'get', 'sample.ship')).to.include('Sloop');
    expect(before.get(instanceScope).ship).to.equal('sloop');
    const { text } = await admin.get(instancePage);
    expect(formOf(text)).to.include({ ship: 'sloop' });
    expect(text)
      .to.match(/<option value="Ballad">/)
      .and.match(/<option value="Shanty">/);
    await run('settings', 'set', 'sample.ship', 'brig');
    expect(before.get(instanceScope).ship).to.equal('brig');
    expect((await portal.command(['settings', 'set', 'sample.ship', 'raft'])).exitCode).to.equal(1);
    expect((await portal.command(['settings', 'set', 'sample.song', 'of my own'])).exitCode).to.equal(0);
  });

  it('go with their module, and what is stored comes back with it, to whoever holds the page', async () => {
    const { handle } = entry();
    await portal.modules.disable('keeper');
    expect((await admin.get(instancePage)).text).to.not.include('setting-password');
    expect((await portal.command(['settings', 'get', 'sample.password'])).exitCode).to.equal(1);
    expect(Object.keys(entry().definition.fields)).to.not.include('password');
    await portal.modules.enable('keeper');
    expect(handle.secret(instanceScope, 'password')).to.equal(password);
    expect((await admin.get(instancePage)).text).to.include('setting-password');
  });
});
