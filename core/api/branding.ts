import type { Site } from './access.js';
import type { Event } from './event.js';
import { type ServiceToken, serviceToken } from './tokens.js';

/** A picture by which people know a place. */
export interface Logo {
  /** Where it is on this portal. Another picture has another address, so that browsers may keep it. */
  readonly href: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** By what people know a place: the whole portal, or one site. */
export interface PlaceBranding {
  /** Undefined: nobody has named the portal, which is then called by its product's name. Sites always have one. */
  readonly name: string | undefined;
  /** Undefined: the product's own. A site without one of its own has that of the portal. */
  readonly logo: Logo | undefined;
}

/** What administrators decided about names and logos. Provided by the module that keeps them; without it portal and pages bear the product's name. */
export interface Branding {
  /** @param site undefined: the portal. A memory read; the same object until something changes. */
  of(site: Site | undefined): PlaceBranding;
  /** The portal's logo as PNG, for what cannot ask for its address, such as mails. Undefined when it has none. */
  portalLogo(): Promise<Uint8Array | undefined>;
  readonly onDidChange: Event<void>;
}
export const Branding: ServiceToken<Branding> = serviceToken('portico.branding');
