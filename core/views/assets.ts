import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, Middleware } from 'koa';
import { type Clock, type Disposable, type Log, toDisposable } from '../api/index.js';
import { acceptedEncoding } from './accepted-encoding.js';
import { type AssetFile, compressMissing, readAssetFiles } from './asset-files.js';

/** A module as far as its assets matter. */
export interface AssetOwner {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: { readonly assets?: string };
}

export interface AssetsOptions {
  readonly log: Pick<Log, 'warn'>;
  /** How long files that were replaced, or whose module has stopped, are served to pages that were open before. Default: not at all. */
  readonly keep?: { readonly millis: number; readonly clock: Pick<Clock, 'monotonic'> };
}

interface Entry {
  readonly owner: AssetOwner;
  readonly hash: string;
  readonly files: ReadonlyMap<string, AssetFile>;
  readonly addresses: ReadonlyMap<string, string>;
}

/** How long a page may stay open in a browser and still get its scripts, and be told that it is old. */
export const openPageMillis = 12 * 60 * 60_000;

/** Files of which no page is made any more, and that open pages may still ask for. */
interface FormerEntry {
  readonly entry: Entry;
  readonly until: number;
}

/** What is kept for open pages at most: versions of one module, and bytes of all. */
const formerVersions = 4;
const formerBytes = 32 * 1024 * 1024;

const prefix = '/assets/';
/** The sprite of a module's own icons, and the name under which pages ask for that of all. */
const spriteName = 'icons.svg';
const spriteOwner = 'core.icons';
/** Pages that are open ask for what they were made with. */
const mostSprites = 8;
const viewsFolder = fileURLToPath(new URL('../../', import.meta.url));

/** The portal itself, as the owner of its theme and elements. */
const portalAssets: AssetOwner = { id: 'core', folder: viewsFolder, manifest: { assets: 'dist/assets' } };

/**
 * What browsers load, under `/assets/<module>/<hash>/<file>`. The hash is that of all files of the module, so that scripts which import each
 * other agree; a new build is a new address, and an address is good for ever.
 */
export class Assets {
  private readonly owners = new Map<string, Entry>();
  /** By module and hash, oldest first. */
  private readonly former = new Map<string, FormerEntry>();
  private readonly reported = new Set<string>();
  /** One for each set of modules that ran, the newest last. */
  private readonly sprites = new Map<string, AssetFile>();
  private sprite: string | undefined;

  constructor(private readonly options: AssetsOptions) {}

  async load(module: AssetOwner = portalAssets): Promise<Disposable> {
    this.put(module.id, await this.read(module));
    return toDisposable(() => this.put(module.id, undefined));
  }

  /** Reads files that have changed; of a module that stopped meanwhile nothing is kept. */
  async refresh(owner: string): Promise<void> {
    const known = this.owners.get(owner);
    if (!known) return;
    const entry = await this.read(known.owner);
    if (this.owners.has(owner)) this.put(owner, entry);
  }

  private put(owner: string, entry: Entry | undefined): void {
    const before = this.owners.get(owner);
    if (entry) this.owners.set(owner, entry);
    else this.owners.delete(owner);
    this.sprite = undefined;
    if (before && before.hash !== entry?.hash) this.keep(before);
  }

  private keep(entry: Entry): void {
    const { keep } = this.options;
    if (!keep || entry.files.size === 0) return;
    const now = keep.clock.monotonic();
    const key = `${entry.owner.id}/${entry.hash}`;
    this.former.delete(key);
    this.former.set(key, { entry, until: now + keep.millis });
    const newestFirst = [...this.former].reverse();
    const counts = new Map<string, number>();
    let bytes = 0;
    for (const [each, { entry: old, until }] of newestFirst) {
      const count = (counts.get(old.owner.id) ?? 0) + 1;
      counts.set(old.owner.id, count);
      bytes += bytesOf(old);
      if (until <= now || count > formerVersions || bytes > formerBytes) this.former.delete(each);
    }
  }

  /** What a page that is open may ask for: of the version it was made by. */
  private entryOf(owner: string, hash: string): Entry | undefined {
    const entry = this.owners.get(owner);
    if (entry?.hash === hash) return entry;
    const kept = this.former.get(`${owner}/${hash}`);
    return kept && this.options.keep && kept.until > this.options.keep.clock.monotonic() ? kept.entry : undefined;
  }

  private async read(module: AssetOwner): Promise<Entry> {
    const files = await readAssetFiles(join(module.folder, module.manifest.assets ?? 'dist/assets'));
    const digest = createHash('sha256');
    for (const file of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) digest.update(`${file.name} ${file.hash}\n`);
    const hash = digest.digest('hex').slice(0, 16);
    void this.compress(module.id, files);
    return {
      owner: module,
      hash,
      files: new Map(files.map((file) => [file.name, file])),
      addresses: new Map(files.map(({ name }) => [name, `${prefix}${module.id}/${hash}/${name}`])),
    };
  }

  /** The address of a file that a module may have. */
  find(moduleId: string, file: string): string | undefined {
    return this.owners.get(moduleId)?.addresses.get(file);
  }

  /** The icons of the portal and of all modules that run, in one file. */
  private iconsAddress(): string | undefined {
    if (this.sprite !== undefined) return this.sprite;
    const [first, ...others] = [...this.owners.values()].flatMap(({ owner, files }) => {
      const file = files.get(spriteName);
      return file === undefined ? [] : [{ id: owner.id, file }];
    });
    if (first === undefined || others.length === 0) return undefined;
    const file = mergedSprite([first, ...others].sort((a, b) => orderOf(a.id, b.id)).map((each) => each.file));
    if (!this.sprites.has(file.hash)) {
      void this.compress(spriteOwner, [file]);
      this.sprites.set(file.hash, file);
      for (const hash of [...this.sprites.keys()].slice(0, -mostSprites)) this.sprites.delete(hash);
    }
    this.sprite = `${prefix}${spriteOwner}/${file.hash}/${spriteName}`;
    return this.sprite;
  }

  /** The address of a file; one that does not exist is reported once and answers 404. */
  url(moduleId: string, file: string): string {
    const icons = moduleId === portalAssets.id && file === spriteName ? this.iconsAddress() : undefined;
    const address = icons ?? this.find(moduleId, file);
    if (address !== undefined) return address;
    const name = `${moduleId}/${file}`;
    if (!this.reported.has(name)) {
      this.reported.add(name);
      this.options.log.warn('An asset is missing.', { module: moduleId, file });
    }
    return `${prefix}${moduleId}/missing/${file}`;
  }

  /** Where the files of a module are now; a page that has others of it is from before. Undefined when it has none. */
  folderOf(moduleId: string): string | undefined {
    const entry = this.owners.get(moduleId);
    return entry && entry.files.size > 0 ? `${prefix}${moduleId}/${entry.hash}/` : undefined;
  }

  readonly middleware: Middleware = (ctx, next) => {
    if (!ctx.path.startsWith(prefix) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    const [moduleId = '', hash = '', ...rest] = ctx.path.slice(prefix.length).split('/');
    const ofModule = this.entryOf(moduleId, hash)?.files.get(rest.join('/'));
    const file = moduleId === spriteOwner ? this.sprites.get(hash) : ofModule;
    if (file) answer(ctx, file);
    else refuse(ctx);
    return undefined;
  };

  private async compress(moduleId: string, files: readonly AssetFile[]): Promise<void> {
    try {
      for (const file of files) await compressMissing(file);
    } catch (error) {
      this.options.log.warn('Assets could not be compressed; they are served as they are.', { module: moduleId, error });
    }
  }
}

/** The portal's own come first, then by id: what is there twice is taken from the first. */
function orderOf(one: string, other: string): number {
  if (one === portalAssets.id || other === portalAssets.id) return one === portalAssets.id ? -1 : 1;
  return one < other ? -1 : 1;
}

function mergedSprite(files: readonly AssetFile[]): AssetFile {
  const symbols = new Map<string, string>();
  for (const file of files) {
    const text = file.bytes.get('identity')?.toString() ?? '';
    for (const [symbol, name = ''] of text.matchAll(/<symbol id="([^"]+)"[\s\S]*?<\/symbol>/g))
      if (!symbols.has(name)) symbols.set(name, symbol);
  }
  const content = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${[...symbols.values()].join('')}</svg>`);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { name: spriteName, type: 'image/svg+xml', hash, bytes: new Map([['identity', content]]) };
}

function bytesOf({ files }: Entry): number {
  let bytes = 0;
  for (const file of files.values()) for (const content of file.bytes.values()) bytes += content.length;
  return bytes;
}

function answer(ctx: Context, file: AssetFile): void {
  const present = (['br', 'gzip'] as const).filter((one) => file.bytes.has(one));
  const encoding = acceptedEncoding(ctx, present) ?? 'identity';
  const bytes = file.bytes.get(encoding);
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Cross-Origin-Resource-Policy', 'same-origin');
  ctx.set('Vary', 'Accept-Encoding');
  ctx.set('ETag', `"${file.hash}${encoding === 'identity' ? '' : `-${encoding}`}"`);
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  if (encoding !== 'identity') ctx.set('Content-Encoding', encoding);
  ctx.set('Content-Type', file.type);
  ctx.body = bytes;
}

/** An old address after an upgrade, or a made-up one: nothing to remember. */
function refuse(ctx: Context): void {
  ctx.status = 404;
  ctx.set('Cache-Control', 'no-store');
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.type = 'text/plain';
  ctx.body = 'Not found';
}
