import { performance } from 'node:perf_hooks';
import type { ModuleActivity } from '../api/index.js';

interface CountedErrors {
  readonly count: number;
  readonly last: string;
}

/** What is counted for one module since the process began. */
interface Account {
  turns: number;
  millis: number;
  longTurns: number;
  longestMillis: number;
  /** By the folder of the version that they came out of. */
  readonly errors: Map<string, CountedErrors>;
}

/**
 * Counts what the modules of this process do. It stands where the kernel enters a module's code, which is several times a request: two looks at a
 * clock, and one number that the watchdog's thread can read while this thread does not answer any more.
 */
class ModuleMeter {
  /** Index, in `ids`, of the module whose code was entered and has not returned; 0 is the portal. Shared between threads. */
  readonly current = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  /** In the order in which they were first entered. */
  readonly ids: string[] = ['core'];
  private readonly indexes = new Map([['core', 0]]);
  private readonly accounts: Account[] = [newAccount()];
  private index = 0;
  private since = 0;

  /** Answers what `leave` wants back; -1 when the module is in its own code already. */
  enter(id: string): number {
    const index = this.indexOf(id);
    const outer = this.index;
    if (index === outer) return -1;
    this.settle();
    this.account(index).turns += 1;
    this.move(index);
    return outer;
  }

  leave(outer: number): void {
    if (outer === -1) return;
    this.settle();
    this.move(outer);
  }

  /** @param folder where the code of the version lies that it came out of. */
  countError(id: string, folder: string, error: unknown): void {
    const { errors } = this.account(this.indexOf(id));
    const last = error instanceof Error ? error.message : String(error);
    errors.set(folder, { count: (errors.get(folder)?.count ?? 0) + 1, last });
  }

  /** @param millis for how long nobody else had a turn. */
  countLongTurn(id: string, millis: number): void {
    const account = this.account(this.indexOf(id));
    account.longTurns += 1;
    account.longestMillis = Math.max(account.longestMillis, millis);
  }

  accountOf(id: string): Readonly<Account> {
    return this.account(this.indexOf(id));
  }

  private settle(): void {
    const now = performance.now();
    this.account(this.index).millis += now - this.since;
    this.since = now;
  }

  private move(index: number): void {
    this.index = index;
    this.current[0] = index;
  }

  private indexOf(id: string): number {
    const known = this.indexes.get(id);
    if (known !== undefined) return known;
    this.accounts.push(newAccount());
    const index = this.ids.push(id) - 1;
    this.indexes.set(id, index);
    return index;
  }

  private account(index: number): Account {
    return this.accounts[index] as Account;
  }
}

function newAccount(): Account {
  return { turns: 0, millis: 0, longTurns: 0, longestMillis: 0, errors: new Map() };
}

/** There is one event loop in a process, so there is one meter. */
export const moduleMeter = new ModuleMeter();

/** As people see it, with what others know. @param folder where the code of the version lies whose errors are asked for. */
export function activityOf(id: string, folder: string, openRequests: number, memory: ModuleActivity['memory']): ModuleActivity {
  const { turns, millis, longTurns, longestMillis, errors } = moduleMeter.accountOf(id);
  const found = errors.get(folder);
  return {
    turns,
    turnMillis: Math.round(millis),
    longTurns,
    longestTurnMillis: longestMillis,
    openRequests,
    errors: found?.count ?? 0,
    ...(found && { lastError: found.last }),
    ...(memory && { memory }),
  };
}
