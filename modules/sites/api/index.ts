import {
  type AccessContext,
  type ConditionalPoint,
  extensionPoint,
  type ServiceToken,
  type Site,
  serviceToken,
} from '@portico/core';

/** Makes and changes sites. Reading them is `SiteDirectory` of the core. */
export interface Sites {
  /** @throws PortalError `invalid-input` (400), `address-taken` (409). */
  add(site: { readonly name: string; readonly address: string }): Promise<Site>;
  rename(id: string, name: string): Promise<Site>;
}
export const Sites: ServiceToken<Sites> = serviceToken('sites.sites');

/** One line of a section of a site's home page. */
export interface HomePageEntry {
  readonly title: string;
  /** `~/…` in this site. */
  readonly href: string;
  readonly summary?: string;
  readonly imageUrl?: string;
  readonly date?: Date;
}

/** A section of a site's home page, e.g. its published articles. Bounded: at most 20 entries. */
export interface HomePageSection {
  /** Message key, looked up in the contributing module. */
  readonly title: string;
  entries(access: AccessContext): Promise<readonly HomePageEntry[]>;
}
export const HomePageSections: ConditionalPoint<HomePageSection> = extensionPoint('sites.home-page-sections', {
  requires: { title: 'text', entries: 'function' },
  conditional: true,
  called: 'point.home-page-section',
});
export type { SitesErrorCode } from './error-codes.js';
