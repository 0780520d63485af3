import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually, freePort } from '@portico/core/testing';
import { create } from 'tar';

const root = resolve(import.meta.dirname, '../../..');

export interface Ran {
  readonly exitCode: number | null;
  readonly output: string;
}

/** An empty folder far from this repository, and beside it the packages that `npm run release` makes of it: all that an outside author has. */
export class Outside {
  private readonly running: ChildProcess[] = [];

  private constructor(
    private readonly place: string,
    /** The empty folder. */
    readonly folder: string,
    /** The folder of packages. */
    readonly release: string,
    readonly port: number,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async create(): Promise<Outside> {
    const place = await mkdtemp(join(tmpdir(), 'portico-outside-'));
    const [folder, prebuilds] = ['home', 'prebuilds'].map((name) => join(place, name)) as [string, string];
    mkdirSync(folder);
    const port = await freePort();
    const environment = { ...cleanEnvironment(), ...(await builtAddon(prebuilds)), PORT: String(port) };
    const release = join(place, 'release');
    const run = process.env.TEST_RUN_FOLDER;
    const made = await releaseIn(run ?? place, environment);
    if (made !== release) symlinkSync(made, release);
    return new Outside(place, folder, release, port, environment);
  }

  /** Runs one line as a shell does. */
  run(line: string, folder: string, environment: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const child = spawn('bash', ['-c', line], {
      cwd: folder,
      env: { ...this.environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return outcomeOf(child);
  }

  /** Runs one line that does not end by itself, until it has said that something is ready. */
  async begin(line: string, folder: string): Promise<void> {
    const child = spawn('bash', ['-c', `exec ${line}`], {
      cwd: folder,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.running.push(child);
    const ended = outcomeOf(child).then(({ output }) => Promise.reject(new Error(`${line} ended: ${output}`)));
    const ready = new Promise<void>((done) =>
      child.stdout.on('data', (text: Buffer) => /Portico is ready/.test(String(text)) && done()),
    );
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  /** As Ctrl+C does. */
  async interrupt(): Promise<void> {
    for (const child of this.running.splice(0)) {
      if (child.exitCode !== null || child.pid === undefined) continue;
      const ended = once(child, 'exit');
      process.kill(-child.pid, 'SIGINT');
      await ended;
    }
  }

  async remove(): Promise<void> {
    await this.interrupt();
    await rm(this.place, { recursive: true, force: true });
  }
}

/**
 * The packages of the portal, which nobody changes: those who test in one run share them. Whoever asks first makes them, the others wait for it.
 * @param place folder of the run
 */
async function releaseIn(place: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const [release, begun] = [join(place, 'release'), join(place, 'release-begun')];
  try {
    mkdirSync(begun);
  } catch {
    await eventually(() => existsSync(release), 'somebody else has made the packages', 300);
    return release;
  }
  const made = spawn('node', ['scripts/release.mjs', '--built', '--to', `${release}-new`], { cwd: root, env: environment });
  const { exitCode, output } = await outcomeOf(made);
  if (exitCode !== 0) throw new Error(output);
  renameSync(`${release}-new`, release);
  return release;
}

function outcomeOf(child: ChildProcess): Promise<Ran> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += String(text)));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (exitCode) => done({ exitCode, output }));
  });
}

/** Nothing that the npm or mocha of this repository has set. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = /^npm_config_(?:cache|registry|nodedir|proxy|https_proxy|noproxy|cafile)$/i;
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|PORTICO_|NODE_OPTIONS$|INIT_CWD$|MOCHA_)/.test(name) || kept.test(name),
  );
  return {
    ...Object.fromEntries(own),
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

/** The native addon as it was built for this machine: its installation takes a prebuilt one where there is one, and compiling takes minutes. */
async function builtAddon(folder: string): Promise<NodeJS.ProcessEnv> {
  const name = 'better-sqlite3';
  const addon = join(root, 'node_modules', name);
  const file = 'build/Release/better_sqlite3.node';
  if (!existsSync(join(addon, file))) throw new Error(`${name} is not built.`);
  const { version } = JSON.parse(readFileSync(join(addon, 'package.json'), 'utf8')) as { readonly version: string };
  const { platform, arch, versions } = process;
  mkdirSync(folder);
  const archive = `${name}-v${version}-node-v${versions.modules}-${platform}-${arch}.tar.gz`;
  await create({ gzip: true, cwd: addon, file: join(folder, archive) }, [file]);
  return { npm_config_better_sqlite3_local_prebuilds: folder };
}
