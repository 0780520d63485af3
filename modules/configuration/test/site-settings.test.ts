import { Settings, type SettingsFields, type SettingsHandle } from '@portico/configuration/api';
import { instanceScope, type Scope, type Site, SiteDirectory, serviceToken, siteScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { formOf, instancePage, saveForm, sitePage, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

/** Made here from its id: these tests need a second site, and the module needs no sites. */
const Sites = serviceToken<{ add(site: { readonly name: string; readonly address: string }): Promise<Site> }>('sites.sites');

const instanceKey = 'sk-instance-0123456789';
const siteKey = 'sk-site-0123456789-own';

describe('Site Settings', () => {
  let portal: TestPortal;
  let admin: TestClient;
  let home: Scope;
  let other: Site;
  before(async () => {
    portal = await startSampleSettings();
    admin = await portal.signIn();
    home = siteScope(portal.service(SiteDirectory).byAddress('home')?.id ?? '');
    other = await portal.service(Sites).add({ name: 'Other', address: 'other' });
  });
  after(() => portal.stop());

  const handle = (): SettingsHandle<SettingsFields> => {
    const found = portal.service(Settings).byId('sample');
    if (!found) throw new Error('The sample is gone.');
    return found.handle;
  };
  const atSite = (changes: Readonly<Record<string, string | undefined>>): ReturnType<typeof saveForm> =>
    saveForm(portal, admin, sitePage, changes);
  const atInstance = (changes: Readonly<Record<string, string | undefined>>): ReturnType<typeof saveForm> =>
    saveForm(portal, admin, instancePage, changes);
  const words = async (): Promise<string> => visibleText((await admin.get(sitePage)).text);

  it('shows what is in force and where it comes from, and not what sites cannot have', async () => {
    await atInstance({ lamp: 'on', greeting: 'Hello' });
    const { text } = await admin.get(sitePage);
    expect(visibleText(text))
      .to.include('In force: On, from Instance Settings.')
      .and.to.match(/Greeting .* Hello From Instance Settings\. .*Change for this site/);
    expect(formOf(text)).to.include({
      'lamp.mode': 'inherit',
      'greeting.mode': 'inherit',
      greeting: 'Hello',
      'apiKey.mode': 'inherit',
    });
    expect(visibleText(text)).not.to.include('Budget');
  });

  it('switches off what the instance switched on, for this site only', async () => {
    expect((await atSite({ 'lamp.mode': 'off' })).status).to.equal(303);
    expect([handle().get(home).lamp, handle().get(instanceScope).lamp, handle().get(siteScope(other.id)).lamp]).to.deep.equal([
      false,
      true,
      true,
    ]);
    expect(await words()).to.include(
      'In force: Off, from Site Settings. Otherwise: On, from Instance Settings; Off, by default.',
    );
  });

  it('never switches on what the instance switched off', async () => {
    await atInstance({ lamp: undefined });
    await atSite({ 'lamp.mode': 'on' });
    expect([handle().get(home).lamp, handle().resolve(home, 'lamp').own]).to.deep.equal([false, true]);
    expect(await words()).to.include('In force: Off, from Instance Settings.');
  });

  it('does not freeze the state of the instance into the site when the form is saved', async () => {
    await atSite({ 'lamp.mode': 'inherit' });
    await atInstance({ lamp: undefined });
    await atSite({ 'greeting.mode': 'own', greeting: 'Welcome' });
    expect(handle().resolve(home, 'lamp').own).to.equal(undefined);
    await atInstance({ lamp: 'on', greeting: 'Changed', seconds: '7' });
    expect(handle().get(home)).to.include({ lamp: true, greeting: 'Welcome', seconds: 7 });
  });

  it('stores what a switch says, and what a program says as a source and a value', async () => {
    const state = (): unknown => handle().resolve(home, 'lamp').own;
    await atSite({ 'lamp.mode': 'off' });
    expect([state(), formOf((await admin.get(sitePage)).text)['lamp.mode']]).to.deep.equal([false, 'off']);
    await atSite({ 'lamp.mode': 'on' });
    expect(state()).to.equal(true);
    await atSite({ 'lamp.mode': 'inherit' });
    expect([state(), handle().get(home).lamp]).to.deep.equal([undefined, true]);
    await atSite({ 'lamp.mode': 'own', lamp: 'on' });
    expect(state()).to.equal(true);
    await atInstance({ lamp: undefined });
    await atSite({ 'notes.mode': 'own', notes: 'Untouched lamp' });
    expect([state(), handle().get(home).lamp]).to.deep.equal([true, false]);
    await atSite({ 'lamp.mode': 'inherit', 'notes.mode': 'inherit' });
    await atInstance({ lamp: 'on' });
  });

  it('turns an inherited value into a field and back, also where there are no scripts, and stores nothing by that', async () => {
    const revision = handle().revision(home);
    const opened = await atSite({ 'form.change': 'seconds', 'notes.mode': 'own', notes: 'Not yet saved' });
    expect(formOf(opened.text)).to.include({ 'seconds.mode': 'own', seconds: '7', 'notes.mode': 'own', notes: 'Not yet saved' });
    expect(opened.text)
      .to.match(/<label for="setting-seconds">/)
      .and.to.match(/name="form\.reset" value="seconds"/);
    const form = formOf(opened.text);
    const closed = await portal.post(admin, sitePage, { ...form, 'form.reset': 'seconds' });
    expect(formOf(closed.text)).to.include({ 'seconds.mode': 'inherit', notes: 'Not yet saved' });
    expect(closed.text).to.match(/name="form\.change" value="seconds"/);
    expect([handle().revision(home), handle().resolve(home, 'seconds').own]).to.deep.equal([revision, undefined]);
    await portal.post(admin, sitePage, { ...form, 'notes.mode': 'inherit', notes: '' });
    expect(handle().resolve(home, 'seconds').own, 'kept as it is inherited now').to.equal(7);
    await atSite({ 'seconds.mode': 'inherit' });
  });

  it('counts what is the site’s own', async () => {
    expect(await words()).to.include('This site takes everything from Instance Settings except the setting marked in blue.');
  });

  it('shows a switch as it was left when something else in the form is wrong', async () => {
    const { text } = await atSite({ 'lamp.mode': 'off', 'seconds.mode': 'own', seconds: '61' });
    expect([formOf(text)['lamp.mode'], formOf(text)['lamp.was']]).to.deep.equal(['off', 'inherit:on']);
  });

  it('inherits again on request', async () => {
    await atSite({ 'greeting.mode': 'inherit' });
    expect(handle().get(home).greeting).to.equal('Changed');
  });

  it('follows an instance that was changed while the form was open', async () => {
    const form = formOf((await admin.get(sitePage)).text);
    await atInstance({ greeting: 'Newer', lamp: undefined });
    expect((await portal.post(admin, sitePage, { ...form, 'notes.mode': 'own', notes: 'Ours' })).status).to.equal(303);
    expect(handle().get(home)).to.include({ greeting: 'Newer', notes: 'Ours', lamp: false });
    expect(handle().resolve(home, 'greeting').own).to.equal(undefined);
    await atInstance({ greeting: 'Changed', lamp: 'on' });
  });

  it('asks when a value was typed and inheriting was chosen, keeping the text', async () => {
    const { status, text } = await atSite({ 'greeting.mode': 'inherit', greeting: 'Typed' });
    expect(status).to.equal(400);
    expect(formOf(text)).to.include({ greeting: 'Typed', 'greeting.mode': 'inherit' });
    expect(visibleText(text)).to.include('You typed a value but chose to inherit.');
  });

  it('uses the key of the site, the instance’s, or none', async () => {
    await atInstance({ apiKey: instanceKey });
    expect(handle().secret(home, 'apiKey')).to.equal(instanceKey);
    await atSite({ apiKey: siteKey, 'apiKey.mode': 'own' });
    expect([handle().secret(home, 'apiKey'), handle().secret(siteScope(other.id), 'apiKey')]).to.deep.equal([
      siteKey,
      instanceKey,
    ]);
    expect(handle().get(home).apiKey).to.include({ suppliedBy: 'site', lastFour: '-own' });
    await atSite({ 'apiKey.mode': 'none' });
    expect([handle().secret(home, 'apiKey'), (handle().get(home).apiKey as { isSet: boolean }).isSet]).to.deep.equal([
      undefined,
      false,
    ]);
    const shown = (await admin.get(sitePage)).text;
    expect(visibleText(shown)).to.include('In force: Not set, from Site Settings.');
    expect(formOf(shown)).to.include({ 'apiKey.mode': 'own', 'apiKey.none': 'on' });
    await atSite({ 'apiKey.mode': 'inherit' });
    expect(handle().get(home).apiKey).to.include({ suppliedBy: 'instance', lastFour: '6789' });
  });

  it('asks for the key when the site is to have its own, and refuses a key beside "none here"', async () => {
    expect(visibleText((await atSite({ 'apiKey.mode': 'own' })).text)).to.include('Enter a value, or choose to inherit.');
    const both = await atSite({ 'apiKey.mode': 'none', apiKey: siteKey });
    expect([both.status, both.text.includes(siteKey)]).to.deep.equal([400, false]);
  });

  it('has no page for a definition of the instance alone', async () => {
    expect((await admin.get('/web/home/configuration/site-settings/harbour')).status).to.equal(404);
  });

  it('decides about contributions with `when: { setting }`', async () => {
    const menu = async (address: string): Promise<boolean> =>
      (await admin.get(`/web/${address}`)).text.includes('Watch the Lamp');
    expect([await menu('home'), await menu('other')]).to.deep.equal([true, true]);
    await atSite({ 'lamp.mode': 'off' });
    expect([await menu('home'), await menu('other')]).to.deep.equal([false, true]);
    await atSite({ 'lamp.mode': 'inherit' });
    await atInstance({ lamp: undefined });
    expect([await menu('home'), await menu('other')]).to.deep.equal([false, false]);
  });
});
