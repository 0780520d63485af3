import { AsyncLocalStorage } from 'node:async_hooks';
import { realpathSync } from 'node:fs';
import { type Disposable, Emitter, PortalError, toDisposable } from '../api/index.js';
import { type ModuleVersion, ownerOfFile } from './file-owner.js';
import { moduleMeter } from './module-meter.js';

/** A version of a module, and where its code lies. */
interface WatchedFolder extends ModuleVersion {
  readonly folder: string;
}

/** Who is at work: follows promises, timers and callbacks that the work leaves behind. */
const working = new AsyncLocalStorage<string>();
const errorOwners = new WeakMap<object, string>();
/** Those that came last at the end. */
const folders = new Map<string, WatchedFolder>();
let version = 0;
const changed = new Emitter<void>();

/** Tells of each change of the watched folders, before any code in a new one is loaded. */
export const onDidChangeWatchedFolders = changed.event;

/** Runs code of a module, so that whatever it leaves behind bears its name. An error that comes out keeps it. */
export function runInModule<T>(moduleId: string, work: () => T): T {
  return working.run(moduleId, () => {
    const outer = moduleMeter.enter(moduleId);
    try {
      const answer = work();
      if (answer instanceof Promise) answer.catch((error: unknown) => rememberOwner(error, moduleId));
      return answer;
    } catch (error) {
      rememberOwner(error, moduleId);
      throw error;
    } finally {
      moduleMeter.leave(outer);
    }
  });
}

/** The module whose code runs at this moment; undefined for the portal's own. */
export function currentModule(): string | undefined {
  return working.getStore();
}

/** The module an error came out of: by the work it happened in, else by the files in its stack. */
export function moduleOf(error: unknown): string | undefined {
  if (typeof error === 'object' && error !== null) {
    const known = errorOwners.get(error) ?? moduleInStack(error)?.id;
    if (known !== undefined) return known;
    if ('cause' in error && error.cause !== undefined) return moduleOf(error.cause);
  }
  return currentModule();
}

/** An error that nobody caught: names its module, and counts it there unless it was counted when it came out of the module's code. */
export function countUncaught(error: unknown): string | undefined {
  const module = moduleOf(error);
  const isCounted = typeof error === 'object' && error !== null && errorOwners.has(error);
  if (module !== undefined && !isCounted) countError(module, error);
  return module;
}

/**
 * Counts what came out of a module's code, or was caught by nobody, for the version that it came out of: by the files in the stack, else the one
 * that came last. What a person is told (a refusal, that something is busy) is an answer, no error.
 */
export function countError(id: string, error: unknown): void {
  if (error instanceof PortalError && (error.expose || error.status === 503)) return;
  const inStack = typeof error === 'object' && error !== null ? moduleInStack(error) : undefined;
  const { folder = '' } = (inStack?.id === id ? inStack : [...folders.values()].findLast((each) => each.id === id)) ?? {};
  moduleMeter.countError(id, folder, error);
}

/** Lets errors be traced to a module by the files in their stack. */
export function watchFolder({ id, version: which, folder }: WatchedFolder): Disposable {
  const paths = new Set([folder, realPathOf(folder)]);
  for (const path of paths) {
    folders.delete(path);
    folders.set(path, { id, version: which, folder });
  }
  tellChange();
  return toDisposable(() => {
    for (const path of paths) folders.delete(path);
    tellChange();
  });
}

function tellChange(): void {
  version += 1;
  changed.fire();
}

/** Code is loaded from where a link leads. */
function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** Where the code of each module lies, by folder, for those who look at stacks from another thread; the number grows with every change. */
export function watchedFolders(): { readonly version: number; readonly folders: ReadonlyMap<string, ModuleVersion> } {
  return { version, folders };
}

/** Remembers the innermost module an error passed through. */
function rememberOwner(error: unknown, moduleId: string): void {
  if (typeof error !== 'object' || error === null || errorOwners.has(error)) return;
  errorOwners.set(error, moduleId);
  countError(moduleId, error);
}

function moduleInStack(error: object): WatchedFolder | undefined {
  const stack = 'stack' in error && typeof error.stack === 'string' ? error.stack : '';
  for (const line of stack.split('\n')) {
    const module = ownerOfFile(line, folders);
    if (module !== undefined) return module;
  }
  return undefined;
}
