import type { FlagExport, FlagImport, FlagState } from '../api/index.js';
import { z } from '../libraries/data.js';
import { JsonTextError, readJsonText } from '../util/index.js';
import type { FlagOverrideFact } from './resolve-flags.js';

const format = 'portico-flags';
const version = 1;

const documentSchema = z.strictObject({
  format: z.literal(format, { error: `must be "${format}"` }),
  version: z.literal(version, { error: `must be ${version}; a file of a later version needs a later portal` }),
  exportedAt: z.string({ error: 'must be a time' }).optional(),
  flags: z.record(z.string(), z.boolean({ error: 'must be true, false or null' }).nullable(), {
    error: 'must be an object of flags by key',
  }),
});

/** What an import needs to know of the flags as they are. */
export interface FlagImportContext {
  readonly overrides: ReadonlyMap<string, FlagOverrideFact>;
  state(key: string): FlagState | undefined;
  /** Whether flags that the file does not name lose their override. */
  readonly replace: boolean;
}

export function exportFlags(overrides: ReadonlyMap<string, FlagOverrideFact>, now: Date): FlagExport {
  const flags = [...overrides].map(([key, { enabled }]) => [key, enabled] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return { format, version, exportedAt: now.toISOString(), flags: Object.fromEntries(flags) };
}

/** What the file asks for against what is there; nothing is changed here. */
export function planImport(text: string, context: FlagImportContext): Omit<FlagImport, 'applied'> {
  try {
    const json = readJsonText(text);
    const at = (path: readonly PropertyKey[]): string => {
      const { line, column } = json.positionOf(path);
      return `Line ${line}, column ${column}: ${path.length > 0 ? path.map(String).join('.') : 'the file'}`;
    };
    const checked = documentSchema.safeParse(json.value);
    if (!checked.success) return { changes: [], faults: checked.error.issues.flatMap((issue) => faultsOf(issue, at)) };
    return planOf(new Map(Object.entries(checked.data.flags)), context, at);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    return { changes: [], faults: [`Line ${error.position.line}, column ${error.position.column}: ${error.message}.`] };
  }
}

function planOf(
  flags: ReadonlyMap<string, boolean | null>,
  { overrides, state, replace }: FlagImportContext,
  at: (path: readonly PropertyKey[]) => string,
): Omit<FlagImport, 'applied'> {
  const unnamed = replace ? [...overrides.keys()].filter((key) => !flags.has(key)) : [];
  const wanted = [...flags, ...unnamed.map((key) => [key, null] as const)];
  const changes = wanted.flatMap(([key, value]) => {
    const from = overrides.get(key)?.enabled;
    const to = value ?? undefined;
    return from === to ? [] : [{ key, from, to }];
  });
  const faults = changes.flatMap(({ key, to }) => {
    const known = state(key);
    const where = flags.has(key) ? at(['flags', key]) : `${key}, which the file does not name,`;
    if (!known && to !== undefined) return [`${where} is a feature flag that nobody declares.`];
    return known?.lockedBy ? [`${where} is locked by the environment variable ${known.lockedBy}.`] : [];
  });
  return { changes, faults };
}

function faultsOf(issue: z.core.$ZodIssue, at: (path: readonly PropertyKey[]) => string): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return [`${at(issue.path)} ${issue.message}.`];
  return issue.keys.map((key) => `${at([...issue.path, key])} is not known here.`);
}
