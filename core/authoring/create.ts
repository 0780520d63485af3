import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { PortalError } from '../api/index.js';
import { parseManifest } from '../kernel/index.js';
import { distribution } from '../portal/project-root.js';
import { nearest } from '../util/index.js';
import { type PackageContent, sourcesOf, writePackage } from './package-file.js';

export interface NewModule {
  /** Where it is made; its last name becomes the id. */
  readonly folder: string;
  readonly template: string;
  /** Folder of tarballs to install the portal from, while it is on no registry. */
  readonly packages?: string | undefined;
}

const templates = join(distribution.root, 'templates');
/** What every module begins with. */
const base = 'base';

export function templateNames(): readonly string[] {
  return readdirSync(templates).filter((name) => name !== base);
}

/** `portico create module`: a folder with a module that compiles, is tested and packs. @throws PortalError `module-tool`. */
export function createModule({ folder, template, packages }: NewModule): void {
  const names = templateNames();
  if (!names.includes(template))
    throw refused(`There is no template "${template}".${nearest(template, names)} There are: ${names.join(', ')}.`);
  const target = resolve(folder);
  const id = basename(target);
  checkId(id);
  if (existsSync(target) && (!statSync(target).isDirectory() || readdirSync(target).length > 0))
    throw refused(`${target} is there already, and is not empty.`);
  const portalPackages = portal(target, packages);
  // All that can be refused has been by now: nobody is left with half a module.
  mkdirSync(target, { recursive: true });
  for (const each of [base, template]) cpSync(join(templates, each), target, { recursive: true });
  const own = join(target, 'package.own.json');
  const content = merged(read(join(templates, base, 'package.json')), existsSync(own) ? read(own) : {});
  rmSync(own, { force: true });
  writePackage(target, { ...content, devDependencies: sorted({ ...content.devDependencies, ...portalPackages }) });
  renameSync(join(target, 'gitignore'), join(target, '.gitignore'));
  for (const file of sourcesOf(target, /\.(?:ts|json|hbs|css|md)$/)) writeFileSync(file, named(readFileSync(file, 'utf8'), id));
}

function checkId(id: string): void {
  const problems = parseManifest(id, { id });
  if (Array.isArray(problems))
    throw refused(`A module cannot be called "${id}": its id ${problems[0].message.replace(/^.*" /, '')}`);
  const taken = distribution.modulePaths.flatMap((path) =>
    existsSync(join(path, 'package.json')) ? [path] : readdirSync(path).map((name) => join(path, name)),
  );
  if (taken.some((path) => basename(path) === id)) throw refused(`The portal has a module ${id} already. Choose another name.`);
}

/** The templates are of a module that is called Acme Module. */
function named(text: string, id: string): string {
  const words = id.split('-');
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  return text
    .replaceAll('acme-module', id)
    .replaceAll('acme_module', words.join('_'))
    .replaceAll('AcmeModule', words.map(capital).join(''))
    .replaceAll('acmeModule', words.map((word, index) => (index === 0 ? word : capital(word))).join(''))
    .replaceAll('Acme Module', words.map(capital).join(' '));
}

/** The packages of the portal, to be installed for development: from a registry what brings all the others along, from a folder each by its file. */
function portal(target: string, packages: string | undefined): Readonly<Record<string, string>> {
  const { version, packages: all } = distribution;
  const testing = all['@portico/core'] ?? '1.0.0';
  if (packages === undefined) return { portico: `^${version}`, '@portico/testing': `^${testing}` };
  const folder = resolve(packages);
  const wanted = { portico: version, '@portico/testing': testing, ...all };
  return Object.fromEntries(
    Object.entries(wanted).map(([name, each]) => {
      const file = join(folder, `${name.replace('@', '').replace('/', '-')}-${each}.tgz`);
      if (!existsSync(file)) throw refused(`${file} is missing: --packages names a folder that npm run release has written.`);
      return [name, `file:${relative(target, file)}`];
    }),
  );
}

function merged(under: PackageContent, over: PackageContent): PackageContent {
  const both = { ...under, ...over };
  for (const key of ['dependencies', 'peerDependencies', 'devDependencies', 'portico'] as const)
    if (under[key] && over[key]) Object.assign(both, { [key]: { ...under[key], ...over[key] } });
  return both;
}

function sorted(entries: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function read(file: string): PackageContent {
  return JSON.parse(readFileSync(file, 'utf8')) as PackageContent;
}

function refused(sentence: string): PortalError {
  return new PortalError('module-tool', sentence, { status: 400 });
}
