import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import supertest from 'supertest';
import type { AddRoute, Clock, Modules, RouteDeclaration, ServiceToken } from '../api/index.js';
import type { LoadOptions } from '../config/load.js';
import { type Change, createPortal, type Portal } from '../create-portal.js';
import type { KernelStats } from '../kernel/index.js';
import { freePort } from '../portal/machine.js';

type Agent = ReturnType<typeof supertest.agent>;

export interface TestPortalOptions {
  /** Flags as `feature-flags.json` would have them: `{ 'LPD-10793': true }`. */
  readonly flags?: Readonly<Record<string, boolean>>;
  /** Laid over the configuration; module sections under `modules`. */
  readonly config?: object;
  readonly environment?: NodeJS.ProcessEnv;
  /** Default `test`. */
  readonly mode?: LoadOptions['mode'];
  readonly clock?: Clock;
  /** A data directory to open again; default a new one, removed by `stop`. */
  readonly home?: string;
}

/** One route of a module. */
export interface DeclaredRoute {
  readonly module: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With the prefix, as the module writes it: `~/notes/:id`. */
  readonly path: string;
  readonly declaration: RouteDeclaration;
}

/** A whole portal on a loopback port, with a database and files of its own. */
export interface TestPortal {
  readonly url: string;
  readonly home: string;
  readonly modules: Modules;
  /** The flags file, to be edited as an operator would. */
  readonly flagsFile: string;
  /** The first administrator. */
  readonly administrator: { readonly email: string; readonly password: string };
  /** What the kernel holds at this moment; compare it before and after. */
  stats(): KernelStats;
  /** Takes an edit in, as `npm run dev` does. */
  refresh(change: Change): Promise<void>;
  /** Every route that modules serve at this moment, as it is declared. */
  routes(): readonly DeclaredRoute[];
  /** Everything logged so far. */
  log(): string;
  /** @throws Error when nobody provides it now. */
  service<T>(token: ServiceToken<T>): T;
  /** A visitor with cookies. */
  agent(): Agent;
  /** A visitor who signed in; default as the administrator. */
  signIn(person?: { readonly email: string; readonly password: string }): Promise<Agent>;
  /** The token that a change must bring along, as this visitor's pages say it. */
  csrf(agent: Agent): Promise<string>;
  /** Posts a form as this visitor, with the token. */
  post(agent: Agent, path: string, fields?: object): Promise<supertest.Response>;
  /** The names of all commands that there are at this moment. */
  commandNames(): readonly string[];
  /** Runs a command as `npx portico …` would. */
  command(
    argv: readonly string[],
    stdin?: string,
    /** Who sits at the terminal; default nobody. */
    ask?: (question: string) => Promise<string>,
    /** The folder in which it is called; default that of the process. */
    directory?: string,
  ): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }>;
  /** Closes the portal; its data directory is removed unless it was given, or `keep` says so. */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

const administrator = { email: 'admin@portico.example', password: 'correct horse battery staple' };

export async function startTestPortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'portico-')));
  const flagsFile = join(home, 'feature-flags.json');
  await writeFile(flagsFile, JSON.stringify({ flags: declared(options.flags ?? {}) }));
  const lines: string[] = [];
  const port = await freePort();
  const portal = await createPortal({
    mode: options.mode ?? 'test',
    environment: {
      PORTICO_HOME: home,
      PORTICO_ADMIN_EMAIL: administrator.email,
      PORTICO_ADMIN_PASSWORD: administrator.password,
      PORT: String(port),
      ...options.environment,
    },
    overrides: { flagsFile, ...options.config },
    clock: options.clock,
    logStream: { write: (line) => void lines.push(line) },
  });
  const url = await portal.listen();
  const agent = (): Agent => supertest.agent(url);
  const csrf = async (visitor: Agent): Promise<string> => {
    const page = await visitor.get('/web/home');
    return /<meta name="portico-csrf" content="([^"]+)"/.exec(page.text)?.[1] ?? '';
  };
  return {
    url,
    home,
    flagsFile,
    administrator,
    modules: portal.modules,
    stats: () => portal.stats(),
    refresh: (change) => portal.refresh(change),
    routes: () => declaredRoutes(portal),
    log: () => lines.join(''),
    service: (token) => required(portal, token),
    agent,
    csrf,
    signIn: async ({ email, password } = administrator) => {
      const visitor = agent();
      const answer = await visitor.post('/sign-in').set('Origin', url).type('form').send({ email, password });
      if (answer.status !== 303) throw new Error(`${email} could not sign in: ${answer.status}`);
      return visitor;
    },
    post: async (visitor, path, fields = {}) =>
      visitor
        .post(path)
        .set('Origin', url)
        .set('X-Portico-Csrf', await csrf(visitor))
        .type('form')
        .send(fields),
    commandNames: () => portal.commands.names(),
    command: (argv, stdin = '', ask, directory) => runCommand(portal, argv, { stdin, ask, directory }),
    stop: async ({ keep = options.home !== undefined } = {}) => {
      await portal.close();
      if (!keep) await rm(home, { recursive: true, force: true });
    },
  };
}

function declared(flags: Readonly<Record<string, boolean>>): object {
  return Object.fromEntries(Object.entries(flags).map(([key, enabled]) => [key, { type: 'release', title: key, enabled }]));
}

function declaredRoutes({ routes }: Portal): readonly DeclaredRoute[] {
  return routes.all().flatMap(({ module, value }) => {
    const found: DeclaredRoute[] = [];
    const add =
      (method: DeclaredRoute['method']): AddRoute =>
      (path, declaration) =>
        void found.push({
          module,
          method,
          path: path === '/' ? value.prefix : value.prefix + path,
          declaration: declaration as RouteDeclaration,
        });
    value.register({ get: add('get'), post: add('post'), put: add('put'), patch: add('patch'), delete: add('delete') });
    return found;
  });
}

function required<T>(portal: Portal, token: ServiceToken<T>): T {
  const service = portal.service(token);
  if (service === undefined) throw new Error(`Nobody provides ${token.description}.`);
  return service;
}

/** Who calls a command, and where. */
interface Caller {
  readonly stdin: string;
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  readonly directory?: string | undefined;
}

async function runCommand(
  portal: Portal,
  argv: readonly string[],
  { stdin, ask, directory }: Caller,
): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const exitCode = await portal.commands.run({
    argv,
    stdin: Readable.from(stdin === '' ? [] : [stdin]),
    signal: new AbortController().signal,
    ...(ask && { ask }),
    ...(directory === undefined ? {} : { directory }),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { exitCode, out, err };
}

/**
 * Looks again and again, first often and then ten times a second, until it holds.
 * @param what is waited for, for the sentence of the error; a function when it is only known at the end.
 * @param seconds of pauses between the looks, at most; how long the looks themselves take does not count.
 * @throws Error when it does not hold at the end either.
 */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  seconds: number,
): Promise<void> {
  let waited = 0;
  for (let pause = 5; !(await holds()); pause = Math.min(100, pause * 2)) {
    if (waited >= seconds * 1000) throw new Error(`Not within ${seconds} seconds: ${typeof what === 'string' ? what : what()}.`);
    await delay(pause);
    waited += pause;
  }
}
