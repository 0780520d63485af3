import { basename, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ModulePlan, type PackageSource, PortalError } from '../api/index.js';
import { explainStorageError } from '../persistence/storage-errors.js';

/** What is known of a package that was not taken. */
export interface RefusedPackage {
  readonly plan: ModulePlan;
  /** Where its files lie. */
  readonly folder: string;
}

/**
 * Why a package was not taken, in one sentence for the person who brought it: which module of which file, what is wrong with it and where, and what
 * to do about it.
 */
export function refusalOf(
  error: unknown,
  wanted: 'install' | 'update' | undefined,
  source: PackageSource,
  known: RefusedPackage | undefined,
): unknown {
  const explained = explainStorageError(error);
  const called = known ? `${known.plan.id} ${known.plan.version} (${nameOf(source)})` : `The package ${nameOf(source)}`;
  const done = doneBy(wanted ?? known?.plan.action);
  if (!(explained instanceof PortalError)) return explained;
  const { code, status, details } = explained;
  const say = (sentence: string): PortalError =>
    new PortalError(code, inOneLine(known ? withoutFolder(sentence, known.folder) : sentence), {
      status,
      expose: true,
      details,
      cause: error,
    });
  if (code === 'module-not-started' && known) {
    const { from } = known.plan;
    const place = placeIn(explained.cause, known.folder);
    const why = [withoutStop(explained.message), ...(place ? [`(in ${place})`] : []), ...migrationFault(explained.cause)].join(
      ' ',
    );
    return say(`${why}; ${from === undefined ? '' : `${from} runs on, `}mend it and pack it again.`);
  }
  if (code === 'package-invalid' || code === 'package-not-found') return say(explained.message);
  return explained === error ? explained : say(`${called} cannot be ${done}: ${asClause(explained.message)}.`);
}

/** What a plan has against a package, as one sentence. */
export function problemsOf({ id, version, action, problems }: ModulePlan, source: PackageSource): string {
  const clauses = problems.map(asClause).join('; ');
  return inOneLine(`${id} ${version} (${nameOf(source)}) cannot be ${doneBy(action)}: ${clauses}.`);
}

const doneBy = (action: ModulePlan['action'] | undefined): string => (action === 'update' ? 'updated' : 'installed');

/** How people call what they brought. */
export function nameOf(source: PackageSource): string {
  if ('registry' in source) return source.registry;
  return 'path' in source ? basename(source.path) : source.name;
}

/**
 * The first place in the files of a module that the stack of an error names, or of what caused it: `dist/module.js:12`. Code that cannot be linked has no frame; Node.js
 * writes its place before the error.
 * @param folder absolute.
 */
export function placeIn(error: unknown, folder: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const deeper = placeIn(error.cause, folder);
  if (deeper !== undefined) return deeper;
  for (const line of (error.stack ?? '').split('\n'))
    for (const root of [`${pathToFileURL(folder).href}/`, folder + sep]) {
      const at = line.indexOf(root);
      if (at < 0) continue;
      const [, path, number] = /^([^:()]+):(\d+)/.exec(line.slice(at + root.length)) ?? [];
      if (path !== undefined) return `${path}:${number}`;
    }
  return undefined;
}

/** Which migration failed, and what the database said. */
function migrationFault(error: unknown): readonly string[] {
  if (!(error instanceof PortalError) || error.code !== 'migration-failed') return [];
  const { migrations = [] } = error.details as { readonly migrations?: readonly string[] };
  const { cause } = error;
  return [`(${[migrations.join(', '), ...(cause instanceof Error ? [cause.message] : [])].join(': ')})`];
}

/** Files of a module are called by their paths inside of it. Of its two names either may be the end of the other: the longer one goes first. */
const withoutFolder = (text: string, folder: string): string =>
  [folder, relative(process.cwd(), folder)]
    .sort((a, b) => b.length - a.length)
    .reduce((said, each) => said.replaceAll(each + sep, ''), text);

/** Parsers show with an arrow of their own where they stopped. */
const inOneLine = (text: string): string => text.replace(/\n-*\^/g, '').replace(/\s+/g, ' ');

const withoutStop = (text: string): string => text.replace(/\.$/, '');

const asClause = (sentence: string): string =>
  withoutStop(sentence).replace(/^(?:Its?|The|Addresses|Needs) /, (word) => word.toLowerCase());
