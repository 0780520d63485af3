import { switchWord } from '../util/index.js';

const prefix = 'PORTICO_FLAG_';

/** What a variable makes of a flag: nobody else can change it. */
export interface FlagLock {
  readonly enabled: boolean;
  /** What stands in the variable, when it says neither on nor off: such a lock locks off. */
  readonly misread?: string;
}

/** What the environment says of flags. */
export interface FlagEnvironment {
  /** By the name of the variable. */
  readonly locks: ReadonlyMap<string, FlagLock>;
  readonly problems: readonly string[];
}

/** The variable that locks a flag: `LPD-10793` is `PORTICO_FLAG_LPD_10793`. */
export function flagVariable(key: string): string {
  return prefix + key.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** Whoever locks a flag means to forbid something: words are read generously, and what is none of them forbids. */
export function readFlagEnvironment(environment: Readonly<Record<string, string | undefined>>): FlagEnvironment {
  const locks = new Map<string, FlagLock>();
  const problems: string[] = [];
  for (const [written, value] of Object.entries(environment)) {
    if (!written.startsWith(prefix) || value === undefined) continue;
    // `PORTICO_FLAG_LPD-10793` is meant as well. Of two spellings the one that forbids wins.
    const name = flagVariable(written.slice(prefix.length));
    if (locks.get(name)?.enabled === false) continue;
    const enabled = switchWord(value);
    if (value === '')
      problems.push(`The environment variable ${name} is empty, which says neither on nor off; nothing is locked.`);
    else if (enabled !== undefined) locks.set(name, { enabled });
    else {
      locks.set(name, { enabled: false, misread: shown(value) });
      problems.push(
        `The environment variable ${name} is "${shown(value)}", which says neither on nor off: the flag is locked off. Write true or false.`,
      );
    }
  }
  return { locks, problems };
}

function shown(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
