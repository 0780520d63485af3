import type { InstalledPackage, RemovalPlan, ReplacedCode, RouteContext } from '@portico/core';
import { permissions } from './permissions.js';

/** A module that was installed as a package, as its page shows it. */
export interface PackageModel {
  readonly installedAt: Date;
  readonly source: string;
  readonly size: number;
  readonly signature: string;
  readonly digest: string;
  readonly former: string | undefined;
  readonly actions: readonly { readonly label: string; readonly name: string; readonly href: string }[];
}

type Context = Pick<RouteContext, 'text' | 'access' | 'url'>;

export function packageModel(ctx: Context, installed: InstalledPackage, module: string): PackageModel {
  const { id, installedAt, source, bytes, signature, digest, former } = installed;
  const action = (label: string, path: string): PackageModel['actions'][number] => ({
    label,
    name: ctx.text('packages.action-name', { action: label, name: module }),
    href: ctx.url(`/configuration/packages${path}`),
  });
  return {
    installedAt: new Date(installedAt),
    source,
    size: bytes,
    signature:
      signature.kind === 'trusted'
        ? ctx.text('packages.signed-by', { key: signature.key ?? '' })
        : ctx.text(`packages.signature-${signature.kind}`),
    digest: digest.slice(0, 16),
    former,
    actions: ctx.access.can(permissions.packages)
      ? [
          action(ctx.text('packages.update'), `/new?module=${encodeURIComponent(id)}`),
          ...(former === undefined ? [] : [action(ctx.text('packages.rollback'), `/rollback/${id}`)]),
          action(ctx.text('packages.remove'), `/remove/${id}`),
        ]
      : [],
  };
}

/** What is left of a module that was removed. */
export interface KeptModel {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly what: string;
  readonly label: string;
  readonly href: string;
}

export function keptModel(ctx: Context, { id, names, version, remainders }: RemovalPlan): KeptModel {
  const name = nameAmong(names, ctx.access.locale) ?? id;
  return {
    id,
    name,
    version,
    what: remainders.map(({ kind, names: each }) => `${kind}: ${each.join(', ')}`).join('; '),
    label: ctx.text('packages.erase-name', { name }),
    href: ctx.url(`/configuration/packages/remove/${id}`),
  };
}

/** As a package itself calls its module: one that is not there has no words in the portal. */
export function nameAmong(names: Readonly<Record<string, string>>, locale: string): string | undefined {
  return names[locale] ?? names[locale.split('-')[0] ?? locale] ?? names.en;
}

/** When it is worth a word: this many versions, or files of this size. */
const manyVersions = 10;
const manyBytes = 10 * 1024 * 1024;

/** Of code that Node.js keeps although it runs no more; undefined while there is little of it. */
export function oldCodeSentence(ctx: Context, { versions, bytes }: ReplacedCode): string | undefined {
  if (versions < manyVersions && bytes < manyBytes) return undefined;
  const isSmall = bytes < 1024 * 1024;
  const size = new Intl.NumberFormat(ctx.access.locale, {
    style: 'unit',
    unit: isSmall ? 'kilobyte' : 'megabyte',
    maximumFractionDigits: isSmall ? 0 : 1,
  }).format(bytes / (isSmall ? 1024 : 1024 * 1024));
  return ctx.text('packages.old-code', { versions, size });
}
