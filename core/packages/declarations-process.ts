import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SourceTextModule } from 'node:vm';
import type { AddRoute, Class, HttpRoutes, MigrationInterface, ModuleDefinition } from '../api/index.js';
import { HttpRoutes as HttpRoutesPoint, tokenId } from '../api/index.js';
import { Declarations, type Made, type DeclaredContribution as PointContribution } from '../kernel/declarations.js';
import { getMetadataArgsStorage } from '../libraries/typeorm.js';
import { describeMigration } from '../persistence/migration-statements.js';
import type { DeclarationsAnswer, DeclarationsRequest, Declared, DeclaredContribution } from './declarations.js';
import { placeIn } from './refusal.js';

/** The program of `readDeclarations`: answers one request and is ended. */
process.once('message', (request: DeclarationsRequest) => {
  let isAnswered = false;
  const say = (found: DeclarationsAnswer): void => {
    if (!isAnswered) process.send?.(found);
    isAnswered = true;
  };
  // Nothing is left that could go on, and loading has not come to an end: it waits at its top for what never comes.
  process.once('beforeExit', () => say({ fault: 'it waits at its top level for something that never comes (await)' }));
  void answer(request).then(say);
});

async function answer(request: DeclarationsRequest): Promise<DeclarationsAnswer> {
  try {
    return { declared: await declaredBy(request) };
  } catch (error) {
    return { fault: faultOf(error, request.folder) };
  }
}

/** What kept the code from being loaded. Of a mistake in the code Node.js does not say in which file it is. */
function faultOf(error: unknown, folder: string): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  if ((error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED')
    return 'it writes a file, starts a program or a thread while it is loaded; a module does such things when it starts';
  const file = placeIn(error, folder) ?? (error instanceof SyntaxError ? unreadableFile(folder) : undefined);
  return `${name === 'Error' ? '' : `${name}: `}${message}${file === undefined ? '' : ` (in ${file})`}`;
}

/** The first file that is no code. */
function unreadableFile(folder: string): string | undefined {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.find((path) => {
    if (!/\.m?js$/.test(path) || path.includes('node_modules')) return false;
    try {
      new SourceTextModule(readFileSync(join(folder, path), 'utf8'));
      return false;
    } catch (error) {
      return error instanceof SyntaxError;
    }
  });
}

async function declaredBy({ id, entry, entities, migrations }: DeclarationsRequest): Promise<Declared> {
  const { default: definition } = (await import(pathToFileURL(entry).href)) as { default?: Partial<ModuleDefinition> };
  if (!Array.isArray(definition?.parts)) throw new Error('its entry must export defineModule(...) as its default');
  const declarations = Declarations.of(id, definition as ModuleDefinition);
  const unknown: string[] = [];
  const contributions = declarations.contributions.map((each) => ({ point: each.point, names: namesOf(each, unknown) }));
  const entityClasses = await listIn<object>(entities);
  const migrationClasses = await listIn<MigrationInterface>(migrations);
  const described = await Promise.all(migrationClasses.map(describeMigration));
  const tablesOfEntities = getMetadataArgsStorage()
    .tables.filter(({ target }) => entityClasses.includes(target as Class<object>))
    .flatMap(({ name }) => name ?? []);
  return {
    contributions: contributions.filter(({ names }: DeclaredContribution) => names.length > 0),
    tables: [...new Set([...tablesOfEntities, ...described.flatMap(({ tables }) => tables)])].sort(),
    migrations: described.map(({ name, reversible }) => ({ name, reversible })),
    unknown,
  };
}

/** A contribution as people call it; several names where it is several things. */
function namesOf({ point, id, made }: PointContribution, unknown: string[]): readonly string[] {
  if (point === tokenId(HttpRoutesPoint)) return routesOf(id, made, unknown);
  const fields = point.endsWith('.settings-additions') && made.kind === 'value' ? fieldsOf(made.value) : undefined;
  return fields ?? [nameOf(made) ?? id];
}

interface AddedFields {
  readonly page: string;
  readonly fields: object;
}

/**
 * Fields that stand on the page of another module are stored under its name: that is how what is left of them is found. Undefined for what has
 * no fields, because a point of another module is called alike.
 */
function fieldsOf(value: unknown): readonly string[] | undefined {
  const { page, fields } = (value ?? {}) as Partial<AddedFields>;
  if (typeof page !== 'string' || typeof fields !== 'object' || fields === null) return undefined;
  return Object.keys(fields).map((field) => `${page}.${field}`);
}

async function listIn<T>(file: string | undefined): Promise<readonly Class<T>[]> {
  if (file === undefined) return [];
  const { default: list } = (await import(pathToFileURL(file).href)) as { default?: unknown };
  if (!Array.isArray(list) || list.some((each) => typeof each !== 'function'))
    throw new Error(`${file.split('/').at(-1)} must export an array of classes as default`);
  return list as Class<T>[];
}

/** What a contribution calls itself, as data. */
function nameOf(made: Made): string | undefined {
  const value = made.kind === 'value' ? made.value : instanceOf(made.from);
  for (const key of ['name', 'id', 'label', 'title', 'prefix']) {
    const fact = (value as Readonly<Record<string, unknown>> | undefined)?.[key];
    if (typeof fact === 'string') return fact;
  }
  return undefined;
}

/** Routes are registered by code, with services that are not here: it gets such as answer nothing. */
function routesOf(contribution: string, made: Made, unknown: string[]): readonly string[] {
  const routes: string[] = [];
  try {
    const value = (made.kind === 'value' ? made.value : instanceOf(made.from)) as HttpRoutes;
    const add =
      (method: string): AddRoute =>
      (path) =>
        void routes.push(`${method} ${path === '/' ? value.prefix : value.prefix + path}`);
    value.register({ get: add('GET'), post: add('POST'), put: add('PUT'), patch: add('PATCH'), delete: add('DELETE') });
    return routes;
  } catch {
    unknown.push(`The addresses of ${contribution} are known when it runs: it needs its services to name them.`);
    return routes;
  }
}

function instanceOf(from: Class<unknown>): unknown {
  try {
    return new (from as new (...args: unknown[]) => unknown)(...Array.from({ length: from.length }, () => absent));
  } catch {
    return undefined;
  }
}

/** Whatever it is asked for is this again. */
const absent: unknown = new Proxy(() => undefined, {
  get: (_, key) => {
    if (key === 'then') return undefined;
    if (key === Symbol.iterator) return function* () {};
    return key === Symbol.toPrimitive ? () => '' : absent;
  },
  apply: () => absent,
  construct: () => absent as object,
});
