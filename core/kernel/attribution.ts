import { AsyncLocalStorage } from 'node:async_hooks';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Disposable, toDisposable } from '../api/index.js';

/** Who is at work: follows promises, timers and callbacks that the work leaves behind. */
const working = new AsyncLocalStorage<string>();
const errorOwners = new WeakMap<object, string>();
const folders = new Map<string, string>();

/** Runs code of a module, so that whatever it leaves behind bears its name. An error that comes out keeps it. */
export function runInModule<T>(moduleId: string, work: () => T): T {
  return working.run(moduleId, () => {
    try {
      const answer = work();
      if (answer instanceof Promise) answer.catch((error: unknown) => rememberOwner(error, moduleId));
      return answer;
    } catch (error) {
      rememberOwner(error, moduleId);
      throw error;
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
    const known = errorOwners.get(error) ?? moduleInStack(error);
    if (known !== undefined) return known;
    if ('cause' in error && error.cause !== undefined) return moduleOf(error.cause);
  }
  return currentModule();
}

/** Lets errors be traced to a module by the files in their stack. */
export function watchFolder(moduleId: string, folder: string): Disposable {
  folders.set(folder, moduleId);
  return toDisposable(() => void folders.delete(folder));
}

/** Remembers the innermost module an error passed through. */
function rememberOwner(error: unknown, moduleId: string): void {
  if (typeof error === 'object' && error !== null && !errorOwners.has(error)) errorOwners.set(error, moduleId);
}

function moduleInStack(error: object): string | undefined {
  const stack = 'stack' in error && typeof error.stack === 'string' ? error.stack : '';
  for (const line of stack.split('\n'))
    for (const [folder, moduleId] of folders)
      if (line.includes(folder + sep) || line.includes(`${pathToFileURL(folder).href}/`)) return moduleId;
  return undefined;
}
