import { randomBytes } from 'node:crypto';
import { Settings } from '@portico/configuration/api';
import { instanceScope, PortalError, SiteDirectory, siteScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { formOf, instancePage, saveForm, sitePage, startSampleSettings, visibleText } from '../testing/index.js';

const environmentKey = 'sk-environment-0123456789';
const storedKey = 'sk-stored-0123456789-abcd';

describe('Settings of the deployment', () => {
  let portal: TestPortal;
  before(async () => {
    portal = await startSampleSettings({
      environment: {
        PORTICO_SETTING_SAMPLE_API_KEY: environmentKey,
        PORTICO_SETTING_SAMPLE_SECONDS: '12',
        PORTICO_SETTING_SAMPLE_COLOUR: 'green',
        PORTICO_SETTING_SAMPLE_LAMP: 'true',
        PORTICO_SETTING_LIGHTHOSE_LAMP: 'true',
        PORTICO_LOCKED_SETTINGS: 'sample.lamp',
      },
      config: {
        modulePaths: ['modules', new URL('../../test/fixtures/sample', import.meta.url).pathname],
        modules: {
          configuration: {
            settings: { sample: { greeting: 'From the file', seconds: 3, horn: false, apiKey: 'sk-in-a-file-0123456789' } },
            locked: ['sample.horn'],
          },
        },
      },
    });
  });
  after(() => portal.stop());

  const handle = () => {
    const found = portal.service(Settings).byId('sample');
    if (!found) throw new Error('The sample is gone.');
    return found.handle;
  };

  it('stand under the instance’s, variables over files', () => {
    const origins = ['greeting', 'seconds', 'colour'].map((field) => {
      const { value, origin } = handle().resolve(instanceScope, field);
      return [value, origin];
    });
    expect(origins).to.deep.equal([
      ['From the file', 'file'],
      [12, 'environment'],
      ['white', 'default'],
    ]);
    expect(handle().secret(instanceScope, 'apiKey')).to.equal(environmentKey);
    expect(handle().get(instanceScope).apiKey).to.include({ suppliedBy: 'environment', lastFour: '6789' });
  });

  it('are reported when they do not fit or must not stand where they are', async () => {
    const log = portal.log();
    expect(log).to.match(/PORTICO_SETTING_SAMPLE_COLOUR does not fit its setting and is ignored\. [A-Z].* One of: .*white/);
    expect(log).not.to.include('problem.');
    expect(log).not.to.include(environmentKey);
    const admin = await portal.signIn();
    expect(visibleText((await admin.get(instancePage)).text)).to.include(
      'In force: Ends in 6789, from the environment (PORTICO_SETTING_SAMPLE_API_KEY).',
    );
  });

  it('are named by the doctor when they belong to no setting', async () => {
    const { out, err } = await portal.command(['doctor']);
    expect(out + err).to.include('PORTICO_SETTING_LIGHTHOSE_LAMP names no setting');
    expect(out + err).not.to.include('PORTICO_SETTING_SAMPLE_LAMP names');
  });

  it('lock fields, which are then read-only at every scope and name what locks them', async () => {
    const admin = await portal.signIn();
    for (const page of [instancePage, sitePage]) {
      const { text } = await admin.get(page);
      expect(visibleText(text)).to.include('Read-only here. In force: On, locked by PORTICO_SETTING_SAMPLE_LAMP.');
      expect(text).to.match(/id="setting-lamp"[^>]* disabled/);
    }
    const home = siteScope(portal.service(SiteDirectory).byAddress('home')?.id ?? '');
    const person = { id: 'system', kind: 'system', email: '', name: 'Test' } as const;
    for (const scope of [instanceScope, home]) {
      const code = await handle()
        .save(scope, { horn: { set: true } }, person)
        .catch((error: unknown) => (error instanceof PortalError ? error.code : error));
      expect(code).to.equal('setting-locked');
    }
    expect(handle().get(home)).to.include({ lamp: true, horn: false });
  });

  it('do not keep the rest of a form from being saved', async () => {
    const admin = await portal.signIn();
    expect((await saveForm(portal, admin, instancePage, { greeting: 'Stored' })).status).to.equal(303);
    expect(handle().resolve(instanceScope, 'greeting')).to.include({
      value: 'Stored',
      inherited: 'From the file',
      inheritedOrigin: 'file',
    });
  });
});

describe('A value of the deployment that its setting does not take', () => {
  const refused = [
    'The value of PORTICO_SETTING_SAMPLE_SECONDS does not fit its setting and is ignored. Enter 60 or less.',
    'The value of PORTICO_SETTING_SAMPLE_COLOUR does not fit its setting and is ignored. Choose one of the options. One of: white, red.',
    'The value of PORTICO_SETTING_BEACON_CALL_SIGN does not fit its setting and is ignored. A call sign is two to six capital letters.',
    'The value of PORTICO_SETTING_BEACON_SIGNALS does not fit its setting and is ignored. Choose one of the options. One of: light, horn, radio.',
    'The value of modules.configuration.settings.beacon.crew does not fit its setting and is ignored. Thirteen is unlucky at sea.',
    'PORTICO_SETTING_BEACON_HARBOUR says "nroth", which is none of the choices. One of: north, south.',
  ];
  let portal: TestPortal;
  before(async () => {
    portal = await startSampleSettings({
      environment: {
        PORTICO_SETTING_SAMPLE_SECONDS: '61',
        PORTICO_SETTING_SAMPLE_COLOUR: 'green',
        PORTICO_SETTING_BEACON_CALL_SIGN: 'abc',
        PORTICO_SETTING_BEACON_SIGNALS: 'light\nsmoke',
        PORTICO_SETTING_BEACON_HARBOUR: 'nroth',
      },
      config: { modules: { configuration: { settings: { beacon: { crew: 13 } } } } },
    });
  });
  after(() => portal.stop());
  const words = (text: string): string => visibleText(text).replaceAll('&quot;', '"');

  it('is named with what it takes by the doctor', async () => {
    const { out } = await portal.command(['doctor']);
    for (const sentence of refused) expect(out).to.include(`warning: ${sentence}`);
  });

  it('is named in the log when the portal opens', () => {
    const lines = portal
      .log()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    for (const sentence of refused) expect(lines).to.include(sentence);
  });

  it('is named beside its field in Instance Settings, and not at sites', async () => {
    const admin = await portal.signIn();
    const beacon = '/configuration/instance-settings/beacon';
    const both = words((await admin.get(instancePage)).text) + words((await admin.get(beacon)).text);
    for (const sentence of refused) expect(both).to.include(sentence);
    expect((await admin.get(beacon)).text).to.match(/aria-describedby="[^"]*setting-harbour-deployed/);
    expect(words((await admin.get('/web/home/configuration/site-settings/beacon')).text)).not.to.include('none of the choices');
  });
});

describe('A stored secret after a restart', () => {
  const masterKey = (): string => randomBytes(32).toString('base64');

  it('is there with the same master key; with another it is unreadable, and everything else works', async () => {
    const first = masterKey();
    let portal = await startSampleSettings({ environment: { PORTICO_MASTER_KEY: first } });
    const { home } = portal;
    try {
      let admin = await portal.signIn();
      await saveForm(portal, admin, instancePage, { apiKey: storedKey, greeting: 'Kept', lamp: 'on' });
      await portal.stop({ keep: true });

      portal = await startSampleSettings({ home, environment: { PORTICO_MASTER_KEY: first } });
      expect(portal.service(Settings).byId('sample')?.handle.secret(instanceScope, 'apiKey')).to.equal(storedKey);
      await portal.stop({ keep: true });

      portal = await startSampleSettings({ home, environment: { PORTICO_MASTER_KEY: masterKey() } });
      const handle = portal.service(Settings).byId('sample')?.handle;
      expect(handle?.secret(instanceScope, 'apiKey')).to.equal(undefined);
      expect(handle?.get(instanceScope)).to.deep.include({ greeting: 'Kept', lamp: true });
      expect(handle?.get(instanceScope).apiKey).to.include({ isSet: true, readable: false });
      const doctor = await portal.command(['doctor']);
      expect(doctor.out + doctor.err).to.include('The secret sample.apiKey of the instance cannot be read with this master key.');
      admin = await portal.signIn();
      const { text } = await admin.get(instancePage);
      expect(visibleText(text)).to.include('What is stored cannot be read');
      expect(formOf(text).greeting).to.equal('Kept');
      await saveForm(portal, admin, instancePage, { apiKey: storedKey });
      expect(handle?.secret(instanceScope, 'apiKey')).to.equal(storedKey);
    } finally {
      await portal.stop({ keep: false });
    }
  });
});
