const prefix = 'PORTICO_FLAG_';

/** What the environment says of flags. */
export interface FlagEnvironment {
  /** By the name of the variable; only `true` and `false` count. */
  readonly locks: ReadonlyMap<string, boolean>;
  readonly problems: readonly string[];
}

/** The variable that locks a flag: `LPD-10793` is `PORTICO_FLAG_LPD_10793`. */
export function flagVariable(key: string): string {
  return prefix + key.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

export function readFlagEnvironment(environment: Readonly<Record<string, string | undefined>>): FlagEnvironment {
  const locks = new Map<string, boolean>();
  const problems: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || value === undefined) continue;
    if (value === 'true' || value === 'false') locks.set(name, value === 'true');
    else problems.push(`The environment variable ${name} must be true or false; it is ignored.`);
  }
  return { locks, problems };
}
