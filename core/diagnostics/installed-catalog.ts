import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ApiCatalog,
  type CatalogEntry,
  type CatalogKind,
  catalogKinds,
  type Log,
  type ModuleManifest,
} from '../api/index.js';
import { z } from '../libraries/data.js';

/** Where a package keeps what it says of itself, for the screen Extension Points; written by its build. */
export const catalogFile = 'dist/api-catalog.json';
/** Several times what the portal's own packages have together. */
const mostBytes = 2_000_000;

const text = z.string().max(20_000);
const said = z.object({
  entries: z.array(
    z.object({
      kind: z.enum(catalogKinds),
      id: text,
      description: text,
      label: text.optional(),
      imported: z.object({ name: text, from: text }).optional(),
      conditional: z.boolean().optional(),
      shape: text.optional(),
      example: z.object({ code: text, from: text }).optional(),
      type: text.optional(),
      deprecated: z.object({ since: text, removal: text, instead: text }).optional(),
    }),
  ),
});

/** A package as far as its catalogue matters. */
export interface CataloguedPackage {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Pick<ModuleManifest, 'provides' | 'hosts' | 'flags'>;
}

/**
 * What the packages of this portal say of themselves. Their data is read when somebody asks and kept by folder: that of a version never changes
 * but for who builds it anew, whose file is newer. What a manifest offers and the data does not name is listed by its id.
 */
export class InstalledCatalog implements ApiCatalog {
  private readonly kept = new Map<string, { readonly time: number; readonly entries: readonly CatalogEntry[] }>();

  constructor(
    private readonly packages: () => readonly CataloguedPackage[],
    private readonly log: Pick<Log, 'warn'>,
  ) {}

  entries(): readonly CatalogEntry[] {
    const packages = this.packages();
    const folders = new Set(packages.map(({ folder }) => folder));
    for (const folder of this.kept.keys()) if (!folders.has(folder)) this.kept.delete(folder);
    const entries = packages.flatMap((each) => this.said(each));
    const named = new Set(entries.map(({ id }) => id));
    return [...entries, ...packages.flatMap(offered).filter(({ id }) => !named.has(id))];
  }

  private said({ id, folder }: CataloguedPackage): readonly CatalogEntry[] {
    const file = join(folder, catalogFile);
    const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (time === undefined) return [];
    const known = this.kept.get(folder);
    if (known?.time === time) return known.entries;
    const entries = this.read(id, file);
    this.kept.set(folder, { time, entries });
    return entries;
  }

  /** Others write it: what cannot be shown is left out, and nothing else suffers. */
  private read(id: string, file: string): readonly CatalogEntry[] {
    try {
      if (statSync(file).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
      const { entries } = said.parse(JSON.parse(readFileSync(file, 'utf8')));
      return entries.map((entry) => ({ ...entry, module: id }));
    } catch (error) {
      this.log.warn('What a package says of its API cannot be read.', { module: id, file, error });
      return [];
    }
  }
}

function offered({
  id: module,
  manifest: { hosts = {}, provides = {}, flags = {} },
}: CataloguedPackage): readonly CatalogEntry[] {
  const entry = (kind: CatalogKind, id: string, description = ''): CatalogEntry => ({ kind, id, module, description });
  return [
    ...Object.keys(hosts).map((id) => entry('extension-point', id)),
    ...Object.keys(provides).map((id) => entry('service', id)),
    ...Object.entries(flags).map(([id, { title, description }]) => entry('flag', id, description ?? title)),
  ];
}
