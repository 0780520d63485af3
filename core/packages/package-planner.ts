import type { ModuleManifest, ModulePlan, PackageSignature, PlannedChange, PlannedKind } from '../api/index.js';
import { type InstalledModule, resolvable, resolve } from '../kernel/index.js';
import { satisfiesRange } from '../kernel/version.js';
import { compareVersions } from '../libraries/kernel.js';
import type { Declared } from './declarations.js';
import type { PackageDescription } from './package-contents.js';
import type { ProvidedPackages } from './package-imports.js';
import { announcedCopy } from './planned-migrations.js';

/** A version of a module as plans compare it. */
export interface PlannedVersion {
  readonly manifest: ModuleManifest;
  readonly declared: Declared;
  readonly version: string;
  readonly digest: string;
}

export interface NextVersion extends PlannedVersion {
  readonly description: Pick<PackageDescription, 'name' | 'description' | 'peerDependencies' | 'optionalPeers'>;
  /** What it calls its module, by locale. */
  readonly names: Readonly<Record<string, string>>;
  readonly files: number;
  readonly bytes: number;
  readonly signature: PackageSignature;
  /** Sentences without a full stop, that stand whatever is installed. */
  readonly problems: readonly string[];
}

/** What is there now. */
export interface PlanningContext {
  /** All modules that are known, those that cannot run included. */
  readonly modules: readonly InstalledModule[];
  /** Names of the packages that the portal is delivered with. */
  readonly ownPackages: ReadonlySet<string>;
  /** Ids of those that were installed as packages. */
  readonly installed: ReadonlySet<string>;
  /** Those of them that run and live on the module, near or far. */
  readonly dependents: readonly string[];
  readonly coreOffers: ReadonlyMap<string, string>;
  readonly provided: ProvidedPackages;
  /** Migrations of the module that the database has. */
  readonly applied: readonly string[];
  /** Modules by what they contribute to a point where each name may be there once. */
  ownersAt(point: string): ReadonlyMap<string, string>;
  /** Of these names, the tables that another module made. */
  takenTables(tables: readonly string[]): readonly string[];
}

/** Says what a version of a module would change, and why it could not be installed. */
export function planOf(
  action: ModulePlan['action'],
  next: NextVersion,
  now: PlannedVersion | undefined,
  context: PlanningContext,
): ModulePlan {
  const { manifest, declared, description, version, digest, names, files, bytes, signature } = next;
  const { reasons, stops } = resolution(next, context);
  const problems = [
    ...next.problems,
    ...versionProblems(action, next, now, context),
    ...peerProblems(description, context.provided),
    ...claimProblems(next, context),
    ...reasons.map(remedied),
  ];
  return {
    action,
    id: manifest.id,
    names,
    packageName: description.name,
    description: description.description,
    version,
    digest,
    ...(now === undefined || action === 'none' ? {} : { from: now.version }),
    files,
    bytes,
    signature,
    changes: changesBetween(now, next),
    restarts: action === 'none' ? [] : context.dependents.filter((each) => !stops.has(each)),
    problems: problems.map(sentence),
    notes: [
      ...(signature.kind === 'unknown' ? ['It is signed, but this portal trusts no key, so nobody can say by whom.'] : []),
      ...[...stops].map(([other, why]) => `${other} will not run with it: ${why.join(' ')}`),
      ...announcedCopy(declared, context.applied),
      ...declared.unknown,
      ...(now !== undefined && action !== 'none' && now.declared.unknown.length > 0 && declared.unknown.length === 0
        ? [`Which addresses are new cannot be said: those of ${now.version} are known when it runs.`]
        : []),
    ],
  };
}

/** Names of files and modules stay as they are spelt. */
const sentence = (text: string): string =>
  /^(?:its?|the|addresses) /.test(text) ? `${text[0]?.toUpperCase()}${text.slice(1)}.` : `${text}.`;

/** What an operator can do about a requirement that nothing answers. */
function remedied(reason: string): string {
  const said = reason.replace(/\.$/, '');
  if (/which nothing installed offers$/.test(said)) return `${said}; install what offers it first`;
  if (/^Requirements go in a circle/.test(said)) return `${said}; take a requirement out of one of them`;
  if (/ hosts already$/.test(said)) return `${said}; give it another name`;
  return / but .* offers /.test(said) ? `${said}; take a version that fits` : said;
}

/** What of each kind comes and goes. */
function changesBetween(
  now: Pick<PlannedVersion, 'manifest' | 'declared'> | undefined,
  next: Pick<PlannedVersion, 'manifest' | 'declared'>,
): readonly PlannedChange[] {
  const before = now ? namesOf(now.manifest, now.declared) : noNames;
  const after = namesOf(next.manifest, next.declared);
  // Addresses that nobody could find out are neither new nor gone: the notes say so.
  const isUnknown = (kind: PlannedKind, declared: Declared | undefined): boolean =>
    kind === 'routes' && (declared?.unknown.length ?? 0) > 0;
  return kinds
    .map((kind) => ({
      kind,
      added: isUnknown(kind, now?.declared) ? [] : after[kind].filter((name) => !before[kind].includes(name)),
      removed: isUnknown(kind, next.declared) ? [] : before[kind].filter((name) => !after[kind].includes(name)),
    }))
    .filter(({ added, removed }) => added.length + removed.length > 0);
}

type Names = Readonly<Record<PlannedKind, readonly string[]>>;

const pointKinds: Readonly<Record<string, PlannedKind>> = {
  'portico.http-routes': 'routes',
  'portico.menu-items': 'menu-items',
  'portico.personal-menu-items': 'menu-items',
  'portico.permissions': 'permissions',
  'portico.commands': 'commands',
};

const kindOf = (point: string): PlannedKind =>
  pointKinds[point] ?? (point.endsWith('.settings-definitions') ? 'settings' : 'contributions');

/** Kinds of which each name may be there once, as sentences call them. */
const oncePerPortal: Readonly<Partial<Record<PlannedKind, string>>> = {
  permissions: 'permission',
  settings: 'settings',
  commands: 'command',
};

const kinds: readonly PlannedKind[] = [
  'requires',
  'optional',
  'provides',
  'hosts',
  'decorates',
  'overrides',
  'menu-items',
  'routes',
  'permissions',
  'settings',
  'flags',
  'commands',
  'contributions',
  'tables',
  'migrations',
];
const noNames = Object.fromEntries(kinds.map((kind) => [kind, [] as readonly string[]])) as unknown as Names;

function namesOf(manifest: ModuleManifest, { contributions, tables, migrations }: Declared): Names {
  const ranged = (entries: Readonly<Record<string, string>> = {}): readonly string[] =>
    Object.entries(entries).map(([id, range]) => `${id} ${range}`);
  const names: Record<PlannedKind, readonly string[]> = {
    ...noNames,
    requires: ranged(manifest.requires),
    optional: ranged(manifest.optional),
    provides: ranged(manifest.provides),
    hosts: ranged(manifest.hosts),
    decorates: ranged(manifest.decorates),
    overrides: ranged(manifest.overrides),
    flags: Object.keys(manifest.flags ?? {}),
    tables,
    migrations: migrations.map(({ name }) => name),
  };
  for (const { point, names: given } of contributions) {
    const kind = kindOf(point);
    names[kind] = [...names[kind], ...(kind === 'contributions' ? given.map((name) => `${point}: ${name}`) : given)];
  }
  return names;
}

function versionProblems(
  action: ModulePlan['action'],
  { manifest: { id, onFailure }, version, description }: NextVersion,
  now: PlannedVersion | undefined,
  { modules, installed, ownPackages }: PlanningContext,
): readonly string[] {
  const known = modules.find((module) => module.id === id);
  if (known !== undefined && !installed.has(id))
    return [`the module ${id} is there already: it comes with this portal, or lies in ${known.folder}; give this one another id`];
  if (known !== undefined && known.packageName !== description.name)
    return [
      `the module ${id} is installed from the package ${known.packageName}, and this is ${description.name}; remove that one first`,
    ];
  const named = modules.find((module) => module.packageName === description.name && module.id !== id);
  return [
    ...(named ? [`the package ${description.name} is there already, as the module ${named.id}; remove that one first`] : []),
    ...(action !== 'rollback' && description.name.startsWith('@portico/') && !ownPackages.has(description.name)
      ? [`the name ${description.name} begins as those of the portal itself do; give the package a scope of your own`]
      : []),
    ...(onFailure === 'stop-portal'
      ? ['its manifest says "onFailure": "stop-portal", and the portal opens without installed modules; leave that out']
      : []),
    ...(action === 'update' && now !== undefined && compareVersions(version, now.version) < 0
      ? [
          `${version} is older than ${now.version}, which is installed; portico modules rollback ${id} goes back to the version before`,
        ]
      : []),
  ];
}

export function peerProblems(
  { peerDependencies, optionalPeers }: NextVersion['description'],
  provided: ProvidedPackages,
): readonly string[] {
  return Object.entries(peerDependencies).flatMap(([name, range]) => {
    const given = provided.get(name);
    if (given === undefined)
      return name.startsWith('@portico/') && !optionalPeers.includes(name)
        ? [`it is written for ${name} ${range}, and no such module is installed; install it first`]
        : [];
    return satisfiesRange(given.version, range)
      ? []
      : [`it is written for ${name} ${range}, and this portal has ${given.version}; take a version that fits`];
  });
}

/** What belongs to others. */
function claimProblems(
  { manifest, declared }: NextVersion,
  { modules, ownersAt, takenTables }: PlanningContext,
): readonly string[] {
  const { id, routes = [] } = manifest;
  const others = modules.filter((module) => module.id !== id);
  const first = (address: string): string => /^~?\/[^/]*/.exec(address)?.[0] ?? '';
  const owner = (segment: string): string | undefined =>
    others.find((other) => segment.replace('~', '') === `/${other.id}` || other.manifest.routes?.includes(segment))?.id;
  const served = declared.contributions
    .filter(({ point }) => pointKinds[point] === 'routes')
    .flatMap(({ names }) => names.map((name) => name.slice(name.indexOf(' ') + 1)));
  const within = (address: string): boolean => routes.some((prefix) => address === prefix || address.startsWith(`${prefix}/`));
  const taken = [
    ...new Set([...routes.filter((route) => route === first(route)), ...served.filter((each) => !within(each)).map(first)]),
  ];
  const twice = declared.contributions.flatMap(({ point, names }) => {
    const word = oncePerPortal[kindOf(point)];
    const owners = word === undefined ? undefined : ownersAt(point);
    return names.flatMap((name) => {
      const other = owners?.get(name);
      return other === undefined || other === id
        ? []
        : [`the ${word} ${name} ${word === 'settings' ? 'are' : 'is'} declared by ${other} already; choose another`];
    });
  });
  const flags = Object.keys(manifest.flags ?? {}).flatMap((key) => {
    const other = others.find(({ manifest: { flags = {} } }) => key in flags);
    return other ? [`the flag ${key} is declared by ${other.id} already; give it another key`] : [];
  });
  return [
    ...taken.flatMap((segment) => {
      const of = owner(segment);
      return of === undefined ? [] : [`addresses under ${segment} belong to ${of}; choose others`];
    }),
    ...flags,
    ...twice,
    ...takenTables(declared.tables).map((table) => `the table ${table} belongs to another module; give it another name`),
  ];
}

/** Why it could not run, and who could not run any more. */
function resolution(
  { manifest }: NextVersion,
  { modules, coreOffers }: PlanningContext,
): { readonly reasons: readonly string[]; readonly stops: ReadonlyMap<string, readonly string[]> } {
  const before = resolve(
    modules.map((module) => resolvable(module.manifest)),
    coreOffers,
  ).unresolved;
  const others = modules.filter(({ id }) => id !== manifest.id).map((module) => resolvable(module.manifest));
  const after = resolve([...others, resolvable(manifest)], coreOffers).unresolved;
  const stops = new Map([...after].filter(([id]) => id !== manifest.id && !before.has(id)));
  return { reasons: after.get(manifest.id) ?? [], stops };
}

/** Modules that could not run any more without one of them. */
export function stoppedWithout(
  id: string,
  modules: readonly InstalledModule[],
  coreOffers: ReadonlyMap<string, string>,
): readonly string[] {
  const before = resolve(
    modules.map(({ manifest }) => resolvable(manifest)),
    coreOffers,
  ).unresolved;
  const left = modules.filter((module) => module.id !== id).map(({ manifest }) => resolvable(manifest));
  return [...resolve(left, coreOffers).unresolved.keys()].filter((other) => !before.has(other)).sort();
}
