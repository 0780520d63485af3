import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Disposable, type Log, type PackageOperator, PortalError } from '../api/index.js';
import { hashPath } from '../persistence/blob-verifier.js';
import { FolderWatcher } from '../util/folder-watcher.js';
import { every } from '../util/index.js';
import { DeployLedger } from './deploy-ledger.js';
import { assertArchiveSize, packageLimits } from './package-archive.js';
import type { PackageManager } from './package-manager.js';

/** All in milliseconds. */
export interface DeployTimes {
  /** How long a file must stay as it is before it is read. */
  readonly settle: number;
  /** How often the folder is looked at in any case: file systems in containers and on networks tell of nothing. */
  readonly poll: number;
  /** How long a file that ends too early, or whose name is none of a package, may stay as it is before that is said. */
  readonly patience: number;
}

export interface DeployFolderDependencies {
  readonly home: string;
  readonly packages: Pick<PackageManager, 'bring'>;
  readonly log: Log;
  readonly times?: DeployTimes;
}

/** A file as it was seen, until it changes. */
interface Seen {
  readonly signature: string;
  /** `new`: it may still be written. `quiet`: it has not changed for a while. `short`: it was read, and ends too early. */
  state: 'new' | 'quiet' | 'short' | 'done' | 'failed';
  /** Whether it has been as it is for longer than anybody writes a file. */
  isOld: boolean;
  readonly timers: readonly NodeJS.Timeout[];
}

const defaultTimes: DeployTimes = { settle: 1500, poll: 4000, patience: 20_000 };
const operator: PackageOperator = { by: { id: 'system', name: 'the deploy folder' }, via: 'system' };
const errorSuffix = '.error.txt';
const mostFiles = 1000;
/** After a sign that something changed: a copy gives many. */
const soonMillis = 200;

/**
 * `PORTICO_HOME/deploy`, as the folder of the same purpose of an OSGi container: a package that is dropped there is installed, or updates the module that
 * is installed; what fails stands beside it with its reason, and is tried again when the file changes and at the next start. A file that is taken
 * away removes nothing.
 *
 * A file counts when it has been as it is for a moment and its archive is complete, so one that is still being written is waited for. What was installed
 * from here once is remembered by its digest: whoever went back to an older version, or removed the module, is not overruled by the next start. So is what was begun with: a package that ends the
 * portal as it starts is not tried again by each start that follows.
 */
export class DeployFolder implements Disposable {
  private readonly seen = new Map<string, Seen>();
  private readonly times: DeployTimes;
  /** What lay there at the first look. Whoever drops a package later wants it, whatever was before. */
  private atStart: Map<string, string> | undefined;
  private readonly watcher: FolderWatcher;
  private polling: Disposable | undefined;
  private running: Promise<void> = Promise.resolve();
  private soon: NodeJS.Timeout | undefined;
  private isOver = false;

  private constructor(
    private readonly folder: string,
    private readonly ledger: DeployLedger,
    private readonly dependencies: DeployFolderDependencies,
  ) {
    this.times = dependencies.times ?? defaultTimes;
    this.watcher = new FolderWatcher(folder, () => this.lookSoon());
  }

  /** Begins to watch. Where the folder cannot be made, nothing is watched, and the log says so. */
  static async open(dependencies: DeployFolderDependencies): Promise<DeployFolder> {
    const folder = join(dependencies.home, 'deploy');
    const deploy = new DeployFolder(folder, DeployLedger.open(folder, dependencies.log), dependencies);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      dependencies.log.warn('The deploy folder cannot be used; nothing is installed from there.', { error });
      return deploy;
    }
    deploy.polling = every(deploy.times.poll, () => deploy.look());
    void deploy.look();
    return deploy;
  }

  async dispose(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.soon);
    this.watcher.dispose();
    for (const name of [...this.seen.keys()]) this.forget(name);
    await this.polling?.dispose();
    await this.running;
  }

  /** Looks at every file, one look after the other. */
  private look(): Promise<void> {
    this.running = this.running
      .then(() => this.lookAtAll())
      .catch((error: unknown) => this.dependencies.log.warn('The deploy folder could not be read.', { error }));
    return this.running;
  }

  private async lookAtAll(): Promise<void> {
    if (this.isOver) return;
    this.watcher.begin();
    const names = (await readdir(this.folder)).filter((name) => !name.startsWith('.')).sort();
    const files = names.filter((name) => !/\.sig$/i.test(name) && !name.endsWith(errorSuffix)).slice(0, mostFiles);
    await this.tidy(names, new Set(files));
    this.atStart ??= new Map(await Promise.all(files.map(async (name) => [name, (await this.signatureOf(name)) ?? ''] as const)));
    let isAnyDone = false;
    for (const name of files) isAnyDone = (await this.lookAt(name)) || isAnyDone;
    if (!isAnyDone) return;
    // What lacked a module that has come now.
    const failed = [...this.seen].filter(([, { state }]) => state === 'failed').map(([name]) => name);
    for (const name of failed) this.forget(name);
    if (failed.length > 0) void this.look();
  }

  /** Answers whether a module was changed. */
  private async lookAt(name: string): Promise<boolean> {
    const signature = await this.signatureOf(name);
    if (signature === undefined || this.isOver) return false;
    let seen = this.seen.get(name);
    if (seen?.signature !== signature) {
      this.forget(name);
      seen = this.notice(name, signature);
    }
    if (seen.state !== 'quiet' && !(seen.state === 'short' && seen.isOld)) return false;
    if (!/\.(?:tgz|tar\.gz)$/i.test(name)) {
      if (seen.isOld) await this.fail(name, seen, 'It is no package: npm pack makes one, and its name ends with .tgz.');
      return false;
    }
    return this.take(name, seen);
  }

  private async take(name: string, seen: Seen): Promise<boolean> {
    const path = join(this.folder, name);
    let isBegun = false;
    try {
      assertArchiveSize(name, (await stat(path)).size);
      const { sha256: digest } = await hashPath(path);
      if (this.atStart?.get(name) === seen.signature) {
        const known = this.ledger.stateOf(name, digest);
        if (known === 'done') {
          seen.state = 'done';
          return false;
        }
        if (known === 'trying') {
          await this.fail(name, seen, 'The portal ended while this package was being installed.', undefined, afterEnd(name));
          return false;
        }
      }
      const bytes = await readFile(path);
      const signature = await readFile(`${path}.sig`, 'utf8').catch(() => undefined);
      if ((await this.signatureOf(name)) !== seen.signature) return false;
      if (!seen.isOld && (await isCutOff(bytes))) {
        seen.state = 'short';
        return false;
      }
      const source = { name, bytes, ...(signature === undefined ? {} : { signature }) };
      isBegun = true;
      this.ledger.begin(name, digest);
      const plan = await this.dependencies.packages.bring(source, operator);
      seen.state = 'done';
      this.ledger.end(name, digest);
      await rm(path + errorSuffix, { force: true });
      this.dependencies.log.info('A package in the deploy folder was taken in.', {
        file: name,
        module: plan.id,
        version: plan.version,
        action: plan.action,
      });
      return plan.action !== 'none';
    } catch (error) {
      if (isBegun) this.ledger.retain((each) => each !== name);
      await this.fail(name, seen, reasonOf(error), error);
      return false;
    }
  }

  private async fail(name: string, seen: Seen, reason: string, error?: unknown, next = afterFailure(name)): Promise<void> {
    seen.state = 'failed';
    this.dependencies.log.warn('A package in the deploy folder could not be installed.', { file: name, reason, error });
    try {
      // Under a name that nobody takes for a package, until it is whole.
      const partial = join(this.folder, `.${name}${errorSuffix}.partial`);
      await writeFile(partial, `${reason}\n\n${next}\n`, { mode: 0o600 });
      await rename(partial, join(this.folder, name + errorSuffix));
    } catch (failure) {
      this.dependencies.log.warn('The reason could not be written into the deploy folder.', { file: name, error: failure });
    }
  }

  private notice(name: string, signature: string): Seen {
    const { settle, patience } = this.times;
    const later = (millis: number, then: () => void): NodeJS.Timeout =>
      setTimeout(() => {
        then();
        void this.look();
      }, millis).unref();
    const seen: Seen = {
      signature,
      state: 'new',
      isOld: false,
      timers: [
        later(settle, () => {
          if (seen.state === 'new') seen.state = 'quiet';
        }),
        later(patience, () => {
          seen.isOld = true;
        }),
      ],
    };
    this.seen.set(name, seen);
    return seen;
  }

  private forget(name: string): void {
    for (const timer of this.seen.get(name)?.timers ?? []) clearTimeout(timer);
    this.seen.delete(name);
  }

  /** Forgets what is gone, and takes away reasons that stand beside nothing. */
  private async tidy(names: readonly string[], files: ReadonlySet<string>): Promise<void> {
    for (const name of [...this.seen.keys()]) if (!files.has(name)) this.forget(name);
    for (const name of names)
      if (name.endsWith(errorSuffix) && !files.has(name.slice(0, -errorSuffix.length)))
        await rm(join(this.folder, name), { force: true });
    this.ledger.retain((name) => files.has(name));
  }

  /** Size, time and place of a file and of its signature; undefined when there is no such file. */
  private async signatureOf(name: string): Promise<string | undefined> {
    const [file, signature] = await Promise.all(
      [name, `${name}.sig`].map((each) => stat(join(this.folder, each)).catch(() => undefined)),
    );
    return file && [file, signature].map((each) => each && `${each.ino} ${each.size} ${each.mtimeMs}`).join(', ');
  }

  private lookSoon(): void {
    if (this.isOver || this.soon) return;
    this.soon = setTimeout(() => {
      this.soon = undefined;
      void this.look();
    }, soonMillis).unref();
  }
}

const afterFailure = (name: string): string =>
  `The portal is as it was before. ${name} is tried again when it changes, and when the portal starts.`;

const afterEnd = (name: string): string =>
  `The log of that run says what it was. ${name} is not tried again when the portal starts. To try it again, put it here anew while the portal runs.`;

/** Whether an archive is the beginning of one. */
async function isCutOff(bytes: Uint8Array): Promise<boolean> {
  if (bytes.length < 18) return true;
  try {
    await promisify(gunzip)(bytes, { maxOutputLength: packageLimits.bytes + packageLimits.modestBytes });
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof PortalError && (error.expose || error.status < 500)) return error.message;
  return `The portal could not do it: ${error instanceof Error ? error.message : String(error)}`;
}
