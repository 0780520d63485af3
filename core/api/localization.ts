import type { Site } from './access.js';
import type { Event } from './event.js';
import { type ServiceToken, serviceToken } from './tokens.js';

/** The languages and the zone of a place: the whole instance, or one site. */
export interface PlaceLocalization {
  /** The languages on offer as BCP 47 tags, e.g. `de` or `en-GB`; at least one, the default first. */
  readonly locales: readonly string[];
  /** IANA name, e.g. `Europe/Berlin`: in which times are written for those of whom no zone is known. */
  readonly timeZone: string;
}

/**
 * What administrators decided about languages and zones. Provided by the module that keeps these settings; without it the portal offers the languages
 * that it has words for, English first, and writes times in UTC.
 */
export interface Localization {
  /** @param site undefined: the instance. A memory read; the same object until something changes. */
  of(site: Site | undefined): PlaceLocalization;
  readonly onDidChange: Event<void>;
}
export const Localization: ServiceToken<Localization> = serviceToken('portico.localization');
