import type { RoleName } from '@portico/core';

/** Roles for a choice. @param mayGive left out: all of them. */
export function roleOptions(
  names: readonly RoleName[],
  mayGive: (role: RoleName) => boolean = () => true,
): readonly { readonly value: RoleName; readonly label: RoleName }[] {
  return names.filter(mayGive).map((role) => ({ value: role, label: role }));
}
