import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type Clock,
  type Disposable,
  type IncomingPackage,
  type IncomingPackages,
  type Log,
  notFound,
  type PackageSource,
  PortalError,
} from '../api/index.js';
import { every } from '../util/index.js';
import { assertArchiveSize } from './package-archive.js';

const keptMillis = 30 * 60_000;
const sweepMillis = 60_000;
const perPerson = 3;
const inAll = 20;

interface Entry extends IncomingPackage {
  readonly sender: string;
  readonly file: string;
  readonly signature?: string;
  /** False while its bytes come in: it has its place, and nobody finds it. */
  readonly isWhole: boolean;
}

/** Files in `PORTICO_HOME/incoming`, each under a name of its own that nobody chose. The folder is emptied at every start. */
export class StagedPackages implements IncomingPackages, Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly sweeping: Disposable;

  private constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.sweeping = every(sweepMillis, () => this.expire());
  }

  static async open(home: string, clock: Clock, log: Log): Promise<StagedPackages> {
    const folder = join(home, 'incoming');
    await rm(folder, { recursive: true, force: true });
    return new StagedPackages(folder, clock, log);
  }

  async dispose(): Promise<void> {
    await this.sweeping.dispose();
    this.entries.clear();
    await rm(this.folder, { recursive: true, force: true });
  }

  async receive(sender: string, name: string, content: Readable): Promise<IncomingPackage> {
    // One that breaks off before it is read is told by reading it.
    content.on('error', () => undefined);
    await this.expire();
    const { entry, replaced } = this.reserve(sender, name);
    for (const each of replaced) await this.erase(each);
    const { id, file } = entry;
    let bytes = 0;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await pipeline(
        content,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            bytes += chunk.length;
            assertArchiveSize(name, bytes);
            yield chunk;
          }
        },
        createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      );
    } catch (error) {
      this.entries.delete(id);
      await this.erase(entry);
      throw error;
    }
    const whole: Entry = { ...entry, bytes, expiresAt: this.expiry(), isWhole: true };
    this.entries.set(id, whole);
    return whole;
  }

  /** Takes a place before the first byte comes in, in one turn: those who send side by side are counted as those who send one after the other. */
  private reserve(sender: string, name: string): { readonly entry: Entry; readonly replaced: readonly Entry[] } {
    const own = [...this.entries.values()].filter((entry) => entry.sender === sender);
    const excess = Math.max(0, own.length - perPerson + 1);
    const replaced = own.filter(({ isWhole }) => isWhole).slice(0, excess);
    if (replaced.length < excess) throw tooMany('Other packages of yours still come in. Try again when they have.');
    if (this.entries.size - replaced.length >= inAll)
      throw tooMany('Too many packages wait for a decision. Try again in half an hour.');
    for (const { id } of replaced) this.entries.delete(id);
    const id = randomBytes(18).toString('base64url');
    const file = join(this.folder, id);
    const entry: Entry = { id, sender, file, name, bytes: 0, isSigned: false, expiresAt: this.expiry(), isWhole: false };
    this.entries.set(id, entry);
    return { entry, replaced };
  }

  private expiry(): Date {
    return new Date(this.clock.now().getTime() + keptMillis);
  }

  sign(sender: string, id: string, signature: string): void {
    const entry = this.owned(sender, id);
    if (entry) this.entries.set(id, { ...entry, signature, isSigned: true });
  }

  find(sender: string, id: string): IncomingPackage | undefined {
    return this.owned(sender, id);
  }

  async source(sender: string, id: string): Promise<PackageSource> {
    const entry = this.owned(sender, id);
    if (!entry) throw notFound('package');
    const { name, file, signature } = entry;
    return { name, bytes: await readFile(file), ...(signature === undefined ? {} : { signature }) };
  }

  async discard(sender: string, id: string): Promise<void> {
    const entry = this.owned(sender, id);
    if (entry) await this.drop(entry);
  }

  private owned(sender: string, id: string): Entry | undefined {
    const entry = this.entries.get(id);
    return entry?.isWhole && entry.sender === sender && entry.expiresAt > this.clock.now() ? entry : undefined;
  }

  private async expire(): Promise<void> {
    const now = this.clock.now();
    for (const entry of [...this.entries.values()]) if (entry.isWhole && entry.expiresAt <= now) await this.drop(entry);
  }

  private async drop(entry: Entry): Promise<void> {
    this.entries.delete(entry.id);
    await this.erase(entry);
  }

  /** Nobody can find it any more; a file that stays nevertheless goes with the next start. */
  private async erase({ name, file }: Entry): Promise<void> {
    try {
      await rm(file, { force: true });
    } catch (error) {
      this.log.warn('A package that was sent could not be taken away; the next start does it.', { package: name, error });
    }
  }
}

function tooMany(sentence: string): PortalError {
  return new PortalError('too-many-packages', sentence, { status: 409, expose: true });
}
