import type { Readable } from 'node:stream';
import type { AuditPerson, AuditVia } from './audit.js';
import type { ModuleManifest } from './manifest.js';
import type { Reader, Transaction } from './persistence.js';
import { type ExtensionPoint, extensionPoint, type ServiceToken, serviceToken } from './tokens.js';

/** Where a package comes from: an archive that `npm pack` made, a folder, or a registry. */
export type PackageSource =
  /** Absolute path of an archive or a folder. `<path>.sig` beside an archive is its signature. */
  | { readonly path: string; readonly integrity?: string }
  /** `name@range` in the registry that npm is set to. */
  | { readonly registry: string; readonly integrity?: string }
  /** An archive in memory, as a form sends it, and its signature as `portico module sign` writes it. */
  | { readonly name: string; readonly bytes: Uint8Array; readonly signature?: string; readonly integrity?: string };

/** Who asks for a change; it is written into the audit log. */
export interface PackageOperator {
  readonly by: AuditPerson;
  readonly via: AuditVia;
  /** Hears what is being done. */
  readonly onStep?: (step: PackageStep) => void;
}

/** Where a change of a module is: waiting for its turn, reading the package, loading its code, copying the database, exchanging what runs. */
export type PackageStep = 'waiting' | 'reading' | 'loading' | 'copying' | 'exchanging';

export type PlannedKind =
  | 'requires'
  | 'optional'
  | 'provides'
  | 'hosts'
  | 'decorates'
  | 'overrides'
  | 'menu-items'
  | 'routes'
  | 'permissions'
  | 'settings'
  | 'flags'
  | 'commands'
  | 'contributions'
  | 'tables'
  | 'migrations';

/** What of one kind comes and goes, each as people call it: `acme.scans ^1.0.0`, `GET /acme`. */
export interface PlannedChange {
  readonly kind: PlannedKind;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Whether a package is signed, and by which of the keys that this portal trusts. */
export interface PackageSignature {
  /** `trusted`: by a key of this portal. `unknown`: signed, and no key is trusted here. */
  readonly kind: 'trusted' | 'unknown' | 'none';
  /** The first 16 digits of the SHA-256 of the key. */
  readonly key?: string;
}

/** What would change. Nothing has. */
export interface ModulePlan {
  readonly action: 'install' | 'update' | 'rollback' | 'none';
  readonly id: string;
  /** What the package calls its module, by locale: `module.name` of its messages. */
  readonly names: Readonly<Record<string, string>>;
  readonly packageName: string;
  readonly description: string;
  readonly version: string;
  /** SHA-256 over all its files, lower-case hex. */
  readonly digest: string;
  /** The version that is installed now. */
  readonly from?: string;
  readonly files: number;
  readonly bytes: number;
  readonly signature: PackageSignature;
  /** Kinds of which nothing comes or goes are left out. */
  readonly changes: readonly PlannedChange[];
  /** Ids of modules that start again with it. */
  readonly restarts: readonly string[];
  /** Why it cannot be done; whole sentences. Empty when it can. */
  readonly problems: readonly string[];
  /** What else to know; whole sentences. */
  readonly notes: readonly string[];
}

/** Something that a module has outside of its code. */
export interface ModuleRemainder {
  /** What it is, as people call it: `tables`, `settings`. */
  readonly kind: string;
  readonly names: readonly string[];
}

export interface RemovalOptions {
  /** Takes away what is named as remaining, too; also of a module that was removed without it. Default false. */
  readonly withData?: boolean;
  /** As in the plan that was agreed to: what has come back meanwhile, or gone, is left alone. Left out: whatever there is. */
  readonly isRemoved?: boolean | undefined;
}

/** What would go, and what would stay. Nothing has. */
export interface RemovalPlan {
  readonly id: string;
  /** What the package calls its module, by locale. */
  readonly names: Readonly<Record<string, string>>;
  /** The version that is, or was, installed. */
  readonly version: string;
  /** It was removed before, and what it kept is all there is of it. */
  readonly isRemoved: boolean;
  /** Ids of modules that need it, and stop. */
  readonly stops: readonly string[];
  /** What stays when it is removed without its data. */
  readonly remainders: readonly ModuleRemainder[];
}

/** A module that was installed as a package. */
export interface InstalledPackage {
  readonly id: string;
  readonly packageName: string;
  readonly version: string;
  readonly digest: string;
  /** ISO 8601. */
  readonly installedAt: string;
  readonly source: string;
  readonly bytes: number;
  readonly signature: PackageSignature;
  /** The version that `rollback` goes to, if there is one. */
  readonly former?: string;
}

/**
 * The life of modules that are no part of the portal: installed, updated, rolled back and removed while it runs. Each operation happens whole
 * or not at all, one after the other, and is audited in the transaction that decides it.
 * @throws PortalError `package-invalid` (422): it cannot be read as a package of a module. `package-refused` (409): it could be read, and cannot be
 * installed here; the message has the reasons. `module-not-started` (409): it did not become active, and all is as it was.
 */
export interface ModulePackages {
  /** By id. */
  installed(): Promise<readonly InstalledPackage[]>;
  /** Loads what the package declares in a process of its own. */
  plan(source: PackageSource): Promise<ModulePlan>;
  /** Of a module that is not installed; the same version once more changes nothing. */
  install(source: PackageSource, operator: PackageOperator): Promise<ModulePlan>;
  /** To a later version. */
  update(source: PackageSource, operator: PackageOperator): Promise<ModulePlan>;
  planRollback(id: string): Promise<ModulePlan>;
  /** To the version before the last update. */
  rollback(id: string, operator: PackageOperator): Promise<ModulePlan>;
  planRemoval(id: string): Promise<RemovalPlan>;
  /** Modules that were removed and whose data was kept, by id; installing one again takes its data up. */
  kept(): Promise<readonly RemovalPlan[]>;
  /** @throws PortalError `package-refused` (409), also when it is not as it was agreed to. */
  remove(id: string, operator: PackageOperator, options?: RemovalOptions): Promise<RemovalPlan>;
  /** Code of versions that were replaced or removed: Node.js keeps it in memory until the process ends. */
  replacedCode(): ReplacedCode;
}
export const ModulePackages: ServiceToken<ModulePackages> = serviceToken('portico.module-packages');

export interface ReplacedCode {
  readonly versions: number;
  /** Of the files of their packages; what they take in memory is of that order, and cannot be measured. */
  readonly bytes: number;
}

/** A package that somebody sent and nobody has decided on. It is kept by the server for that person alone, and for `expiresAt` at most. */
export interface IncomingPackage {
  /** Not to be guessed. */
  readonly id: string;
  /** As its sender calls the file. */
  readonly name: string;
  readonly bytes: number;
  readonly isSigned: boolean;
  readonly expiresAt: Date;
}

/** Packages between being sent and being decided on: a file is sent once, looked at, and installed from here. They do not outlive the process. */
export interface IncomingPackages {
  /**
   * Keeps a file for its sender; of one person's the oldest goes when there are too many.
   * @param sender id of the person.
   * @throws PortalError `package-invalid` (422) when it is larger than a package may be; `too-many-packages` (409) when all places are taken.
   */
  receive(sender: string, name: string, content: Readable): Promise<IncomingPackage>;
  /** Adds the signature of one, as `portico module sign` writes it. */
  sign(sender: string, id: string, signature: string): void;
  /** Undefined when it is another person's, or is there no more. */
  find(sender: string, id: string): IncomingPackage | undefined;
  /** @throws PortalError `not-found` */
  source(sender: string, id: string): Promise<PackageSource>;
  discard(sender: string, id: string): Promise<void>;
}
export const IncomingPackages: ServiceToken<IncomingPackages> = serviceToken('portico.incoming-packages');

/** A change of a module that was asked for on a screen and goes on without it. */
export interface PackageOperation {
  readonly id: string;
  readonly kind: 'install' | 'update' | 'rollback' | 'remove';
  /** Id of the module. */
  readonly module: string;
  readonly startedAt: Date;
  /** Undefined when it has ended. */
  readonly step: PackageStep | undefined;
  /** What was done. */
  readonly done?: ModulePlan | RemovalPlan;
  /** Why it failed; everything is as it was before. */
  readonly failure?: string;
}

/**
 * Changes of modules that outlive the request that asks for them, and the screen itself: a change may stop whatever lives on its module. What came
 * of it can be read for an hour by whoever asked for it.
 */
export interface PackageOperations {
  /** Answers its id at once. */
  start(
    kind: PackageOperation['kind'],
    module: string,
    operator: PackageOperator,
    work: (operator: PackageOperator) => Promise<ModulePlan | RemovalPlan>,
  ): PackageOperation;
  /** @param person id of the one who asked for it. */
  find(person: string, id: string): PackageOperation | undefined;
}
export const PackageOperations: ServiceToken<PackageOperations> = serviceToken('portico.package-operations');

/** A module that is about to be removed, as those see it who keep something for it. */
export interface RemovedModule {
  readonly id: string;
  readonly manifest: ModuleManifest;
  /** Names of what it contributes to a point: ids of permissions, of definitions of settings. */
  contributed(point: string): readonly string[];
}

/** Something that a part of the portal keeps for modules: values of settings, grants of permissions. */
export interface ModuleBelongings {
  /** One word, as people call it: `settings`. */
  readonly kind: string;
  /** What is kept for the module, each by a name. */
  namesOf(reader: Reader, module: RemovedModule): Promise<readonly string[]>;
  /** Takes it away, in the transaction that removes the module. */
  erase(transaction: Transaction, module: RemovedModule): Promise<void>;
}

/** Asked before a module is removed, and when it is removed with its data. Hosted by the core. */
export const ModuleBelongings: ExtensionPoint<ModuleBelongings> = extensionPoint('portico.module-belongings', {
  requires: { kind: 'text', namesOf: 'function', erase: 'function' },
});
