import type { Site } from '../api/index.js';

/** The path of a place: `~/x` is x in the site, `/x` is x of the instance. Without a site, `~/x` leads to the front page. */
export function addressPath(place: string, site: Site | undefined): string {
  if (!place.startsWith('~')) return place;
  return site ? `/web/${site.address}${place.slice(1)}` : '/';
}
