import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** What a portal is delivered with. */
export interface Distribution {
  /** Absolute: where the portal's own config/, views/ and templates/ lie. */
  readonly root: string;
  readonly version: string;
  /** What `modules` means in `modulePaths`: packages, or folders that hold them. Absolute. */
  readonly modulePaths: readonly string[];
  /** Every package that it is made of, beside its own, with its version. */
  readonly packages: Readonly<Record<string, string>>;
}

const repository = resolve(import.meta.dirname, '../../..');
const name = 'portico';

interface PackageFile {
  readonly name?: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The portal is a checkout, or a set of packages that npm has put into some `node_modules`. */
export const distribution: Distribution = inRepository() ?? inPackages();

/** Where paths of the configuration count from, and config/*.json of the operator lie: the checkout, or the folder in which an installed portal is started. */
export const projectRoot = distribution.root === repository ? repository : process.cwd();

function inRepository(): Distribution | undefined {
  const file = join(repository, 'package.json');
  const found = existsSync(file) ? read(file) : undefined;
  if (found?.name !== name) return undefined;
  const folders = readdirSync(join(repository, 'modules')).map((each) => join(repository, 'modules', each));
  const files = ['core', ...folders].map((folder) => resolve(repository, folder, 'package.json')).filter(existsSync);
  const packages = Object.fromEntries(files.map(read).map((each) => [each.name ?? '', each.version]));
  return { root: repository, version: found.version, modulePaths: [join(repository, 'modules')], packages };
}

function inPackages(): Distribution {
  const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { version, dependencies = {} } = read(file);
  const installed = createRequire(file);
  const modulePaths = Object.keys(dependencies)
    .map((each) => installed.resolve(`${each}/package.json`))
    .filter((each) => 'portico' in read(each))
    .map(dirname);
  return { root: dirname(file), version, modulePaths, packages: dependencies };
}

function read(file: string): PackageFile {
  return JSON.parse(readFileSync(file, 'utf8')) as PackageFile;
}
