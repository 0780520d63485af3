import type { FlagDeclaration } from '../api/index.js';
import { z } from '../libraries/data.js';
import { type JsonText, JsonTextError, readJsonText } from '../util/index.js';

/** What `feature-flags.json` says of one flag. What it leaves out is taken from the module that declares the flag. */
export type FlagFileEntry = Partial<Omit<FlagDeclaration, 'default'>> & { readonly enabled?: boolean };

/** The file as far as it could be understood. */
export interface FlagFileContent {
  readonly entries: ReadonlyMap<string, FlagFileEntry>;
  /** Sentences with line and column. */
  readonly problems: readonly string[];
}

const date = z.iso.date({ error: 'must be a date such as 2026-11-22' });
/** In step with feature-flags.schema.json, which helps editors. */
export const flagEntrySchema = z.strictObject({
  type: z.enum(['release', 'beta', 'dev', 'deprecation']).optional(),
  title: z.string().min(1).max(200).optional(),
  description: z.string().max(2000).optional(),
  owner: z.string().max(200).optional(),
  introduced: date.optional(),
  review: date.optional(),
  dependsOn: z.array(z.string().min(1)).optional(),
  links: z.array(z.httpUrl({ error: 'must be a web address' })).optional(),
  enabled: z.boolean({ error: 'must be true or false' }).optional(),
});

/** A key becomes part of a variable's name and of addresses. */
const flagKey = /^[A-Za-z][A-Za-z0-9._-]{0,99}$/;

/**
 * Understands the text of the file.
 * @param lastGood what was in force before: it stays for the whole file on a syntax error, and for one flag when only that entry is faulty.
 */
export function parseFlagFile(text: string, lastGood: ReadonlyMap<string, FlagFileEntry>, name: string): FlagFileContent {
  let json: JsonText;
  try {
    json = readJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    const { line, column } = error.position;
    return {
      entries: lastGood,
      problems: [`${name}, line ${line}, column ${column}: ${error.message}. The last good content stays in force.`],
    };
  }
  return new FlagFileReader(json, lastGood, name).read();
}

class FlagFileReader {
  private readonly problems: string[] = [];
  private readonly entries = new Map<string, FlagFileEntry>();

  constructor(
    private readonly json: JsonText,
    private readonly lastGood: ReadonlyMap<string, FlagFileEntry>,
    private readonly name: string,
  ) {}

  read(): FlagFileContent {
    const root = this.json.value;
    if (!isObject(root) || !isObject(root.flags)) {
      this.report(
        isObject(root) ? ['flags'] : [],
        '"flags" must be an object of flags by key. The last good content stays in force',
      );
      return { entries: this.lastGood, problems: this.problems };
    }
    for (const key of Object.keys(root)) {
      if (key !== 'flags' && key !== '$schema') this.report([key], `"${key}" is not known here and is ignored`);
    }
    for (const [key, entry] of Object.entries(root.flags)) this.readEntry(key, entry);
    return { entries: this.entries, problems: this.problems };
  }

  private readEntry(key: string, entry: unknown): void {
    const path = ['flags', key];
    if (!flagKey.test(key)) {
      this.report(path, `"${key}" cannot be the key of a flag; use letters, digits, dots, hyphens and underscores`);
      return;
    }
    if (typeof entry === 'boolean') {
      this.entries.set(key, { enabled: entry });
      return;
    }
    if (!isObject(entry)) {
      this.reject(key, path, 'must be true, false or an object');
      return;
    }
    const known = { ...entry };
    for (const property of Object.keys(entry)) {
      if (Object.hasOwn(flagEntrySchema.shape, property)) continue;
      this.report([...path, property], `flags.${key}.${property} is not known and is ignored`);
      delete known[property];
    }
    const checked = flagEntrySchema.safeParse(known);
    if (checked.success) this.entries.set(key, checked.data);
    else for (const issue of checked.error.issues) this.reject(key, [...path, ...issue.path], issue.message);
  }

  /** A faulty entry keeps its last good state, so that a slip of the pen does not switch anything. */
  private reject(key: string, path: readonly PropertyKey[], message: string): void {
    const before = this.lastGood.get(key);
    if (before) this.entries.set(key, before);
    this.report(
      path,
      `${path.map(String).join('.')} ${message}. ${before ? 'The last good state of this flag stays in force' : 'This flag is ignored'}`,
    );
  }

  private report(path: readonly PropertyKey[], message: string): void {
    const { line, column } = this.json.positionOf(path);
    this.problems.push(`${this.name}, line ${line}, column ${column}: ${message}.`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
