import { Settings, type SettingsFields, type SettingsHandle } from '@portico/configuration/api';
import { instanceScope, type Site, SiteDirectory, serviceToken, siteScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { instancePage, saveForm, sitePage, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

const Sites = serviceToken<{ add(site: { readonly name: string; readonly address: string }): Promise<Site> }>('sites.sites');
const key = 'sk-overview-0123456789-wxyz';
const variable = 'PORTICO_SETTING_SAMPLE_SECONDS';

describe('What belongs to the entries of settings', () => {
  let portal: TestPortal;
  let admin: TestClient;
  before(async () => {
    portal = await startSampleSettings({ environment: { [variable]: '9' } });
    admin = await portal.signIn();
    await portal.service(Sites).add({ name: 'Other', address: 'other' });
    await saveForm(portal, admin, instancePage, { greeting: 'Hello', lamp: 'on', apiKey: key });
    await saveForm(portal, admin, sitePage, { 'greeting.mode': 'own', greeting: 'Welcome', 'lamp.mode': 'off' });
  });
  after(() => portal.stop());

  const words = async (path: string): Promise<string> => visibleText((await admin.get(path)).text);
  const handle = (): SettingsHandle<SettingsFields> => {
    const found = portal.service(Settings).byId('sample');
    if (!found) throw new Error('The sample is gone.');
    return found.handle;
  };
  const home = (): ReturnType<typeof siteScope> => siteScope(portal.service(SiteDirectory).byAddress('home')?.id ?? '');

  describe('What Differs from the Defaults', () => {
    const page = '/configuration/settings-differences';

    it('lists what the instance, the deployment and each site say, and links to it', async () => {
      const { text } = await admin.get(page);
      expect(visibleText(text))
        .to.match(/Instance .*API Key .*Ends in wxyz, from Instance Settings Not set/)
        .and.to.include(`9 seconds, from the environment (${variable}) 5 seconds`)
        .and.to.match(/Home .*Light the Lamp Sample Off, from Site Settings On/)
        .and.not.to.include('Sound the Horn')
        .and.not.to.include(key);
      expect(text).to.include('href="/web/home/configuration/site-settings/sample#setting-greeting"');
    });

    it('can be searched', async () => {
      expect(await words(`${page}?q=welcome`))
        .to.include('Welcome, from Site Settings')
        .and.not.to.include('wxyz');
      expect(await words(`${page}?q=nowhere-to-be-found`)).to.include('Nothing differs');
    });

    it('compares two sites', async () => {
      const compared = await words(`${page}?left=home&right=other`);
      expect(compared)
        .to.include('Home – Other')
        .and.to.include('Greeting Sample Welcome, from Site Settings Hello, from Instance Settings');
      expect(compared).not.to.include(variable);
      expect((await admin.get(`${page}?left=home&right=ghost`)).status).to.equal(404);
    });

    it('shows a site what the site itself says', async () => {
      const own = await words('/web/home/configuration/settings-differences');
      expect(own).to.include('Welcome, from Site Settings Hello').and.not.to.include(variable);
      expect(await words('/web/other/configuration/settings-differences')).to.include('Nothing differs');
    });

    it('is linked from both settings', async () => {
      expect((await admin.get('/configuration/instance-settings')).text).to.include(`href="${page}"`);
      expect((await admin.get('/web/home/configuration/site-settings')).text).to.include(
        'href="/web/home/configuration/settings-differences"',
      );
    });
  });

  describe('History and audit log', () => {
    it('of an entry tells what was changed in this scope', async () => {
      expect(await words(`${instancePage}/history`))
        .to.match(/Light the Lamp Changed On .*API Key Set/)
        .and.not.to.include('Welcome');
      expect(await words(`${sitePage}/history`))
        .to.match(/Greeting Changed Welcome/)
        .and.not.to.include('Set ');
    });

    it('can be filtered', async () => {
      const log = '/configuration/audit-log';
      expect(await words(log))
        .to.include('Sample: Greeting')
        .and.to.include('Settings, Home');
      expect(await words(`${log}?text=lamp&scope=instance&area=settings&via=screen`))
        .to.include('Light the Lamp')
        .and.not.to.include('Greeting');
      expect(await words(`${log}?via=import`)).to.include('No changes');
      expect(await words(`${log}?until=2001-01-01&from=`)).to.include('No changes');
      expect((await admin.get(`${log}?from=yesterday`)).status).to.equal(400);
    });

    it('is exported as JSON and as CSV that no spreadsheet takes for formulas', async () => {
      await saveForm(portal, admin, instancePage, { notes: '=1+1, "quoted"' });
      const json = await admin.get('/configuration/audit-log/export?format=json&text=notes');
      expect(json.headers['content-disposition']).to.match(/^attachment; filename="audit-.*\.json"$/);
      const { version, records } = JSON.parse(json.text) as { version: number; records: readonly Record<string, unknown>[] };
      expect([version, records.length, records[0]?.after]).to.deep.equal([1, 1, '=1+1, "quoted"']);
      const csv = await admin.get('/configuration/audit-log/export?format=csv&text=notes');
      expect(csv.headers['content-type']).to.equal('text/csv; charset=utf-8');
      expect(csv.text.split('\r\n')[0]).to.match(/^number,at,by,.+,reason,about,requestId,id$/);
      expect(csv.text).to.include('"""=1+1, \\""quoted\\"""""').and.not.to.include(key);
    });

    it('is for administrators', async () => {
      for (const path of [
        '/configuration/audit-log',
        '/configuration/audit-log/export?format=csv',
        '/configuration/settings-differences',
        `${instancePage}/history`,
        `${instancePage}/reset`,
      ])
        expect((await portal.agent().get(path).set('Accept', 'application/json')).status, path).to.equal(401);
    });
  });

  describe('Lists', () => {
    const beacon = '/configuration/instance-settings/beacon';
    const beaconOfSite = '/web/home/configuration/site-settings/beacon';
    const links = ['https://one.example/', 'https://two.example/'];
    const list = (items: readonly string[]): string =>
      `<ul class="setting-value">${items.map((item) => `<li dir="auto">${item}</li>`).join('')}</ul>`;
    const page = async (path: string): Promise<string> => (await admin.get(path).expect(200)).text;

    it('stand item by item where they were changed, differ, are compared and are reset', async () => {
      await saveForm(portal, admin, beacon, { links: links.join('\n') });
      await saveForm(portal, admin, beaconOfSite, { 'links.mode': 'own', links: links.toReversed().join('\n') });
      for (const path of [`${beacon}/history`, '/configuration/audit-log'])
        expect(await page(path), path).to.include(list(links));
      const differs = await page('/configuration/settings-differences?q=links');
      expect(differs)
        .to.include(list(links))
        .and.to.include(list(links.slice(0, 1)));
      expect(differs).to.include('2 entries, from Instance Settings');
      const compared = await page('/configuration/settings-differences?left=home&right=other&q=links');
      expect(compared).to.include(list(links.toReversed())).and.to.include(list(links));
      const asked = await page(`${beacon}/reset`);
      expect(asked)
        .to.include(`<del dir="auto">${list(links)}`)
        .and.to.include(`<ins dir="auto">${list(links.slice(0, 1))}`);
      for (const text of [differs, compared, asked]) expect(text).not.to.include(links.join(', '));
    });
  });

  describe('Reset', () => {
    it('asks first, and says what each setting becomes', async () => {
      const asked = await words(`${sitePage}/reset`);
      expect(asked)
        .to.match(/Light the Lamp : Off On/)
        .and.to.match(/Greeting : Welcome Hello/);
      expect(handle().get(home())).to.include({ greeting: 'Welcome', lamp: false });
    });

    it('of a site makes everything inherit again', async () => {
      const answer = await portal.post(admin, `${sitePage}/reset`, { revision: String(handle().revision(home())) });
      expect(answer.status).to.equal(303);
      expect(handle().get(home())).to.include({ greeting: 'Hello', lamp: true });
    });

    it('of the instance keeps secrets unless they are meant', async () => {
      expect(await words(`${instancePage}/reset`)).to.include('Also remove what is stored: API Key');
      await portal.post(admin, `${instancePage}/reset`, { revision: String(handle().revision(instanceScope)) });
      expect(handle().get(instanceScope)).to.include({ greeting: 'Ahoy', lamp: false, seconds: 9 });
      expect(handle().secret(instanceScope, 'apiKey')).to.equal(key);
      await portal.post(admin, `${instancePage}/reset`, { revision: String(handle().revision(instanceScope)), secrets: 'on' });
      expect(handle().secret(instanceScope, 'apiKey')).to.equal(undefined);
    });

    it('stops when somebody else saved meanwhile', async () => {
      await saveForm(portal, admin, instancePage, { greeting: 'Newer' });
      const late = await portal.post(admin, `${instancePage}/reset`, { revision: '1' });
      expect([late.status, handle().get(instanceScope).greeting]).to.deep.equal([409, 'Newer']);
    });

    it('of one field works at a site, too', async () => {
      await saveForm(portal, admin, sitePage, { 'greeting.mode': 'own', greeting: 'Mine' });
      expect((await admin.get(sitePage)).text).to.include('Inherit again');
      const answer = await saveForm(portal, admin, sitePage, { 'form.reset': 'greeting' });
      expect([answer.status, handle().resolve(home(), 'greeting').own]).to.deep.equal([200, undefined]);
    });
  });
});
