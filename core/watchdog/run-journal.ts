import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../util/json-file.js';
import type { Suspect } from './watchdog-state.js';

/** How one process of the portal ended, as far as anybody knows. */
export interface Run {
  /** ISO 8601. */
  readonly startedAt: string;
  /** Whether it was stopped in order. */
  closed?: boolean;
  /** Who was about to end it, or had ended it. */
  readonly crash?: Omit<Suspect, 'startedAt'>;
  /** Whether a module is left out for it: once, so that whoever starts that one by hand is not overruled. */
  judged?: boolean;
}

/** A module that starts with nobody any more, until somebody starts it by hand. */
export interface Banned {
  readonly version: string;
  readonly at: string;
  readonly reason: string;
}

interface Content {
  readonly runs: Run[];
  readonly banned: Record<string, Banned>;
}

const mostRuns = 20;

/**
 * The runs of the portal of one data directory, in `runs.json` there: who ended a process can only be said by the next one. Whoever writes it holds
 * the lock of the directory.
 */
export class RunJournal {
  private readonly file: string;
  private readonly content: Content;
  private current: Run | undefined;

  constructor(home: string) {
    this.file = join(home, 'runs.json');
    this.content = contentOf(readJsonFile(this.file));
    const files = suspectFiles(home);
    const suspects = Object.values(files).flatMap((file) => suspectIn(file) ?? []);
    const last = this.content.runs.at(-1);
    const found = suspects.filter(({ startedAt, modules }) => startedAt === last?.startedAt && modules.length > 0);
    // A full heap makes every turn long.
    const crash = found.find(({ ended }) => ended) ?? found.find(({ kind }) => kind === 'memory') ?? found[0];
    if (last && !last.closed && crash) {
      const { startedAt: _, ...rest } = crash;
      this.content.runs[this.content.runs.length - 1] = { ...last, crash: rest };
    }
    for (const file of Object.values(files)) rmSync(file, { force: true });
  }

  /** Oldest first, without the one of this process. */
  get former(): readonly Run[] {
    return this.content.runs.filter((run) => run !== this.current);
  }

  get banned(): Readonly<Record<string, Banned>> {
    return this.content.banned;
  }

  /** For the last run. */
  ban(id: string, banned: Banned): void {
    this.content.banned[id] = banned;
    const last = this.content.runs.at(-1);
    if (last) last.judged = true;
    this.write();
  }

  /** What an operator starts is given a new chance. */
  forgive(id: string): void {
    if (!(id in this.content.banned)) return;
    delete this.content.banned[id];
    this.write();
  }

  begin(startedAt: string): void {
    this.current = { startedAt };
    this.content.runs.push(this.current);
    this.content.runs.splice(0, this.content.runs.length - mostRuns);
    this.write();
  }

  /** @param counts whether this run says that the portal runs well: one that was opened for a command says nothing. */
  end(counts: boolean): void {
    if (this.current === undefined) return;
    this.current.closed = true;
    if (!counts) this.content.runs.splice(this.content.runs.indexOf(this.current), 1);
    this.write();
  }

  private write(): void {
    writeJsonFile(this.file, this.content);
  }
}

/** Where a process writes down who may end it. */
export function suspectFiles(home: string): { readonly blocked: string; readonly memory: string } {
  return { blocked: join(home, 'suspect-blocked.json'), memory: join(home, 'suspect-memory.json') };
}

function contentOf(json: unknown): Content {
  const { runs, banned } = (typeof json === 'object' && json !== null ? json : {}) as Partial<Content>;
  return {
    runs: Array.isArray(runs) ? runs.filter(saysVersions) : [],
    banned: typeof banned === 'object' && banned !== null ? banned : {},
  };
}

/** Whoever was at fault in which version: nothing follows from a run that does not say so. */
const saysVersions = ({ crash }: Run): boolean => crash?.modules.every(({ version }) => typeof version === 'string') ?? true;

function suspectIn(file: string): Suspect | undefined {
  const suspect = readJsonFile(file) as Partial<Suspect> | undefined;
  return Array.isArray(suspect?.modules) && typeof suspect.startedAt === 'string' ? (suspect as Suspect) : undefined;
}
