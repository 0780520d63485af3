import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A view as a file. */
export interface ViewFile {
  readonly file: string;
  readonly source: string;
}

/** All `.hbs` files under a folder, by their path without extension: `partials/row`, `list`. Empty when there is no such folder. */
export function readViewFiles(folder: string): ReadonlyMap<string, ViewFile> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.hbs'));
  return new Map(
    names.sort().map((name) => {
      return [name.slice(0, -'.hbs'.length).split(sep).join('/'), readViewFile(join(folder, name))];
    }),
  );
}

export function readViewFile(file: string): ViewFile {
  return { file: relative(process.cwd(), file), source: readFileSync(file, 'utf8') };
}
