import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { HostConfig, inject, injectable, PortalError, z } from '@portico/core';

/** Bytes of a file with a secret. */
const fileLimit = 16_384;

const referencesSchema = z.strictObject({
  /** Variables that a reference may name; `*` at the end stands for the rest of a name. */
  variables: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/)).default(['PORTICO_SECRET_*']),
  /** Folders below which a reference may name a file. Left out: `/run/secrets`, and `secrets` in the data directory. */
  folders: z.array(z.string().startsWith('/')).optional(),
  /** Whether sites may refer to secrets of the deployment, too. */
  sites: z.boolean().default(false),
});

/** Variables that open the portal itself, whatever the deployment allows. */
const never = /^PORTICO_(?:MASTER_KEY|ADMIN_|SETTING_)/;

export type ReferenceProblem = 'not-allowed' | 'missing' | 'not-readable' | 'too-large' | 'empty';
export type Resolved = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: ReferenceProblem };

const lost = (problem: ReferenceProblem): Resolved => ({ ok: false, problem });

/** Whether a text says where a secret is, instead of being one: `env:NAME` or `file:/path`. */
export const isReference = (text: string): boolean => /^(?:env|file):/.test(text.trim());

/**
 * Secrets that the deployment keeps: read when they are used, and kept nowhere. Only what the deployment allows can be named, so that
 * nobody reads its other variables and files through a form.
 */
@injectable()
export class SecretReferences {
  readonly allowedAtSites: boolean;
  private readonly variables: readonly string[];
  private readonly folders: readonly string[];

  constructor(@inject(HostConfig) private readonly config: HostConfig) {
    const section = (config.module('configuration') ?? {}) as { readonly references?: unknown };
    const parsed = referencesSchema.safeParse(section.references ?? {});
    if (!parsed.success) {
      const problem = z.prettifyError(parsed.error);
      throw new PortalError('configuration-invalid', `The section modules.configuration.references is wrong:\n${problem}`);
    }
    this.allowedAtSites = parsed.data.sites;
    this.variables = parsed.data.variables;
    this.folders = (parsed.data.folders ?? ['/run/secrets', join(config.home, 'secrets')]).map(normalize);
  }

  /** What may be named, for people. */
  get allowed(): string {
    return [...this.variables.map((name) => `env:${name}`), ...this.folders.map((folder) => `file:${folder}/…`)].join(', ');
  }

  isAllowed(reference: string): boolean {
    const { kind, place } = partsOf(reference);
    return kind === 'env' ? this.allowsVariable(place) : this.allowsFile(place);
  }

  resolve(reference: string): Resolved {
    if (!this.isAllowed(reference)) return lost('not-allowed');
    const { kind, place } = partsOf(reference);
    const read = kind === 'env' ? this.readVariable(place) : this.readFile(place);
    if (!read.ok) return read;
    const value = read.value.trim();
    return value === '' ? lost('empty') : { ok: true, value };
  }

  private allowsVariable(name: string): boolean {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || never.test(name)) return false;
    return this.variables.some((pattern) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) && name.length >= pattern.length : name === pattern,
    );
  }

  private allowsFile(path: string): boolean {
    return (
      isAbsolute(path) && !path.includes('\0') && normalize(path) === path && this.folders.some((each) => isBelow(path, each))
    );
  }

  private readVariable(name: string): Resolved {
    const value = this.config.variables(name)[name];
    return value === undefined ? lost('missing') : { ok: true, value };
  }

  /** The file is looked at as it was opened: a link out of the folder, a pipe, or one that grows is refused. */
  private readFile(path: string): Resolved {
    let file: number | undefined;
    try {
      const real = realpathSync(path);
      if (!this.folders.some((folder) => isBelow(real, realFolder(folder)))) return lost('not-allowed');
      file = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
      if (!fstatSync(file).isFile()) return lost('not-readable');
      const buffer = Buffer.alloc(fileLimit + 1);
      const bytes = readSync(file, buffer, 0, buffer.length, 0);
      return bytes > fileLimit ? lost('too-large') : { ok: true, value: buffer.toString('utf8', 0, bytes) };
    } catch (error) {
      return lost((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'not-readable');
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}

function partsOf(reference: string): { readonly kind: string; readonly place: string } {
  const colon = reference.indexOf(':');
  return { kind: reference.slice(0, colon), place: reference.slice(colon + 1) };
}

const isBelow = (path: string, folder: string): boolean => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
