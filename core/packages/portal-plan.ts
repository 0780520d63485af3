import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiCatalog, type DeprecatedUse, type ModuleStatus, PortalError } from '../api/index.js';
import type { InstalledModule } from '../kernel/index.js';
import { isVersion, satisfiesRange } from '../kernel/version.js';
import { compareVersions, parseVersion } from '../libraries/kernel.js';
import type { PackageFiles } from './package-archive.js';
import { readContents } from './package-contents.js';
import { checkImports, type ProvidedPackages, packageNameOf } from './package-imports.js';
import { findPackage } from './package-source.js';

/** Whether one module will run on another version of the portal. */
export interface ModuleOutlook {
  readonly id: string;
  readonly version: string;
  readonly runs: boolean;
  /** Why it will not, in sentences. */
  readonly problems: readonly string[];
  /** What does not keep it from running, and is to be mended before long. */
  readonly notes: readonly string[];
}

export interface PortalPlan {
  readonly from: string;
  readonly to: string;
  /** Those that do not come with the portal. */
  readonly modules: readonly ModuleOutlook[];
}

export interface PortalPlannerDependencies {
  /** Version of this portal. */
  readonly version: string;
  /** Names of the packages that come with the portal. */
  readonly ownPackages: ReadonlySet<string>;
  readonly catalog: ApiCatalog;
  modules(): readonly InstalledModule[];
  statusOf(id: string): ModuleStatus | undefined;
  provided(): ProvidedPackages;
}

type PackageJson = Readonly<Record<'engines' | 'peerDependencies', Readonly<Record<string, string>> | undefined>>;

/**
 * Says before an upgrade of the portal which modules will run on it: from the ranges that they ask for, from what they import, and from what they use
 * that goes. Nothing of the other version is there to be looked at, so its packages are taken to move as the portal does: with the next major version
 * of the portal comes the next major one of each of its packages. None of the modules' code runs.
 */
export class PortalPlanner {
  constructor(private readonly dependencies: PortalPlannerDependencies) {}

  /** @throws PortalError `invalid-input` (400) for what is no version, or an older one. */
  async plan(to: string): Promise<PortalPlan> {
    const { version: from } = this.dependencies;
    if (!isVersion(to)) throw new PortalError('invalid-input', `"${to}" is no version, such as "1.2.0".`, { status: 400 });
    if (compareVersions(to, from) < 0)
      throw new PortalError('invalid-input', `This portal is ${from}, and ${to} is older.`, { status: 400 });
    const others = this.dependencies.modules().filter(({ isOfPortal }) => !isOfPortal);
    return { from, to, modules: await Promise.all(others.map((module) => this.outlook(module, to))) };
  }

  private async outlook(module: InstalledModule, to: string): Promise<ModuleOutlook> {
    const { id, version, folder, packageName } = module;
    const { engines = {}, peerDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
    const provided = this.dependencies.provided();
    const { files } = await findPackage({ path: folder });
    const others = new Map([...provided].filter(([name]) => name !== packageName));
    const { insides } = await checkImports(readContents(packageName, files), others);
    const uses = this.deprecated(id, files);
    const gone = uses.filter((use) => compareVersions(this.versionOf(use.from, provided, to), use.removal) >= 0);
    const status = this.dependencies.statusOf(id);
    const problems = [
      ...(engines.portico === undefined || satisfiesRange(to, engines.portico)
        ? []
        : [`It asks for a portal ${engines.portico}.`]),
      ...Object.entries(peerDependencies).flatMap(([name, range]) => {
        if (!provided.has(name)) return name.startsWith('@portico/') ? [`It is written for ${name}, which is not there.`] : [];
        const then = this.versionOf(name, provided, to);
        return satisfiesRange(then, range) ? [] : [`It is written for ${name} ${range}, which will be ${then}.`];
      }),
      ...insides.map((inside) => `${inside[0]?.toUpperCase()}${inside.slice(1)}.`),
      ...gone.map(({ name, removal, instead }) => `It uses ${name}, which is gone with ${removal}. ${instead}`),
      ...(status?.state === 'unresolved' ? [`It does not run now either: ${status.reasons.join(' ')}`] : []),
    ];
    const notes = uses
      .filter((use) => !gone.includes(use))
      .map(
        ({ name, since, removal, instead }) => `It uses ${name}, deprecated since ${since} and gone with ${removal}. ${instead}`,
      );
    return { id, version, runs: problems.length === 0, problems, notes };
  }

  /** The version in which a package comes with the other portal; those that do not come with it stay as they are. */
  private versionOf(name: string | undefined, provided: ProvidedPackages, to: string): string {
    const { version: from, ownPackages } = this.dependencies;
    const now = (name === undefined ? undefined : provided.get(name)?.version) ?? from;
    return name === undefined || ownPackages.has(name) ? projected(now, from, to) : now;
  }

  /** What it was seen to use since its start, and what its files import by a name that goes. */
  private deprecated(id: string, files: PackageFiles): readonly (DeprecatedUse & { readonly from: string | undefined })[] {
    const entries = this.dependencies.catalog.entries().filter(({ deprecated }) => deprecated !== undefined);
    const seen = (this.dependencies.statusOf(id)?.deprecations ?? []).map((use) => {
      const specifier = entries.find((entry) => entry.id === use.name)?.imported?.from ?? / of (\S+)$/.exec(use.name)?.[1];
      return { ...use, from: specifier === undefined ? undefined : packageNameOf(specifier) };
    });
    const imported = importedNames(files);
    const written = entries.flatMap(({ kind, id: name, imported: token, deprecated }) =>
      token && deprecated && imported.has(`${token.name} ${token.from}`)
        ? [
            {
              kind: kind === 'service' ? ('service' as const) : ('extension-point' as const),
              name,
              ...deprecated,
              from: packageNameOf(token.from),
            },
          ]
        : [],
    );
    return [...new Map([...written, ...seen].map((use) => [use.name, use])).values()];
  }
}

/** `name specifier` of what the files of a module themselves import by name. */
function importedNames(files: PackageFiles): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [path, content] of files) {
    if (!/\.m?js$/.test(path) || path.includes('node_modules/')) continue;
    for (const [, names = '', specifier = ''] of new TextDecoder()
      .decode(content)
      .matchAll(/\bimport\s*\{([^}]*)\}\s*from\s*['"]([^'"]+)['"]/g))
      for (const name of names.split(',')) found.add(`${name.trim().split(/\s+as\s+/)[0]} ${specifier}`);
  }
  return found;
}

/** Where a package is that moves from one version of the portal to another as the portal does. */
function projected(version: string, from: string, to: string): string {
  const [now, before, then] = [version, from, to].map((each) => parseVersion(each));
  if (!now || !before || !then) return version;
  const tag = then.prerelease.length > 0 ? `-${then.prerelease.join('.')}` : '';
  if (then.major !== before.major) return `${now.major + then.major - before.major}.${then.minor}.${then.patch}${tag}`;
  if (then.minor !== before.minor) return `${now.major}.${now.minor + then.minor - before.minor}.${then.patch}${tag}`;
  return `${now.major}.${now.minor}.${now.patch + then.patch - before.patch}${tag}`;
}
