/** An error and what it came from, as Node.js (`cause`) and the driver of a database (`driverError`) chain them; of a longer chain the first five. */
export function* errorChain(error: unknown): Iterable<Error & { readonly code?: unknown }> {
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 5; depth += 1) {
    const link: Error & { readonly code?: unknown; readonly driverError?: unknown } = at;
    yield link;
    at = link.driverError instanceof Error ? link.driverError : link.cause;
  }
}

const uniqueViolations: readonly unknown[] = ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505'];

/** Whether a write failed because a row with the same unique value is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return [...errorChain(error)].some(({ code }) => uniqueViolations.includes(code));
}
