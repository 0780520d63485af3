import { constants } from 'node:fs';
import { type FileHandle, open, opendir, realpath } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, sep } from 'node:path';
import { Settings, type SettingsHandle } from '@portico/configuration/api';
import { type AccessContext, Clock, HostConfig, inject, injectable, notFound, PortalError, z } from '@portico/core';
import { foldText } from '@portico/core/util';
import { photoSettings } from '../settings.js';
import { creditsFile, type PhotoCredits, readCredits } from './credits.js';

export interface Photo {
  /** Below the folder of the site, with slashes; names the picture everywhere. */
  readonly path: string;
  readonly title: string;
  /** Empty when nobody wrote one. */
  readonly altText: string;
  /** Who made it, and under which licence. */
  readonly credit: string | undefined;
}

export interface PhotoPage {
  readonly photos: readonly Photo[];
  /** How many there are in all. */
  readonly total: number;
  /** Path after which the page before begins; empty when that is the first one. Undefined when there is none. */
  readonly previous: string | undefined;
  /** Path after which the next page begins; undefined when there is none. */
  readonly next: string | undefined;
}

export interface OpenPhoto {
  readonly photo: Photo;
  /** Whoever opened it closes it. */
  readonly file: FileHandle;
  readonly size: number;
  /** Changes with the picture. */
  readonly version: string;
}

/** What was found, and what administrators should know about it, as keys of messages. */
interface Scan {
  readonly photos: readonly Photo[];
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly key: 'no-root' | 'no-folder' | 'too-many' | 'bad-credits';
  /** File or folder that it is about. */
  readonly path: string;
}

const config = z.strictObject({ root: z.string().refine(isAbsolute, 'Give the whole path.').optional() });

const pictures = /\.(?:jpe?g|png|webp|avif|gif)$/i;
const pageSize = 24;
const mostPhotos = 5000;
/** Entries of folders that are looked at, whatever they are. */
const mostEntries = 20_000;
const deepest = 6;
/** How long a look at the disk is good for. */
const freshMillis = 10_000;
const mostScans = 50;

/** The pictures of a site: those below the folder of its settings, which lies below the one that the deployment names. Links lead nowhere. */
@injectable()
export class PhotoFolder {
  private readonly root: string | undefined;
  private readonly settings: SettingsHandle<(typeof photoSettings)['fields']>;
  /** By folder, the one that was asked for last at the end. */
  private readonly scans = new Map<string, { readonly at: number; readonly scan: Promise<Scan> }>();
  private readonly known = new Map<string, readonly Problem[]>();

  constructor(
    @inject(HostConfig) host: HostConfig,
    @inject(Settings) settings: Settings,
    @inject(Clock) private readonly clock: Clock,
  ) {
    const parsed = config.safeParse(host.module('stock-photos') ?? {});
    if (!parsed.success)
      throw new PortalError(
        'configuration-invalid',
        `The section modules.stock-photos is wrong. ${z.prettifyError(parsed.error)}`,
      );
    this.root = parsed.data.root;
    this.settings = settings.of(photoSettings);
  }

  /** @param after path after which the page begins. */
  async page(access: AccessContext, search: string, after = ''): Promise<PhotoPage> {
    const words = foldText(search).split(' ').filter(Boolean);
    const { photos } = await this.scanOf(access);
    const found = words.length === 0 ? photos : photos.filter((photo) => hasAll(photo, words));
    const first = after === '' ? 0 : found.findIndex(({ path }) => path > after);
    const start = first < 0 ? found.length : first;
    return {
      photos: found.slice(start, start + pageSize),
      total: found.length,
      previous: start === 0 ? undefined : (found[start - pageSize - 1]?.path ?? ''),
      next: found.length > start + pageSize ? found[start + pageSize - 1]?.path : undefined,
    };
  }

  /** Opens what the list has under this path, and nothing else. @throws PortalError `not-found` (404). */
  async open(access: AccessContext, path: string): Promise<OpenPhoto> {
    const photo = (await this.scanOf(access)).photos.find((each) => each.path === path);
    const folder = await this.folderOf(access);
    if (photo === undefined || folder === undefined) throw notFound('picture');
    const file = await openPlain(folder, path);
    if (file === undefined) throw notFound('picture');
    const { size, mtimeMs } = await file.stat();
    return { photo, file, size, version: `${size}-${Math.round(mtimeMs)}` };
  }

  /** What stands in the way of pictures, as far as it is known; the disk is looked at for the next time. */
  problems(access: AccessContext): readonly Problem[] {
    void this.scanOf(access);
    return this.known.get(this.wanted(access)) ?? [];
  }

  private wanted(access: AccessContext): string {
    return this.settings.get(access.scope).folder;
  }

  private scanOf(access: AccessContext): Promise<Scan> {
    const wanted = this.wanted(access);
    const now = this.clock.monotonic();
    const before = this.scans.get(wanted);
    if (before !== undefined && now - before.at < freshMillis) return before.scan;
    this.scans.delete(wanted);
    const scan = this.scan(access);
    this.scans.set(wanted, { at: now, scan });
    for (const each of [...this.scans.keys()].slice(0, -mostScans)) {
      this.scans.delete(each);
      this.known.delete(each);
    }
    return scan;
  }

  private async scan(access: AccessContext): Promise<Scan> {
    const wanted = this.wanted(access);
    const folder = await this.folderOf(access);
    const key = this.root === undefined ? 'no-root' : 'no-folder';
    const scan =
      folder === undefined ? { photos: [], problems: [{ key, path: wanted } as const] } : await new Search(folder).run();
    this.known.set(wanted, scan.problems);
    return scan;
  }

  /** The folder of the scope; undefined when it is not there, or a link leads to it. */
  private async folderOf(access: AccessContext): Promise<string | undefined> {
    if (this.root === undefined) return undefined;
    const root = await realpath(this.root).catch(() => undefined);
    if (root === undefined) return undefined;
    const folder = join(root, this.wanted(access));
    return (await isItself(folder)) && (folder === root || folder.startsWith(root + sep)) ? folder : undefined;
  }
}

/** Walks through a folder once. */
class Search {
  private readonly photos: Photo[] = [];
  private readonly problems: Problem[] = [];
  private entries = 0;
  private isFull = false;

  constructor(private readonly folder: string) {}

  async run(): Promise<Scan> {
    await this.walk('', 0);
    if (this.isFull) this.problems.push({ key: 'too-many', path: '' });
    return { photos: this.photos.sort((a, b) => (a.path < b.path ? -1 : 1)), problems: this.problems };
  }

  /** @param place path of a folder, with a slash at its end; empty for the first. */
  private async walk(place: string, depth: number): Promise<void> {
    const names: string[] = [];
    const folders: string[] = [];
    let hasCredits = false;
    try {
      for await (const entry of await opendir(join(this.folder, place))) {
        this.entries += 1;
        if (this.entries > mostEntries || this.photos.length + names.length >= mostPhotos) {
          this.isFull = true;
          break;
        }
        // A link is neither a file nor a folder here.
        if (entry.name.startsWith('.') || /\p{Cc}/u.test(entry.name)) continue;
        if (entry.isDirectory()) folders.push(entry.name);
        else if (!entry.isFile()) continue;
        else if (entry.name === creditsFile) hasCredits = true;
        else if (pictures.test(entry.name)) names.push(entry.name);
      }
    } catch {
      // What went away while it was looked at, or may not be read, has no pictures.
      return;
    }
    const credits = hasCredits ? await this.creditsOf(place) : undefined;
    for (const name of names) this.photos.push(photoOf(place + name, name, credits?.get(name)));
    if (depth === deepest) return;
    for (const name of folders.sort()) if (!this.isFull) await this.walk(`${place}${name}/`, depth + 1);
  }

  private async creditsOf(place: string): Promise<PhotoCredits | undefined> {
    const path = place + creditsFile;
    const file = await openPlain(this.folder, path);
    const credits = file && (await readCredits(file));
    await file?.close();
    if (credits === undefined) this.problems.push({ key: 'bad-credits', path });
    return credits;
  }
}

function photoOf(path: string, name: string, said: { title?: string; altText?: string; credit?: string } = {}): Photo {
  return { path, title: said.title ?? titleOf(name), altText: said.altText ?? '', credit: said.credit };
}

/** `quiet-sea_2.jpg` is called Quiet sea 2. */
function titleOf(name: string): string {
  const words =
    name
      .slice(0, -extname(name).length)
      .replace(/[-_\s]+/g, ' ')
      .trim() || name;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function hasAll({ path, title, altText, credit = '' }: Photo, words: readonly string[]): boolean {
  const text = foldText(`${title} ${altText} ${credit} ${path}`);
  return words.every((word) => text.includes(word));
}

/** Opens a plain file to which no link leads on the way from the folder; undefined when there is none. */
async function openPlain(folder: string, path: string): Promise<FileHandle | undefined> {
  const place = join(folder, path);
  if (!(await isItself(dirname(place)))) return undefined;
  // Neither through a link, nor waiting for whoever writes into a pipe.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(place, flags).catch(() => undefined);
  if (file === undefined) return undefined;
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

async function isItself(place: string): Promise<boolean> {
  return (await realpath(place).catch(() => undefined)) === place;
}
