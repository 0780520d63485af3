import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One version of a module: another one may be sound. */
export interface ModuleVersion {
  readonly id: string;
  readonly version: string;
}

/**
 * The module that a file belongs to; undefined when it is nobody's. Stands alone, so that a thread of its own can ask without loading the portal.
 * @param file a path or a `file:` URL, or a line of a stack that holds one.
 * @param folders modules by the absolute paths of their packages.
 */
export function ownerOfFile<T extends ModuleVersion>(file: string, folders: ReadonlyMap<string, T>): T | undefined {
  for (const [folder, module] of folders)
    if (file.includes(folder + sep) || file.includes(`${pathToFileURL(folder).href}/`)) return module;
  return undefined;
}

/** The version of a module that came last, where nothing tells more of it than its id. */
export function lastVersionOf(id: string, folders: ReadonlyMap<string, ModuleVersion>): ModuleVersion {
  return [...folders.values()].findLast((module) => module.id === id) ?? { id, version: '' };
}
