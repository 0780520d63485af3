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
  notFound,
  type PackageSource,
  PortalError,
} from '../api/index.js';
import { every } from '../util/index.js';
import { packageInvalid, packageLimits } from './package-archive.js';

const keptMillis = 30 * 60_000;
const sweepMillis = 60_000;
const perPerson = 3;
const inAll = 20;

interface Entry extends IncomingPackage {
  readonly sender: string;
  readonly file: string;
  readonly signature?: string;
}

/** Files in `PORTICO_HOME/incoming`, each under a name of its own that nobody chose. The folder is emptied at every start. */
export class StagedPackages implements IncomingPackages, Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly sweeping: Disposable;

  private constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {
    this.sweeping = every(sweepMillis, () => this.expire());
  }

  static async open(home: string, clock: Clock): Promise<StagedPackages> {
    const folder = join(home, 'incoming');
    await rm(folder, { recursive: true, force: true });
    return new StagedPackages(folder, clock);
  }

  async dispose(): Promise<void> {
    await this.sweeping.dispose();
    this.entries.clear();
    await rm(this.folder, { recursive: true, force: true });
  }

  async receive(sender: string, name: string, content: Readable): Promise<IncomingPackage> {
    await this.expire();
    const own = [...this.entries.values()].filter((entry) => entry.sender === sender);
    for (const { id } of own.slice(0, Math.max(0, own.length - perPerson + 1))) await this.drop(id);
    if (this.entries.size >= inAll)
      throw new PortalError('too-many-packages', 'Too many packages wait for a decision. Try again in half an hour.', {
        status: 409,
        expose: true,
      });
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const id = randomBytes(18).toString('base64url');
    const file = join(this.folder, id);
    let bytes = 0;
    try {
      await pipeline(
        content,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            bytes += chunk.length;
            if (bytes > packageLimits.archiveBytes)
              throw packageInvalid(name, `it is larger than ${packageLimits.archiveBytes / 1024 / 1024} MB`);
            yield chunk;
          }
        },
        createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      );
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    const expiresAt = new Date(this.clock.now().getTime() + keptMillis);
    const entry: Entry = { id, sender, file, name, bytes, isSigned: false, expiresAt };
    this.entries.set(id, entry);
    return entry;
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
    if (this.owned(sender, id)) await this.drop(id);
  }

  private owned(sender: string, id: string): Entry | undefined {
    const entry = this.entries.get(id);
    return entry?.sender === sender && entry.expiresAt > this.clock.now() ? entry : undefined;
  }

  private async expire(): Promise<void> {
    const now = this.clock.now();
    for (const { id, expiresAt } of [...this.entries.values()]) if (expiresAt <= now) await this.drop(id);
  }

  private async drop(id: string): Promise<void> {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    if (entry) await rm(entry.file, { force: true });
  }
}
