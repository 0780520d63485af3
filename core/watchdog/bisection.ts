import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../util/json-file.js';

/** What the search needs to know of a module. */
export interface Candidate {
  readonly id: string;
  /** Ids of services and extension points. */
  readonly requires: readonly string[];
  readonly provides: readonly string[];
}

/** A search under way, as `bisection.json` in the data directory keeps it over restarts. */
export interface Search {
  /** One of them is the culprit; each stands after those it requires. */
  readonly suspects: readonly string[];
  /** All was well while they ran. */
  readonly cleared: readonly string[];
  /** All that take part, in the order of `suspects`. */
  readonly all: readonly string[];
}

/** What comes next: another step of the search, or its end, with the one suspect that is left if that is why. */
export interface Verdict {
  readonly search?: Search;
  readonly culprit?: string;
}

/** Where a search stands: who runs, who does not, and how often somebody has to look, at most. */
export interface SearchStep {
  readonly on: readonly string[];
  readonly off: readonly string[];
  readonly suspects: readonly string[];
  readonly steps: number;
}

/**
 * The search for the one module at fault by halves, as `git bisect` does it. Of the suspects the first half runs, the others do not: when it goes
 * wrong the culprit is among those that run, else among those that do not. Suspects stand in the order of their requirements, and a first part of
 * them, with those that are cleared, has all that it requires; so no module is off because another one is. Those that were off when it went wrong
 * stay off to the end, so that a second culprit among them is not mistaken for the first.
 */
export class Bisection {
  private readonly file: string;
  private current: Search | undefined;
  /** Ids of those that an operator started in this step all the same. */
  private lifted: ReadonlySet<string> = new Set();

  constructor(home: string) {
    this.file = join(home, 'bisection.json');
    this.current = searchIn(readJsonFile(this.file));
  }

  get step(): SearchStep | undefined {
    return this.current && stepOf(this.current);
  }

  isOff(id: string): boolean {
    return (this.step?.off.includes(id) ?? false) && !this.lifted.has(id);
  }

  /** What an answer leads to; nothing is kept yet. @param goesWrong with those on that are on. */
  after(goesWrong: boolean): Verdict {
    if (this.current === undefined) return {};
    const search = after(this.current, goesWrong);
    const [culprit] = search.suspects;
    return search.suspects.length > 1 ? { search } : { culprit };
  }

  lift(id: string): void {
    this.lifted = new Set([...this.lifted, id]);
  }

  /** From now on it stands there. @param search undefined: it is over. */
  keep(search: Search | undefined): void {
    if (search) writeJsonFile(this.file, search);
    else rmSync(this.file, { force: true });
    this.current = search;
    this.lifted = new Set();
  }
}

export function searchAmong(candidates: readonly Candidate[]): Search {
  const all = inOrder(candidates);
  return { suspects: all, cleared: [], all };
}

export function after(search: Search, goesWrong: boolean): Search {
  const tested = testedOf(search.suspects);
  if (goesWrong) return { ...search, suspects: tested };
  return {
    ...search,
    suspects: search.suspects.slice(tested.length),
    cleared: [...search.cleared, ...tested],
  };
}

export function stepOf({ suspects, cleared, all }: Search): SearchStep {
  const on = new Set([...cleared, ...testedOf(suspects)]);
  return {
    on: all.filter((id) => on.has(id)),
    off: all.filter((id) => !on.has(id)),
    suspects,
    steps: Math.ceil(Math.log2(suspects.length)),
  };
}

/** Each after those it requires, else as they come. */
export function inOrder(candidates: readonly Candidate[]): readonly string[] {
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (candidate: Candidate): void => {
    if (visiting.has(candidate.id)) return;
    visiting.add(candidate.id);
    for (const needed of candidate.requires) candidates.filter(({ provides }) => provides.includes(needed)).forEach(visit);
    ordered.add(candidate.id);
  };
  candidates.forEach(visit);
  return [...ordered];
}

const testedOf = (suspects: readonly string[]): readonly string[] => suspects.slice(0, Math.floor(suspects.length / 2));

function searchIn(json: unknown): Search | undefined {
  const { suspects, cleared, all } = (typeof json === 'object' && json !== null ? json : {}) as Partial<Search>;
  const isList = (value: unknown): value is readonly string[] => Array.isArray(value);
  return isList(suspects) && suspects.length > 1 && isList(cleared) && isList(all) ? { suspects, cleared, all } : undefined;
}
