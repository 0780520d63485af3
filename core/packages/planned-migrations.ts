import type { ModulePlan } from '../api/index.js';
import type { Declared } from './declarations.js';

/** @param applied names of its migrations that the database has. */
export function pendingMigrations({ migrations }: Declared, applied: readonly string[]): readonly string[] {
  return migrations.flatMap(({ name }) => (applied.includes(name) ? [] : name));
}

/** Says of a plan that tables which are there will change. */
export function announcedCopy(declared: Declared, applied: readonly string[]): readonly string[] {
  const pending = pendingMigrations(declared, applied);
  return applied.length > 0 && pending.length > 0 ? [copying(pending).before] : [];
}

/**
 * Migrations that the database has and the version that comes does not: it could not tell what its tables are.
 * @param isKept whether it was removed, and its data kept.
 * @returns sentences without a full stop.
 */
export function lostMigrations(
  { id, version, declared }: { readonly id: string; readonly version: string; readonly declared: Declared },
  applied: readonly string[],
  isKept: boolean,
): readonly string[] {
  const lost = applied.filter((name) => !declared.migrations.some((each) => each.name === name));
  if (lost.length === 0) return [];
  const [what, them] = lost.length === 1 ? ['migration', 'it'] : ['migrations', 'them'];
  const otherwise = isKept ? `, or take away the data that was kept: portico modules remove ${id} --with-data` : '';
  return [
    `the database has the ${what} ${lost.join(', ')} of ${id}, and ${version} does not know ${them}; take a version that does${otherwise}`,
  ];
}

/** What is said about changes of tables before they are done, and afterwards. */
export interface Announced {
  readonly before: string;
  readonly after: string;
}

/** @param names of migrations. */
export const copying = (names: readonly string[]): Announced => ({
  before: `The database is copied before ${names.join(', ')} changes its tables.`,
  after: `The database was copied before ${names.join(', ')} changed its tables.`,
});

/** @param names of migrations that the version which comes does not have. */
export const takingBack = (names: readonly string[]): Announced => ({
  before: `Its migrations ${names.join(', ')} are taken back: what they added goes. The database is copied before.`,
  after: `Its migrations ${names.join(', ')} were taken back: what they added is gone. The database was copied before.`,
});

/** A plan that was carried out, in the words for it. */
export function carriedOut(plan: ModulePlan, { before, after }: Announced): ModulePlan {
  return { ...plan, notes: plan.notes.map((note) => (note === before ? after : note)) };
}
