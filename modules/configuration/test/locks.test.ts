import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Settings, type SettingsFields, type SettingsHandle } from '@portico/configuration/api';
import { instanceScope, SiteDirectory, siteScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { DeploymentSettings } from '../services/deployment-settings.js';
import { formOf, instancePage, saveForm, sitePage, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

const handleOf = (portal: TestPortal): SettingsHandle<SettingsFields> => {
  const found = portal.service(Settings).byId('sample');
  if (!found) throw new Error('The sample is gone.');
  return found.handle;
};

describe('Settings that an operator locks without giving a value', () => {
  let home: string;
  let portal: TestPortal;
  let admin: TestClient;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-locks-'));
    portal = await startSampleSettings({ home });
    admin = await portal.signIn();
    await saveForm(portal, admin, instancePage, { greeting: 'Before the lock', lamp: 'on' });
    await saveForm(portal, admin, sitePage, { 'greeting.mode': 'own', greeting: 'Of the site', 'apiKey.mode': 'none' });
    await portal.command(
      ['settings', 'import'],
      JSON.stringify({
        format: 'portico-settings',
        version: 1,
        settings: [{ scope: 'instance', id: 'sample', values: { seconds: 9 } }],
      }),
    );
    await portal.stop({ keep: true });
    const PORTICO_LOCKED_SETTINGS = '"sample.greeting, sample.lamp,sample.Seconds  sample.apiKey" sample.colur';
    portal = await startSampleSettings({ home, environment: { PORTICO_LOCKED_SETTINGS } });
    admin = await portal.signIn();
  });
  after(async () => {
    await portal.stop();
    await rm(home, { recursive: true, force: true });
  });

  const homeSite = (): ReturnType<typeof siteScope> => siteScope(portal.service(SiteDirectory).byAddress('home')?.id ?? '');
  const values = (): unknown => [handleOf(portal).get(instanceScope), handleOf(portal).get(homeSite())];
  const unchanged = async (work: () => Promise<unknown>): Promise<void> => {
    const before = values();
    await work();
    expect(values()).to.deep.equal(before);
  };

  it('keep what was stored, for the instance and for sites', () => {
    expect(handleOf(portal).get(instanceScope)).to.include({ greeting: 'Before the lock', lamp: true, seconds: 9 });
    expect(handleOf(portal).get(homeSite())).to.include({ greeting: 'Of the site', lamp: true });
  });

  it('are looked up when the portal starts, and not for every value that is read', () => {
    const { lockOf } = DeploymentSettings.prototype;
    let lookedUp = 0;
    DeploymentSettings.prototype.lockOf = function (...place) {
      lookedUp += 1;
      return lockOf.apply(this, place);
    };
    try {
      for (const scope of [instanceScope, homeSite()])
        expect(handleOf(portal).resolve(scope, 'greeting').lockedBy).to.equal('PORTICO_LOCKED_SETTINGS');
      expect(lookedUp).to.equal(0);
    } finally {
      DeploymentSettings.prototype.lockOf = lockOf;
    }
  });

  it('are read-only on the screens, which name the lock', async () => {
    for (const [page, greeting] of [
      [instancePage, 'Before the lock'],
      [sitePage, 'Of the site'],
    ] as const) {
      const { text } = await admin.get(page);
      expect(visibleText(text)).to.include(`Read-only here. In force: ${greeting}, locked by PORTICO_LOCKED_SETTINGS.`);
      expect(text).to.match(/id="setting-lamp"[^>]* disabled/);
    }
  });

  for (const [what, page, change] of [
    ['a text', instancePage, { greeting: 'Mine' }],
    ['a box that is unticked', instancePage, { lamp: undefined, 'lamp.shown': '1' }],
    ['a secret', instancePage, { apiKey: 'sk-locked-0123456789-abcd' }],
    ['a text of a site', sitePage, { 'greeting.mode': 'own', greeting: 'Mine' }],
    ['what a site inherits', sitePage, { 'greeting.mode': 'inherit', greeting: 'Of the site' }],
    ['a switch of a site', sitePage, { 'lamp.mode': 'off' }],
  ] as const)
    it(`refuse a form that is sent anyway, with ${what}, by the name of the lock`, () =>
      unchanged(async () => {
        const { status, text } = await saveForm(portal, admin, page, {
          ...change,
          ...(page === instancePage ? { colour: 'red' } : {}),
        });
        expect(status).to.equal(409);
        expect(visibleText(text)).to.match(/PORTICO_LOCKED_SETTINGS locks sample\.(greeting|lamp|apiKey)\./);
      }));

  it('refuse to be reset', () =>
    unchanged(async () => {
      const form = formOf((await admin.get(instancePage)).text);
      const { status, text } = await portal.post(admin, instancePage, { ...form, 'form.reset': 'greeting' });
      expect([status, visibleText(text).includes('PORTICO_LOCKED_SETTINGS locks sample.greeting.')]).to.deep.equal([409, true]);
    }));

  for (const argv of [
    ['set', 'sample.greeting', 'Mine'],
    ['unset', 'sample.greeting'],
    ['set', 'sample.lamp', 'off', '--site', 'home'],
    ['unset', 'sample.greeting', '--site', 'home'],
  ])
    it(`refuse the command settings ${argv.join(' ')}`, () =>
      unchanged(async () => {
        const { exitCode, err } = await portal.command(['settings', ...argv]);
        expect([exitCode, err]).to.deep.equal([1, `PORTICO_LOCKED_SETTINGS locks ${argv[1]}.\n`]);
      }));

  it('refuse an import, and the undoing of one that was made before', () =>
    unchanged(async () => {
      const file = {
        format: 'portico-settings',
        version: 1,
        settings: [{ scope: 'instance', id: 'sample', values: { greeting: 'Imported', colour: 'red' } }],
      };
      const imported = await portal.command(['settings', 'import'], JSON.stringify(file));
      expect([imported.exitCode, imported.err.includes('PORTICO_LOCKED_SETTINGS locks sample.greeting.')]).to.deep.equal([
        1,
        true,
      ]);
      const undone = await portal.command(['settings', 'undo']);
      expect([undone.exitCode, undone.err]).to.deep.equal([1, 'PORTICO_LOCKED_SETTINGS locks sample.seconds.\n']);
    }));

  it('let the rest of the form be saved', async () => {
    for (const page of [instancePage, sitePage]) expect((await saveForm(portal, admin, page, {})).status).to.equal(303);
    expect((await saveForm(portal, admin, instancePage, { colour: 'red' })).status).to.equal(303);
    expect(handleOf(portal).get(instanceScope)).to.include({ colour: 'red', greeting: 'Before the lock', lamp: true });
  });

  it('are reported by doctor when they belong to nothing, with the name that was meant', async () => {
    const { out } = await portal.command(['doctor']);
    expect(out).to.include(
      'sample.colur names no setting of a module that runs; check the spelling. Did you mean sample.colour? It stands in PORTICO_LOCKED_SETTINGS and locks nothing.',
    );
  });
});

describe('A locked switch whose value says neither on nor off', () => {
  it('is off, whatever is stored, and says why', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portico-locks-'));
    let portal = await startSampleSettings({ home });
    try {
      await saveForm(portal, await portal.signIn(), instancePage, { lamp: 'on' });
      await portal.stop({ keep: true });
      const environment = { PORTICO_SETTING_SAMPLE_LAMP: 'ture', PORTICO_LOCKED_SETTINGS: 'sample.*' };
      portal = await startSampleSettings({ home, environment });
      expect(handleOf(portal).get(instanceScope)).to.include({ lamp: false });
      const { text } = await (await portal.signIn()).get(instancePage);
      expect(visibleText(text)).to.include('Off, locked by PORTICO_SETTING_SAMPLE_LAMP, which says neither on nor off.');
      expect((await portal.command(['doctor'])).out).to.include(
        'The value of PORTICO_SETTING_SAMPLE_LAMP says neither on nor off: the setting is locked off.',
      );
    } finally {
      await portal.stop();
      await rm(home, { recursive: true, force: true });
    }
  });
});
