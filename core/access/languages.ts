import type { Localization, Person, PlaceLocalization, ServiceHandle, Site } from '../api/index.js';

/** The languages that there are words for. */
export interface SpokenLanguages {
  /** The default first. The same array until one comes or goes. */
  languages(): readonly string[];
  /** Those of them that only who asks for them by name gets: for tests of the portal itself. */
  readonly pseudoLocales: readonly string[];
}

/** Answers the first of these languages that the reader understands, in the reader's order; false for none. */
export type AcceptsLanguages = (offered: string[]) => string | false;

const english: readonly string[] = ['en'];
const englishOnly: SpokenLanguages = { languages: () => english, pseudoLocales: [] };
const mostHeaders = 500;
/** Browsers ask with a few dozen characters. */
const longestHeader = 200;
const utc = 'UTC';

/**
 * In which language and zone the portal speaks with somebody: the person's own, else what the browser asks for among the languages of the place, else
 * the default of the place. Memory reads: what a browser's header means at a place is found once.
 */
export class Languages {
  private readonly fallback = new WeakMap<readonly string[], PlaceLocalization>();
  /** By place, then by header. */
  private readonly known = new WeakMap<PlaceLocalization, Map<string, string>>();

  /** @param localization what administrators decided; none: nobody decides anything. */
  constructor(
    private readonly localization?: Pick<ServiceHandle<Localization>, 'get'>,
    private readonly spoken: SpokenLanguages = englishOnly,
  ) {}

  /** The language of who asks from a browser. @param header `Accept-Language` as it came. */
  asked(person: Person | undefined, site: Site | undefined, header: string, accepts: AcceptsLanguages): string {
    if (person?.locale !== undefined && this.speaks(person.locale)) return person.locale;
    const place = this.placeOf(site);
    // Anybody may send any: what is kept of them, for each site, must stay small.
    if (header.length > longestHeader) return this.negotiate(place, header, accepts);
    let headers = this.known.get(place);
    if (!headers) {
      headers = new Map();
      this.known.set(place, headers);
    }
    let locale = headers.get(header);
    if (locale === undefined) {
      if (headers.size >= mostHeaders) headers.clear();
      locale = this.negotiate(place, header, accepts);
      headers.set(header, locale);
    }
    return locale;
  }

  /** The language of whom no browser speaks for: mails, notices, jobs. */
  of(person: Person | undefined, site?: Site): string {
    return person?.locale !== undefined && this.speaks(person.locale) ? person.locale : (this.placeOf(site).locales[0] ?? 'en');
  }

  timeZoneOf(person: Person | undefined, site?: Site): string {
    return person?.timeZone ?? this.placeOf(site).timeZone;
  }

  private negotiate({ locales }: PlaceLocalization, header: string, accepts: AcceptsLanguages): string {
    const { pseudoLocales } = this.spoken;
    const [first = ''] = header.split(/[,;]/, 1);
    if (pseudoLocales.includes(first.trim())) return first.trim();
    const offered = locales.filter((locale) => !pseudoLocales.includes(locale));
    return accepts(offered) || offered[0] || 'en';
  }

  private placeOf(site: Site | undefined): PlaceLocalization {
    const decided = this.localization?.get()?.of(site);
    if (decided) return decided;
    const locales = this.spoken.languages();
    let place = this.fallback.get(locales);
    if (!place) {
      place = { locales, timeZone: utc };
      this.fallback.set(locales, place);
    }
    return place;
  }

  /** Whether there are words: the choice of a person outlives the module that brought them. */
  private speaks(locale: string): boolean {
    const spoken = this.spoken.languages();
    return spoken.includes(locale) || spoken.includes(locale.split('-')[0] ?? locale);
  }
}
