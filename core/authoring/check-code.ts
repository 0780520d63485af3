import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readManifests } from '../kernel/index.js';
import { inspectPackage, peerProblems, providedByPortal } from '../packages/index.js';
import { packageNameOf } from '../packages/package-imports.js';
import { distribution } from '../portal/project-root.js';
import { type ModulePackage, sourcesOf } from './package-file.js';

/** What a module may import of the portal and of other modules. */
const open = /^@portico\/(?:core(?:\/(?:util|client|testing))?|testing|[\w-]+\/(?:api|client|testing))$/;
const imported =
  /(?:^|[;\n}])\s*(?:import|export)\s*[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\n}])\s*import\s*['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;

interface Import {
  /** Relative to the module. */
  readonly file: string;
  readonly target: string;
}

/** Imports of what is not public, and of packages that the package.json does not name. */
export function importFaults({ folder, content }: ModulePackage): readonly string[] {
  const named = { ...content.dependencies, ...content.peerDependencies };
  return importsIn(folder, sourcesOf(folder, /\.ts$/)).flatMap(({ file, target }) => {
    if (target.startsWith('.')) {
      const isOutside = relative(folder, join(folder, file, '..', target)).startsWith('..');
      return isOutside ? [`${file} imports ${target}, which lies outside of the module.`] : [];
    }
    if (isOfNode(target)) return [];
    if (target.startsWith('@portico/') && !open.test(target))
      return [`${file} imports ${target}, which is not public: modules import @portico/core and the /api of other modules.`];
    const name = packageNameOf(target);
    const mayBeTool = /^(?:test|assets)\//.test(file) || /\.d\.ts$/.test(file);
    const known = mayBeTool ? { ...named, ...content.devDependencies } : named;
    if (name in known || name === content.name) return [];
    const where = name.startsWith('@portico/') ? 'peerDependencies' : 'dependencies';
    return [`${file} imports ${target}: name ${name} under "${where}" in package.json.`];
  });
}

/**
 * Packs the module as `npm pack` does, and looks at the package as `portico modules plan` would: what is wrong before any of its code runs. Besides
 * that, what the package lacks of the module, and what it should not have.
 */
export async function packageFaults({ folder, content }: ModulePackage): Promise<readonly string[]> {
  const place = await mkdtemp(join(tmpdir(), 'portico-check-'));
  try {
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', place];
    const { status, stderr } = spawnSync('npm', pack, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
    const [name] = await readdir(place);
    if (status !== 0 || name === undefined) return [`npm pack does not work here: ${stderr.trim()}`];
    const { modules } = await readManifests(distribution.modulePaths);
    const provided = providedByPortal(modules);
    const unsigned = { required: false, trustedKeys: [] };
    const { contents, problems } = await inspectPackage({ path: join(place, name) }, unsigned, provided);
    return [
      ...[...problems, ...peerProblems(contents.description, provided)].map(asSentence),
      ...partFaults(folder, content, [...contents.files.keys()]),
    ];
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

const asSentence = (problem: string): string => `The package: ${problem}.`;

function partFaults(folder: string, { portico }: ModulePackage['content'], paths: readonly string[]): readonly string[] {
  const { views = 'views', messages = 'messages', assets = 'dist/assets' } = portico;
  const missing = [views, messages, assets].filter(
    (part) => existsSync(join(folder, part)) && !paths.some((path) => path.startsWith(`${part}/`)),
  );
  const test = paths.find((path) => /^(?:dist\/)?test\//.test(path));
  return [
    ...missing.map((part) => `package.json: "files" leaves ${part} out of the package.`),
    ...(test === undefined ? [] : [`package.json: "files" lets the tests into the package, such as ${test}.`]),
  ];
}

function importsIn(folder: string, files: readonly string[]): readonly Import[] {
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(imported)].map((match) => ({
      file: relative(folder, file),
      target: match[1] ?? match[2] ?? match[3] ?? '',
    })),
  );
}

const isOfNode = (target: string): boolean => target.startsWith('node:') || builtinModules.includes(target);
