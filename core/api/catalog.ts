import type { Deprecation } from './deprecation.js';
import { type ServiceToken, serviceToken } from './tokens.js';

export const catalogKinds = ['extension-point', 'service', 'permission', 'setting', 'event', 'flag'] as const;
export type CatalogKind = (typeof catalogKinds)[number];

/** Something that modules can build on, or that operators set, as its package says it. Read from the built types, docstrings and declarations. */
export interface CatalogEntry {
  readonly kind: CatalogKind;
  /** Of a point or service the id of its token, of a setting `<page>.<field>`, of an event its topic or `<service>.<member>`. */
  readonly id: string;
  /** Id of the module whose package brings it; `core` for the portal's own. */
  readonly module: string;
  /** What its author wrote about it; empty when nothing. Sentences of developers, in English. */
  readonly description: string;
  /** Message key, in the words of its module, of what people call it. */
  readonly label?: string;
  /** Name and package to import it by. */
  readonly imported?: { readonly name: string; readonly from: string };
  /** Whether contributions to the point may have a `when`. */
  readonly conditional?: boolean;
  /** TypeScript: what one contributes, or what the service does. */
  readonly shape?: string;
  /** A use of it, and where it is taken from. */
  readonly example?: { readonly code: string; readonly from: string };
  /** Of a setting: type of the field; of a permission: its scope; of a flag: its type. */
  readonly type?: string;
  /** Since which version it should not be used any more, when it goes, and what to use instead. */
  readonly deprecated?: Deprecation;
}

/** What the installed packages say they offer. Of a module whose package says nothing, its manifest speaks: ids only. */
export interface ApiCatalog {
  entries(): readonly CatalogEntry[];
}
export const ApiCatalog: ServiceToken<ApiCatalog> = serviceToken('portico.api-catalog');
