import { Settings } from '@portico/configuration/api';
import { instanceScope, SiteDirectory, siteScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { formOf, saveForm, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

const page = '/configuration/instance-settings/beacon';
const sitePage = '/web/home/configuration/site-settings/beacon';

describe('A form with fields of every type', () => {
  let portal: TestPortal;
  let admin: TestClient;
  const mood = (mood: 'awake' | 'asleep' | 'angry'): void => {
    Object.assign(globalThis, { harbourMaster: mood });
  };
  before(async () => {
    portal = await startSampleSettings({
      config: { modules: { configuration: { choicesMillis: 100 } } },
      environment: { PORTICO_SETTING_BEACON_LINKS: '["https://env.example/"]' },
    });
    admin = await portal.signIn();
  });
  after(async () => {
    mood('awake');
    await portal.stop();
  });
  afterEach(() => mood('awake'));

  const values = (): Readonly<Record<string, unknown>> =>
    portal.service(Settings).byId('beacon')?.handle.get(instanceScope) as Readonly<Record<string, unknown>>;
  const save = (changes: Readonly<Record<string, string | undefined>>): ReturnType<typeof saveForm> =>
    saveForm(portal, admin, page, changes);

  it('shows values as people write them', async () => {
    const { text } = await admin.get(page);
    expect(formOf(text)).to.include({
      pause: '1 min 30 s',
      memory: '10 MiB',
      crew: '2',
      links: 'https://env.example/',
      signals: 'light',
      harbour: 'north',
      motto: 'Shine',
    });
    expect(text).to.match(/<span class="setting-name" id="setting-signals-name">Signals<\/span>/);
    expect(text).to.match(/<fieldset class="row-flex" id="setting-signals" aria-labelledby="setting-signals-name"/);
    expect(text).to.include('North Harbour');
  });

  it('shows lists at a site as lists, and says where they come from', async () => {
    const { text } = await admin.get(sitePage);
    expect(text).to.include('<ul class="setting-value"><li>https://env.example/</li></ul>').and.to.include('<li>Light</li>');
    expect(visibleText(text)).to.include('In force: 1 entry, from the environment (PORTICO_SETTING_BEACON_LINKS).');
  });

  it('writes nothing when nothing was changed', async () => {
    await save({});
    expect(visibleText((await admin.get(page)).text)).to.include('Nothing was changed in Beacon.');
  });

  it('stores typed values', async () => {
    const answer = await save({
      pause: '1 h',
      memory: '2 MB',
      crew: '5',
      callSign: 'ABC',
      links: 'https://a.example/\r\nhttps://b.example/',
      signals: 'light\nradio',
      harbour: 'south',
      motto: 'Shine on',
      broken: 'Mended',
    });
    expect([answer.status, visibleText(answer.text)]).to.deep.equal([303, visibleText(answer.text)]);
    expect(values()).to.deep.equal({
      pause: 3600,
      memory: 2_000_000,
      crew: 5,
      callSign: 'ABC',
      links: ['https://a.example/', 'https://b.example/'],
      signals: ['light', 'radio'],
      harbour: 'south',
      ships: [],
      motto: 'Shine on',
      broken: 'Mended',
    });
    expect(Object.isFrozen(values().links)).to.equal(true);
    expect(visibleText((await admin.get(page)).text)).to.include(
      'Set here. Otherwise: https://env.example/, from the environment (PORTICO_SETTING_BEACON_LINKS); https://one.example/, by default.',
    );
  });

  it('says what is wrong field by field, and keeps what was typed', async () => {
    const typed = { pause: 'soon', memory: '2 GiB', crew: '13', callSign: 'abc', links: 'nowhere' };
    const { status, text } = await save({ ...typed, signals: undefined });
    expect(status).to.equal(400);
    expect(formOf(text)).to.include(typed);
    expect(formOf(text).signals).to.equal(undefined);
    for (const sentence of [
      'Enter a time with its unit',
      'Enter 1 GiB or less.',
      'Thirteen is unlucky at sea.',
      'A call sign is two to six capital letters.',
      '"nowhere" is not an address',
      'Give at least 1.',
    ])
      expect(visibleText(text).replaceAll('&quot;', '"')).to.include(sentence);
  });

  it('takes several boxes of one name', async () => {
    const form = { ...formOf((await admin.get(page)).text), signals: ['horn', 'radio'] };
    expect((await portal.post(admin, page, form)).status).to.equal(303);
    expect(values().signals).to.deep.equal(['horn', 'radio']);
  });

  it('gives a site its own list', async () => {
    await saveForm(portal, admin, sitePage, { 'signals.mode': 'own', signals: 'horn' });
    const home = siteScope(portal.service(SiteDirectory).byAddress('home')?.id ?? '');
    const handle = portal.service(Settings).byId('beacon')?.handle;
    expect([handle?.get(home).signals, handle?.resolve(home, 'links').own]).to.deep.equal([['horn'], undefined]);
  });

  it('refuses what a provider does not offer', async () => {
    const { status, text } = await save({ harbour: 'east' });
    expect([status, visibleText(text).includes('Choose one of the options.')]).to.deep.equal([400, true]);
  });

  for (const [asLong, sentence] of [
    ['asleep', 'did not arrive in time'],
    ['angry', 'could not be fetched'],
  ] as const) {
    it(`can be saved while a provider is ${asLong}, and says so`, async () => {
      mood(asLong);
      const { text } = await admin.get(page);
      expect(visibleText(text)).to.include(sentence).and.to.include('no module that runs brings it');
      expect(text).to.match(/<input[^>]*name="harbour" value="[\w-]+"/);
      const answer = await save({ harbour: `typed-${asLong}`, ships: 'Argo\nBounty' });
      expect(answer.status).to.equal(303);
      expect(values()).to.deep.include({ harbour: `typed-${asLong}`, ships: ['Argo', 'Bounty'] });
      mood('awake');
      expect(visibleText((await admin.get(page)).text)).to.include(`typed-${asLong} (not offered now)`);
    });
  }

  it('draws a field with the view of its module, and the usual way when that fails', async () => {
    const { text } = await admin.get(page);
    expect(text).to.include('data-own-view="Drawn by the sample itself"');
    expect(text).to.match(/<input class="form-control" type="text" id="setting-broken"/);
    expect(portal.log()).to.include('A view of a module cannot be shown within a page.');
  });
});
