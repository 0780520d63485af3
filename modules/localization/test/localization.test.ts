import { MessageCatalog } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

type Agent = ReturnType<TestPortal['agent']>;

describe('Localization', () => {
  let portal: TestPortal;
  let administrator: Agent;

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
  });
  after(() => portal.stop());

  const german = { 'Accept-Language': 'de-DE,de;q=0.9,en;q=0.5' };

  const set = async (...settings: readonly [name: string, value: string, ...more: string[]][]): Promise<void> => {
    for (const [name, value, ...more] of settings) {
      const { exitCode, err } = await portal.command(['settings', 'set', `localization.${name}`, value, ...more]);
      expect(exitCode, err).to.equal(0);
    }
  };
  const unset = async (...names: readonly [string, ...string[]][]): Promise<void> => {
    for (const [name, ...more] of names) await portal.command(['settings', 'unset', `localization.${name}`, ...more]);
  };
  const headOf = async (agent: Agent, path: string, headers = {}): Promise<string> =>
    /<html[^>]*>/.exec((await agent.get(path).set(headers)).text)?.[0] ?? '';

  it('speaks with a visitor in the first language of the browser that the place offers', async () => {
    const guest = portal.agent();
    const page = await guest.get('/sign-in').set(german).expect(200);
    expect(page.text)
      .to.match(/<html lang="de" dir="ltr">/)
      .and.match(/<h1[^>]*>Anmelden</);
    expect(await headOf(guest, '/sign-in', { 'Accept-Language': 'it,en;q=0.5' })).to.equal('<html lang="en" dir="ltr">');
    expect(await headOf(guest, '/sign-in')).to.equal('<html lang="en" dir="ltr">');
  });

  it('says to caches that a public page depends on the language, and nothing that a profile decides is kept', async () => {
    const open = await portal.agent().get('/sign-in').set(german).expect(200);
    expect([open.headers.vary, open.headers['cache-control']]).to.deep.equal(['Accept-Language, Accept-Encoding', 'no-cache']);
    const own = await administrator.get('/account').set(german).expect(200);
    expect(own.headers['cache-control']).to.equal('no-store');
  });

  it('lets a site have languages of its own', async () => {
    const { exitCode } = await portal.command(['sites', 'add', '--name', 'Zwei', '--address', 'zwei']);
    expect(exitCode).to.equal(0);
    await set(['defaultLanguage', 'de', '--site', 'zwei'], ['languages', '["de"]', '--site', 'zwei']);
    const guest = portal.agent();
    const heads = await Promise.all([
      headOf(guest, '/web/zwei'),
      headOf(guest, '/web/zwei', { 'Accept-Language': 'en' }),
      headOf(guest, '/web/home'),
    ]);
    expect(heads).to.deep.equal(['<html lang="de" dir="ltr">', '<html lang="de" dir="ltr">', '<html lang="en" dir="ltr">']);
    await unset(['defaultLanguage', '--site', 'zwei'], ['languages', '--site', 'zwei']);
    expect(await headOf(guest, '/web/zwei')).to.equal('<html lang="en" dir="ltr">');
  });

  it('speaks with a person in the language and the zone of the profile, whatever the browser says', async () => {
    const account = await administrator.get('/account').expect(200);
    expect(account.text)
      .to.match(/<label for="locale">Language<\/label>/)
      .and.match(/<label for="time-zone">Time Zone<\/label>/);
    expect(account.text)
      .to.match(/<option value="de">Deutsch<\/option>/)
      .and.match(/<option value="Europe\/Berlin">Europe\/Berlin</);
    const saved = await portal.post(administrator, '/account/language', { locale: 'de', timeZone: 'Asia/Tokyo' });
    expect([saved.status, saved.headers.location]).to.deep.equal([303, '/account']);
    const page = await administrator.get('/account').set('Accept-Language', 'en').expect(200);
    expect(page.text)
      .to.match(/<html lang="de" dir="ltr" data-time-zone="Asia\/Tokyo">/)
      .and.match(/Das Portal spricht ab jetzt in dieser Sprache/)
      .and.match(/<option value="de" selected>/);
    const { text } = await administrator.get('/configuration/audit-log');
    expect(text).to.match(/<time datetime="[^"]+Z" data-time="both">\d\d\.\d\d\.\d{4}, \d\d:\d\d GMT\+9<\/time>/);
    await portal.post(administrator, '/account/language', { locale: '', timeZone: '' });
    expect(await headOf(administrator, '/account', german)).to.equal('<html lang="de" dir="ltr">');
  });

  it('refuses a language that is not offered, and a zone that there is not', async () => {
    for (const form of [
      { locale: 'xx', timeZone: '' },
      { locale: '', timeZone: 'Mars/Phobos' },
    ]) {
      await portal.post(administrator, '/account/language', form);
      expect((await administrator.get('/account')).text).to.match(/Choose one from the list\./);
    }
  });

  it('writes times in the zone of the site for those of whom none is known', async () => {
    await set(['timeZone', 'America/New_York']);
    const { text } = await administrator.get('/configuration/audit-log').set('Accept-Language', 'en');
    expect(text).to.match(/data-time="both">\w{3} \d+, \d{4}, \d+:\d\d\s[AP]M E[SD]T<\/time>/);
    await unset(['timeZone']);
  });

  it('keeps the words of a page apart by language, however often it was shown in another', async () => {
    const titles = [];
    for (const language of ['en', 'de', 'en', 'de']) {
      const { text } = await administrator.get('/sites').set('Accept-Language', language);
      titles.push(/<h1[^>]*>([^<]*)</.exec(text)?.[1], /popovertarget="app-side"[^>]*aria-label="([^"]*)"/.exec(text)?.[1]);
    }
    const [english, inGerman] = [
      ['Sites', 'Control Panel'],
      ['Sites', 'Systemsteuerung'],
    ];
    expect(titles).to.deep.equal([...english, ...inGerman, ...english, ...inGerman]);
  });

  it('says what went wrong in the language of the reader, on pages and to scripts', async () => {
    const csrf = await portal.csrf(administrator);
    const add = (fields: object) =>
      administrator
        .post('/sites/new')
        .set({ ...german, Origin: portal.url })
        .type('form')
        .send({ csrf, ...fields });
    const nameless = await add({ name: '', address: 'two' });
    expect(nameless.status).to.equal(400);
    expect(nameless.text).to.include('Geben Sie einen Namen mit höchstens 100 Zeichen ein.');
    expect((await add({ name: 'Zwei', address: 'home' })).text).to.include('Es gibt bereits eine Site mit der Adresse home.');
    const missing = await administrator.get('/web/nowhere').set({ ...german, Accept: 'application/json' });
    expect(missing.body.error).to.include({
      code: 'not-found',
      message: 'Diese Site gibt es nicht, oder Sie dürfen sie nicht sehen.',
    });
    const english = await administrator.get('/web/nowhere').set('Accept', 'application/json');
    expect(english.body.error.message).to.equal('This site does not exist, or you may not see it.');
  });

  it('offers the languages of modules that run, in their own words', () => {
    expect(portal.service(MessageCatalog).languages()).to.include.members(['en', 'de']);
  });
});
