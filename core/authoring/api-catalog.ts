import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deprecationOf } from '../api/deprecation.js';
import { type CatalogEntry, type ModuleManifest, PortalError } from '../api/index.js';
import { catalogFile } from '../diagnostics/installed-catalog.js';
import { Declarations } from '../kernel/declarations.js';
import { readMessageFile } from '../messages/index.js';
import { definitionOf, entryOf, type ModulePackage, type PackageContent, sourcesOf, testFolders } from './package-file.js';
import { type DeclarationNode, type TokenType, TypedDeclarations } from './typed-declarations.js';

/** A package as far as its catalogue matters. */
export interface CataloguedPackage {
  /** Absolute. */
  readonly folder: string;
  readonly id: string;
  readonly manifest: Partial<ModuleManifest>;
  /** How its API is imported. */
  readonly specifier: string;
  /** Absolute: the built file of the API, and its declarations or source; undefined without an API. */
  readonly api?: { readonly code: string; readonly types: string };
  /** What its code declares; undefined for the core. */
  readonly declared?: Declarations;
  /** Its English words. */
  readonly words: Readonly<Record<string, string>>;
}

type Example = NonNullable<CatalogEntry['example']>;
/** How a point is used, by the name of its token. */
export type Examples = (token: string) => Example | undefined;

/** Reads a package from its folder; its code must be built. */
export async function readCatalogued(folder: string, content: PackageContent): Promise<CataloguedPackage> {
  const { portico, exports, name = '' } = content;
  const path = portico ? './api' : '.';
  const target = typeof exports === 'object' ? exports[path] : undefined;
  const file = typeof target === 'string' ? target : (target as { readonly default?: string } | undefined)?.default;
  const words = join(folder, portico?.messages ?? 'messages', 'en.json');
  return {
    folder,
    id: portico?.id ?? 'core',
    manifest: portico ?? {},
    specifier: portico ? `${name}/api` : name,
    ...(file === undefined ? {} : { api: { code: join(folder, file), types: typesOf(folder, file) } }),
    ...(portico && entryOf(content) ? { declared: Declarations.of(portico.id, await definitionOf(folder, content)) } : {}),
    words: existsSync(words) ? Object.fromEntries(readMessageFile(words)) : {},
  };
}

/** A module's own, with examples from its README and its code. @throws PortalError `module-tool` when it says of a token two things. */
export async function writeCatalog({ folder, content }: ModulePackage): Promise<void> {
  const module = await readCatalogued(folder, content);
  const places = [
    ...codeIn(join(folder, 'README.md'), 'README.md'),
    ...sourcesOf(folder, /(?<!\.d)\.ts$/, testFolders).map((file) => ({
      code: readFileSync(file, 'utf8'),
      from: file.slice(folder.length + 1),
    })),
  ];
  const types = module.api ? await TypedDeclarations.open(folder, [module.api.types]) : undefined;
  try {
    const entries = await catalogEntries(module, types, examplesIn(places));
    writeFileSync(join(folder, catalogFile), `${JSON.stringify({ entries }, undefined, 1)}\n`);
  } finally {
    types?.close();
  }
}

/** All that a package offers to modules and operators, by kind and id. */
export async function catalogEntries(
  module: CataloguedPackage,
  types: TypedDeclarations | undefined,
  examples: Examples,
): Promise<readonly CatalogEntry[]> {
  const tokens = module.api && types ? await tokensOf(module, module.api, types, examples) : [];
  return [...tokens, ...declaredBy(module), ...topicsOf(module)].sort((a, b) => compare(a.kind, b.kind) || compare(a.id, b.id));
}

/** Finds how a point is used: the first statement among the places in which something is contributed to it. */
export function examplesIn(places: readonly Example[]): Examples {
  return (token) => {
    for (const { code, from } of places) {
      const statement = statementWith(code, `contribute(${token})`);
      if (statement !== undefined) return { code: statement, from };
    }
    return undefined;
  };
}

/** The pieces of TypeScript in a document. */
export function codeIn(file: string, from: string): readonly Example[] {
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => ({ code, from }));
}

/** The declarations beside the built code, or the source where a compiler writes none. */
function typesOf(folder: string, file: string): string {
  const declarations = join(folder, file.replace(/\.js$/, '.d.ts'));
  return existsSync(declarations) ? declarations : join(folder, file.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts'));
}

/** Tokens that a package exports, with the types behind them, and events of its services. */
async function tokensOf(
  { id: module, specifier: from }: CataloguedPackage,
  api: NonNullable<CataloguedPackage['api']>,
  types: TypedDeclarations,
  examples: Examples,
): Promise<readonly CatalogEntry[]> {
  const values = (await import(pathToFileURL(api.code).href)) as Readonly<Record<string, unknown>>;
  return types.exportsOf(api.types).flatMap(({ name, doc, tags, declarations }) => {
    const token = values[name];
    const [, form, id = ''] =
      /^portico\.(service|point|conditional-point):(.+)$/.exec(typeof token === 'symbol' ? (token.description ?? '') : '') ?? [];
    if (form === undefined) return [];
    const deprecated = deprecationOf(id);
    if (tags.some((tag) => tag.name === 'deprecated') !== (deprecated !== undefined)) {
      const message = `${name} of ${from}: the tag @deprecated and the option "deprecated" go together.`;
      throw new PortalError('module-tool', message, { status: 400 });
    }
    const isPoint = form !== 'service';
    const type = types.typeBehind(declarations, isPoint);
    const example = isPoint ? examples(name) : injected(name, from);
    const entry: CatalogEntry = {
      kind: isPoint ? 'extension-point' : 'service',
      id,
      module,
      description: sentence(doc || type.doc),
      imported: { name, from },
      ...(isPoint ? { conditional: form === 'conditional-point' } : {}),
      ...(type.shape ? { shape: type.shape } : {}),
      ...(example ? { example } : {}),
      ...(deprecated ? { deprecated } : {}),
    };
    return isPoint ? [entry] : [entry, ...eventsOf(type, entry, name)];
  });
}

/** Members of a service that are events. */
function eventsOf({ declarations }: TokenType, { id, module, imported }: CatalogEntry, service: string): readonly CatalogEntry[] {
  const events = declarations
    .flatMap((node) => [...(node.members ?? [])])
    .filter((member) => /^Event</.test(member.type?.getText() ?? ''));
  return events.map((member: DeclarationNode) => ({
    kind: 'event' as const,
    id: `${id}.${member.name?.getText()}`,
    module,
    description: sentence(commentBefore(member.getSourceFile().text, member.getStart())),
    ...(imported ? { imported } : {}),
    shape: `${service}.${member
      .getText()
      .replace(/^readonly /, '')
      .replace(/;$/, '')}`,
  }));
}

function injected(name: string, from: string): Example {
  const field = name.charAt(0).toLowerCase() + name.slice(1);
  const imports =
    from === '@portico/core'
      ? `import { inject, ${name} } from '${from}';`
      : `import { inject } from '@portico/core';\nimport { ${name} } from '${from}';`;
  return { code: `${imports}\n\nconstructor(@inject(${name}) private readonly ${field}: ${name}) {}`, from: 'its token' };
}

interface DeclaredPermission {
  readonly id: string;
  readonly label: string;
  readonly scope: string;
  readonly defaultRoles: readonly string[];
}

interface DeclaredPage {
  readonly id?: string;
  readonly page?: string;
  readonly fields: Readonly<
    Record<string, { readonly type: string; readonly label: string; readonly help?: string; readonly default?: unknown }>
  >;
}

/** Permissions, settings and flags that the code of a module declares. */
function declaredBy({ id: module, manifest, declared, words }: CataloguedPackage): readonly CatalogEntry[] {
  const valuesAt = <T>(point: string): readonly T[] =>
    (declared?.contributions ?? []).flatMap((each) =>
      each.point.endsWith(point) && each.made.kind === 'value' ? [each.made.value as T] : [],
    );
  const word = (key: string): string => words[key] ?? key;
  const flags = Object.entries(manifest.flags ?? {}).map(([id, { type, title, description = '' }]) => ({
    kind: 'flag' as const,
    id,
    module,
    type,
    description: sentences(title, description),
  }));
  const permissions = valuesAt<DeclaredPermission>('.permissions').map(({ id, label, scope, defaultRoles }) => ({
    kind: 'permission' as const,
    id,
    module,
    label,
    type: scope,
    description: sentences(word(label), defaultRoles.length > 0 ? `At first of the roles ${defaultRoles.join(', ')}` : ''),
  }));
  const pages = ['.settings-definitions', '.settings-additions'].flatMap((point) => valuesAt<DeclaredPage>(point));
  const settings = pages.flatMap(({ id, page = id, fields }) =>
    Object.entries(fields).map(([field, { type, label, help = '', default: value }]) => ({
      kind: 'setting' as const,
      id: `${page}.${field}`,
      module,
      label,
      type,
      description: sentences(word(label), help && word(help), defaultText(value)),
    })),
  );
  return [...flags, ...permissions, ...settings];
}

function defaultText(value: unknown): string {
  const text = Array.isArray(value) ? value.join('; ') : String(value ?? '');
  return text === '' ? '' : `Default: ${text}`;
}

/** Topics that transactions of a package announce, from its built code. */
function topicsOf({ folder, id: module }: CataloguedPackage): readonly CatalogEntry[] {
  const found = new Map<string, CatalogEntry>();
  for (const file of sourcesOf(join(folder, 'dist'), /\.js$/, testFolders)) {
    const code = readFileSync(file, 'utf8');
    for (const [, literal, name] of code.matchAll(/\.announce\(\s*(?:'([a-z][\w-]*\.[\w.-]+)'|(\w+))/g)) {
      const [, constant] = name === undefined ? [] : (new RegExp(`const ${name} = '([^']+)'`).exec(code) ?? []);
      const id = literal ?? constant;
      if (id === undefined || found.has(id)) continue;
      const at = code.indexOf(name === undefined ? `.announce('` : `const ${name} = `);
      found.set(id, { kind: 'event', id, module, type: 'topic', description: sentence(commentBefore(code, at)) });
    }
  }
  return [...found.values()];
}

/** The docstring that ends right before a place in a text. */
function commentBefore(text: string, at: number): string {
  const [, comment = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export )?$/.exec(text.slice(0, at)) ?? [];
  return comment.replaceAll(/^\s*\* ?/gm, '').trim();
}

/** The statement in which some code stands, from the start of its line to its semicolon. */
function statementWith(code: string, part: string): string | undefined {
  const at = code.indexOf(part);
  if (at < 0) return undefined;
  const start = code.lastIndexOf('\n', at) + 1;
  let depth = 0;
  let end = at;
  for (; end < code.length; end += 1) {
    const letter = code.charAt(end);
    if ('([{'.includes(letter)) depth += 1;
    if (')]}'.includes(letter)) depth -= 1;
    if (letter === ';' && depth <= 0) break;
  }
  const lines = code.slice(start, end + 1).split('\n');
  const indentOf = (line: string): number => line.length - line.trimStart().length;
  const indent = indentOf(lines[0] ?? '');
  return lines.map((line) => line.slice(Math.min(indent, indentOf(line)))).join('\n');
}

const sentences = (...texts: readonly string[]): string => texts.filter(Boolean).map(sentence).join(' ');

function sentence(text: string): string {
  const flat = text.trim();
  return flat === '' || /[.!?:]$/.test(flat) ? flat : `${flat}.`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
