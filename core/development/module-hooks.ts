import { existsSync } from 'node:fs';
import type { ResolveFnOutput, ResolveHookContext } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFiles } from './shared-files.js';

/** By the query of the version, then by package folder: a version reads the imports of its module once. */
const shared = new Map<string, ReadonlySet<string>>();

/**
 * Node.js never loads an address twice. A module that is loaded again has its version in the address of its entry (`module.js?version=2`);
 * here the files that it imports get the same version, except those that it shares with others. A hook of Node.js, which runs in a thread
 * of its own.
 */
export async function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context: ResolveHookContext) => ResolveFnOutput | Promise<ResolveFnOutput>,
): Promise<ResolveFnOutput> {
  const found = await next(specifier, context);
  const version = /\?version=\d+$/.exec(context.parentURL ?? '')?.[0];
  if (version === undefined || !specifier.startsWith('.') || !found.url.startsWith('file:')) return found;
  const file = fileURLToPath(found.url);
  return sharedIn(packageOf(file), version).has(file) ? found : { ...found, url: found.url + version };
}

function sharedIn(folder: string, version: string): ReadonlySet<string> {
  const key = folder + version;
  const files = shared.get(key) ?? sharedFiles(folder);
  shared.set(key, files);
  return files;
}

function packageOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
