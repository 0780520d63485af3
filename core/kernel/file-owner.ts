import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The module that a file belongs to; undefined when it is nobody's. Stands alone, so that a thread of its own can ask without loading the portal.
 * @param file a path or a `file:` URL, or a line of a stack that holds one.
 * @param folders ids of modules by the absolute paths of their packages.
 */
export function ownerOfFile(file: string, folders: ReadonlyMap<string, string>): string | undefined {
  for (const [folder, moduleId] of folders)
    if (file.includes(folder + sep) || file.includes(`${pathToFileURL(folder).href}/`)) return moduleId;
  return undefined;
}
