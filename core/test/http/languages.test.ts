import { expect } from 'chai';
import { Languages } from '../../access/index.js';
import type { PlaceLocalization, Site } from '../../api/index.js';

const site: Site = { id: 'one', address: 'one', name: 'One' };
const spoken = ['en', 'de', 'fr', 'en-XA'];
const person = { id: 'ada', kind: 'person', email: 'ada@example.org', name: 'Ada' } as const;

describe('The language of a reader', () => {
  let places: { instance: PlaceLocalization; site: PlaceLocalization };
  let asked: string[];
  let languages: Languages;

  beforeEach(() => {
    asked = [];
    places = {
      instance: { locales: ['en', 'de', 'en-GB'], timeZone: 'UTC' },
      site: { locales: ['de', 'fr'], timeZone: 'Europe/Berlin' },
    };
    const onDidChange = () => ({ dispose: () => undefined });
    languages = new Languages(
      { get: () => ({ of: (place) => (place ? places.site : places.instance), onDidChange }) },
      { languages: () => spoken, pseudoLocales: ['en-XA'] },
    );
  });

  const of = (header: string, at?: Site, who?: { locale?: string; timeZone?: string }): string =>
    languages.asked(who && { ...person, ...who }, at, header, (offered) => {
      asked.push(header);
      return offered.find((locale) => header.includes(locale)) ?? false;
    });

  it('is their own, else what the browser asks for among those of the place, else the default of the place', () => {
    expect([of('de', site, { locale: 'fr' }), of('de', undefined, { locale: 'en-GB' })]).to.deep.equal(['fr', 'en-GB']);
    expect([of('fr', site), of('fr'), of('', site), of('it')]).to.deep.equal(['fr', 'en', 'de', 'en']);
    expect(of('fr', site, {}), 'who chose nothing').to.equal('fr');
  });

  it('is not one that nobody has words for any more', () => {
    expect(of('de', undefined, { locale: 'pl' })).to.equal('de');
    expect(languages.of({ ...person, locale: 'pl' }, site)).to.equal('de');
  });

  it('of mails is their own, else the default of the place', () => {
    expect([languages.of({ ...person, locale: 'fr' }), languages.of(person), languages.of(person, site)]).to.deep.equal([
      'fr',
      'en',
      'de',
    ]);
  });

  it('is found once for a header and a place, and anew when settings change', () => {
    for (const header of ['de', 'de', 'fr', 'de']) of(header);
    expect(asked).to.deep.equal(['de', 'fr']);
    places.instance = { locales: ['en'], timeZone: 'UTC' };
    expect(of('de')).to.equal('en');
    for (let index = 0; index < 2000; index += 1) of(`x-${index}`);
    expect(of('de'), 'however many headers there are').to.equal('en');
  });

  it('is not kept for a header that no browser sends: anybody could fill the memory with them', () => {
    const long = 'de'.padEnd(15_000, ',x');
    expect([of(long), of(long)]).to.deep.equal(['de', 'de']);
    expect(asked).to.deep.equal([long, long]);
  });

  it('is disguised for those only who ask for it by name', () => {
    places.instance = { locales: ['de', 'en-XA'], timeZone: 'UTC' };
    expect([of('en-XA'), of('en-XA;q=0.9, de'), of('en'), of('fr, en-XA')]).to.deep.equal(['en-XA', 'en-XA', 'de', 'de']);
  });

  it('comes with a zone: their own, else that of the site, else of the instance', () => {
    expect([
      languages.timeZoneOf({ ...person, timeZone: 'Asia/Tokyo' }, site),
      languages.timeZoneOf(person, site),
      languages.timeZoneOf(undefined),
      new Languages().timeZoneOf(undefined),
    ]).to.deep.equal(['Asia/Tokyo', 'Europe/Berlin', 'UTC', 'UTC']);
  });
});
