import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@portico/core/testing';

/** Small limits, with room for a machine that is busy: a turn of 400 ms is long, one of 3 s ends the process. */
export const hasty = { PORTICO_LONG_TURN_MILLIS: '400', PORTICO_END_BLOCKED_MILLIS: '3000' };

/** A portal with next to nothing in it starts in half of the time: for tests of what is the core's own. */
export const fewModules = { PORTICO_MODULE_PATHS: fileURLToPath(new URL('../../../examples/hello-module', import.meta.url)) };

const program = fileURLToPath(new URL('../../../core/bin/portico.js', import.meta.url));
const administrator = { email: 'admin@portico.example', password: 'correct horse battery staple' };

interface Person {
  readonly email: string;
  readonly password: string;
}

/** The portal as an operator runs it: `portico start` or `portico demo`, a process of its own. */
export class PortalProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    /** The exit code, or the signal that ended it. */
    readonly ended: Promise<number | string>,
    /** What it wrote to standard output until it was ready. */
    readonly said: string,
    private readonly complaints: () => string,
  ) {}

  /** What it has written to standard error: the log. */
  get log(): string {
    return this.complaints();
  }

  static async start(
    home: string,
    command: 'start' | 'demo' = 'start',
    environment: Readonly<Record<string, string>> = {},
    wrap: readonly string[] = [],
    args: readonly string[] = [],
  ): Promise<PortalProcess> {
    const port = await freePort();
    const first = { PORTICO_ADMIN_EMAIL: administrator.email, PORTICO_ADMIN_PASSWORD: administrator.password };
    const child = spawnPortico(
      home,
      [command, ...args],
      { PORT: String(port), ...(command === 'start' ? first : {}), ...environment },
      wrap,
    );
    const ended = new Promise<number | string>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? '')));
    let said = '';
    let complaints = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Portico is ready at')) resolve();
      });
    });
    child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    await Promise.race([
      ready,
      ended.then((code) => {
        throw new Error(`The portal ended with ${code} before it was ready: ${said}${complaints}`);
      }),
    ]);
    return new PortalProcess(`http://127.0.0.1:${port}`, child, ended, said, () => complaints);
  }

  /** A path as the portal sees it, for those who do not see its mounts. */
  inside(path: string): string {
    return `/proc/${this.child.pid}/root${path}`;
  }

  /** Nobody reads its log any more. */
  closeLog(): void {
    this.child.stderr?.destroy();
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR2'): void {
    this.child.kill(signal);
  }

  /** Signs in; the answer's headers make requests those of the administrator, changes too. */
  signIn(person?: Person): Promise<Record<string, string>> {
    return signInAt(this.url, person);
  }
}

/** What one test has to itself. */
export interface OwnPortal<M> {
  /** The data directory of its portal. */
  readonly home: string;
  readonly modules: M;
  /** The one that runs, once the test has started it; it is killed after the test. */
  portal: PortalProcess | undefined;
}

/** Gives each test of the suite around it a home and modules of its own, and takes them away. */
export function eachOnItsOwn<M extends { remove(): Promise<void> }>(name: string, modules: () => Promise<M>): OwnPortal<M> {
  let home: string;
  let written: M;
  const own: OwnPortal<M> = {
    get home() {
      return home;
    },
    get modules() {
      return written;
    },
    portal: undefined,
  };
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), `portico-${name}-`));
    written = await modules();
  });
  afterEach(async () => {
    own.portal?.kill('SIGKILL');
    await own.portal?.ended;
    own.portal = undefined;
    await written.remove();
    rmSync(home, { recursive: true, force: true });
  });
  return own;
}

/** Signs in at a portal, wherever it runs. */
export async function signInAt(url: string, person: Person = administrator): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/sign-in`, {
    method: 'POST',
    headers: { Origin: url },
    body: new URLSearchParams({ email: person.email, password: person.password }),
    redirect: 'manual',
  });
  const Cookie = answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
  const page = await fetch(`${url}/web/home`, { headers: { Cookie } });
  const token = /<meta name="portico-csrf" content="([^"]+)"/.exec(await page.text())?.[1];
  if (!token) throw new Error(`Nobody is signed in (${answer.status}).`);
  return { Cookie, Origin: url, Accept: 'application/json', 'X-Portico-Csrf': token };
}

/** Runs a command of the terminal to its end. */
export async function portico(
  home: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly out: string }> {
  const child = spawnPortico(home, args, {});
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}

/** @param wrap a command that becomes the one that stands behind it, e.g. with mounts of its own. */
function spawnPortico(
  home: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  wrap: readonly string[] = [],
): ChildProcess {
  const env = { ...process.env, PORTICO_HOME: home, ...environment };
  const [command = process.execPath, ...more] = [...wrap, process.execPath, program, ...args];
  return spawn(command, more, { stdio: ['ignore', 'pipe', 'pipe'], env });
}
