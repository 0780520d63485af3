import type { FlagDeclaration } from './flags.js';

/** The section `portico` of a module's package.json, read and checked before any code of the module runs. */
export interface ModuleManifest {
  /** kebab-case, unique in the portal. */
  readonly id: string;
  /** Services and extension points that must be there, by id, with a semver range: `{ "portico.unit-of-work": "^1.0.0" }`. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Services and extension points that are used when they are there. */
  readonly optional?: Readonly<Record<string, string>>;
  /** Services offered, by id, with their version. */
  readonly provides?: Readonly<Record<string, string>>;
  /** Services of other modules before which it stands, by id, with a semver range; they must be there. */
  readonly decorates?: Readonly<Record<string, string>>;
  /** Views of other modules in whose place it shows its own, as `<module>/<view>`, with a semver range of the other module's version. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Extension points opened, by id, with their version. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Feature flags of the module's own, by key. */
  readonly flags?: Readonly<Record<string, FlagDeclaration>>;
  /** Keeps sealed secrets: contributes to `SecretStores`. While such a module is off, no former master key is given up. */
  readonly keepsSecrets?: boolean;
  /** Key of the flag that switches the whole module. */
  readonly enabledBy?: string;
  /** `stop-portal`: the portal does not open without this module. Default `isolate`. */
  readonly onFailure?: 'isolate' | 'stop-portal';
  /**
   * Addresses that are the module's besides those that begin with its id: first segments, which are kept for it whether it runs or not, and
   * prefixes within the segments of other modules.
   */
  readonly routes?: readonly string[];
  /** Environment variables that set a key of the module's section of the configuration: `{ "PORTICO_MAIL_URL": { "key": "url", "type": "url" } }`. */
  readonly environment?: Readonly<Record<string, { readonly key: string; readonly type?: 'text' | 'url' }>>;
  /** False: installed but not started until an operator enables it. Default true. */
  readonly enabledByDefault?: boolean;
  /** File whose default export is the array of TypeORM entity classes, relative to the package. */
  readonly entities?: string;
  /** File whose default export is the array of TypeORM migration classes, oldest first. */
  readonly migrations?: string;
  /** Folder of what browsers load, served at /assets/<id>/<hash>/. Default `dist/assets`. */
  readonly assets?: string;
  /** Folder of handlebars files. Default `views`. */
  readonly views?: string;
  /** Folder of `<locale>.json` files. Default `messages`. */
  readonly messages?: string;
}
