/** What became of a form whose fields somebody else may have changed since it was shown. */
export interface MergedFields<F extends string> {
  /** The value of each field as it should be kept; of a field in conflict, the one that was sent. */
  readonly values: Readonly<Record<F, string>>;
  /** Fields that both changed, to different values. */
  readonly conflicts: readonly F[];
  /** Fields that only somebody else changed: theirs stay. */
  readonly others: readonly F[];
}

/**
 * Merges a form by field: only what a person changed is written, and what both changed is for people to decide.
 * @param mine what was sent. @param seen what the form showed; a field that is missing counts as changed. @param theirs what is kept now.
 */
export function mergeFields<F extends string>(
  mine: Readonly<Record<F, string>>,
  seen: Readonly<Partial<Record<F, string>>>,
  theirs: Readonly<Record<F, string>>,
): MergedFields<F> {
  const values: Record<F, string> = { ...mine };
  const conflicts: F[] = [];
  const others: F[] = [];
  for (const field of Object.keys(mine) as F[]) {
    if (mine[field] === theirs[field] || seen[field] === theirs[field]) continue;
    if (mine[field] === seen[field]) {
      values[field] = theirs[field];
      others.push(field);
    } else conflicts.push(field);
  }
  return { values, conflicts, others };
}
