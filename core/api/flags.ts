import type { AuditPage, AuditPerson, AuditVia } from './audit.js';
import type { Event } from './event.js';
import { type ServiceToken, serviceToken } from './tokens.js';

export type FlagType = 'release' | 'beta' | 'dev' | 'deprecation';

/** A feature flag as a module or `feature-flags.json` declares it. */
export interface FlagDeclaration {
  readonly type: FlagType;
  readonly title: string;
  readonly description?: string;
  readonly default?: boolean;
  readonly owner?: string;
  /** ISO date. */
  readonly introduced?: string;
  /** ISO date at which somebody decides whether the flag can go. */
  readonly review?: string;
  readonly dependsOn?: readonly string[];
  readonly links?: readonly string[];
}

/** `deployment`: `flagDefaults` of config/*.json. `dependency` and `mode` are what keeps a flag off that would be on. */
export type FlagOrigin = 'environment' | 'instance' | 'file' | 'deployment' | 'declaration' | 'dependency' | 'mode' | 'unknown';

/** A flag that another one depends on, directly or through others. */
export interface FlagLink {
  readonly key: string;
  /** Who names it. */
  readonly of: string;
  /** 1 for what the flag itself names. */
  readonly depth: number;
  readonly enabled: boolean;
  /** False when nobody declares it. */
  readonly declared: boolean;
  readonly reason: string;
}

/** A flag as it stands: its value, the reason, and what lost. */
export interface FlagState extends FlagDeclaration {
  readonly key: string;
  readonly enabled: boolean;
  readonly origin: FlagOrigin;
  /** One sentence: which value from where, e.g. "Switched on by the environment variable PORTICO_FLAG_LPD_10793." */
  readonly reason: string;
  /** The environment variable that locks the flag, when one does. */
  readonly lockedBy?: string;
  /** False for Dev flags outside of development mode: they are off, and shown to nobody. */
  readonly available: boolean;
  /** Keys of the flags that name this one under `dependsOn`. */
  readonly dependents: readonly string[];
  /** Every source that has a say, strongest first; the first one wins. */
  readonly sources: readonly { readonly origin: FlagOrigin; readonly enabled: boolean; readonly label: string }[];
}

/** A change of an effective value. */
export interface FlagChange {
  readonly key: string;
  readonly enabled: boolean;
}

/** A flag as code names it: defined once, and never spelled a second time. */
export interface FlagDefinition<K extends string = string> {
  readonly key: K;
  readonly [flagDefinition]: true;
}
declare const flagDefinition: unique symbol;

/** A flag of a module's own: with what its manifest says about it. */
export interface DeclaredFlag<K extends string = string> extends FlagDefinition<K> {
  readonly declaration: FlagDeclaration;
}

/**
 * Names a flag, for `flags.flag(hello)` and `when: { flag: hello.key }`. One of the module's own says what it is,
 * `const hello = defineFlag('acme.hello', { type: 'beta', title: 'Hello' })`, and is declared with `flag(hello)` in `defineModule`;
 * `npm run manifests -- --fix` writes it into the manifest, where it is read before any code of the module runs.
 * One that the deployment declares, in feature-flags.json, is named by its key alone.
 */
export const defineFlag: {
  <const K extends string>(key: K, declaration: FlagDeclaration): DeclaredFlag<K>;
  <const K extends string>(key: K): FlagDefinition<K>;
} = (key: string, declaration?: FlagDeclaration) => Object.freeze({ key, ...(declaration && { declaration }) }) as never;

/** One flag in the hands of a module. */
export interface FlagHandle {
  readonly key: string;
  /** A memory read. */
  isEnabled(): boolean;
  /** Told the new value when, and only when, the effective value of this flag changes. */
  readonly onDidChange: Event<boolean>;
}

/** Who switches flags, from where, and why. */
export interface FlagActor {
  readonly by: AuditPerson;
  readonly via: AuditVia;
  /** What the person says about it; at most 500 characters. */
  readonly reason?: string;
}

/** The switches of this instance as a file: what `export` gives and `import` takes. */
export interface FlagExport {
  readonly format: 'portico-flags';
  readonly version: 1;
  /** ISO time. */
  readonly exportedAt: string;
  /** On or off by key; null for a flag that shall follow its file. */
  readonly flags: Readonly<Record<string, boolean | null>>;
}

/** What an import does, or would do. */
export interface FlagImport {
  /** Undefined: no switch of this instance. */
  readonly changes: readonly { readonly key: string; readonly from: boolean | undefined; readonly to: boolean | undefined }[];
  /** Sentences with line, column and path. With any of them nothing is changed. */
  readonly faults: readonly string[];
  /** Whether the changes are in force now. */
  readonly applied: boolean;
}

/** The feature flags. Reads are memory reads. */
export interface Flags {
  /** False for a key that nobody declares; that is reported once. */
  isEnabled(key: string): boolean;
  /** The handle of a flag, to be kept. */
  flag(definition: FlagDefinition): FlagHandle;
  /** Undefined for a key that nobody declares. */
  state(key: string): FlagState | undefined;
  all(): readonly FlagState[];
  /** All that a flag depends on, each once, every flag followed by what it names itself. Empty for an unknown key. */
  chain(key: string): readonly FlagLink[];
  /** Problems of feature-flags.json, with line and column (the last good content stays in force), of dependencies, and unknown keys. */
  problems(): readonly string[];
  /**
   * Sets or, with undefined, removes the instance override; in force when the promise resolves.
   * @throws PortalError `flag-locked` (409) while the environment locks the flag, `flag-unknown` (404).
   */
  override(key: string, enabled: boolean | undefined, by: string | FlagActor): Promise<void>;
  /**
   * Takes back the last change of the flag's override.
   * @param change id of that change in the history; another one, or none, has been made meanwhile: `flag-changed` (409).
   * @throws PortalError `flag-locked`, `flag-unknown`, `flag-changed`.
   */
  undo(key: string, change: string, by: FlagActor): Promise<void>;
  /** Changes of the flag's override, newest first: `before` and `after` are true, false or, without an override, absent. */
  history(key: string, cursor?: string, limit?: number): Promise<AuditPage>;
  /** The overrides of this instance. */
  export(): FlagExport;
  /**
   * Takes a file that `export` gave, all of it or, with any fault, nothing.
   * @param options.dryRun only says what would change. @param options.replace flags that the file does not name lose their override.
   */
  import(
    text: string,
    options: { readonly by: FlagActor; readonly dryRun?: boolean; readonly replace?: boolean },
  ): Promise<FlagImport>;
  /** Told about effective changes only. */
  readonly onDidChange: Event<FlagChange>;
}
export const Flags: ServiceToken<Flags> = serviceToken('portico.flags');
