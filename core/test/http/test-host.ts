import { connect } from 'node:net';
import type { Middleware } from 'koa';
import supertest from 'supertest';
import {
  type AccessContext,
  type AccessControl,
  type ConditionalContributions,
  type Contribution,
  type ContributionDelta,
  Emitter,
  type HttpRoutes,
  type Log,
  type Person,
  PortalError,
  type Router,
  type Session,
  type Site,
  type When,
} from '../../api/index.js';
import { maskToken } from '../../http/csrf.js';
import { createHttpHost, type HttpConfig, type HttpDependencies, type HttpHost } from '../../http/index.js';
import type { GateDecision } from '../../kernel/index.js';
import { MessageCatalog } from '../../messages/index.js';
import type { PageState } from '../../views/page-state.js';

export const home: Site = { id: 'site-home', address: 'home', name: 'Home' };

/** What the stand-in for the views shows of a page. */
export interface ShownPage extends Pick<PageState, 'nonce' | 'csrf' | 'path' | 'query' | 'flash' | 'reference'> {
  readonly module: string;
  readonly view: string;
  readonly model: Record<string, unknown>;
  readonly layout: string | undefined;
}

export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Contributions as the kernel gives them: failures are counted per contribution, neighbours live. */
export class TestContributions implements ConditionalContributions<HttpRoutes> {
  readonly failures: { readonly module: string; readonly error: unknown }[] = [];
  /** Those that are on. */
  readonly flags = new Set<string>();
  private list: Contribution<HttpRoutes>[] = [];
  private readonly emitter = new Emitter<ContributionDelta<HttpRoutes>>();
  readonly onDidChange = this.emitter.event;

  all(): readonly Contribution<HttpRoutes>[] {
    return this.list;
  }
  visible(): readonly Contribution<HttpRoutes>[] {
    return this.list;
  }
  isVisible({ when }: Contribution<HttpRoutes>, access: AccessContext): boolean {
    const permissions = [when?.permission ?? []].flat();
    return [when?.flag ?? []].flat().every((flag) => this.flags.has(flag)) && permissions.every((id) => access.can(id));
  }
  explain(): undefined {
    return undefined;
  }
  each<R>(use: (value: HttpRoutes, contribution: Contribution<HttpRoutes>) => R, among = this.all()): R[] {
    return among.flatMap((contribution) => {
      try {
        return [use(contribution.value, contribution)];
      } catch (error) {
        this.failures.push({ module: contribution.module, error });
        return [];
      }
    });
  }
  add(module: string, prefix: string, register: (router: Router) => void, when?: When): void {
    const id = `routes-${this.list.length}`;
    const contribution = { id, module, order: 100, when, value: { prefix, register } };
    this.list = [...this.list, contribution];
    this.emitter.fire({ added: [contribution], removed: [] });
  }
  withdraw(module: string): void {
    const removed = this.list.filter((one) => one.module === module);
    this.list = this.list.filter((one) => one.module !== module);
    this.emitter.fire({ added: [], removed });
  }
}

const person = (id: string): Person => ({ id, kind: 'person', email: `${id}@portico.example`, name: id });

/** Author and reader have a session; the cookie is `<name>-token`, the token of changes `<name>-csrf`. */
const sessions = new Map<string, Session>(
  ['author', 'reader'].map((id) => [`${id}-token`, { person: person(id), csrfToken: `${id}-csrf` }]),
);

/** API tokens, whose they are and how far they reach. */
export const callers = new Map([
  [`portico_${'a'.repeat(43)}`, { who: 'author', may: ['notes.add-note', 'notes.other'] }],
  [`portico_${'b'.repeat(43)}`, { who: 'author', may: ['notes.other'] }],
  [`portico_${'c'.repeat(43)}`, { who: 'reader', may: ['notes.add-note'] }],
]);

export interface TestHost {
  readonly url: string;
  readonly port: number;
  readonly host: HttpHost;
  readonly routes: TestContributions;
  readonly log: readonly LogEntry[];
  /** What the gate answers for a module; default: entered. */
  readonly gate: Map<string, Exclude<GateDecision, { kind: 'entered' }> | Promise<void>>;
  /** Requests inside of each module. */
  readonly inside: Map<string, number>;
  readonly absent: Set<'sessions' | 'sites' | 'views'>;
  readonly health: { ready: 'ready' | 'degraded' | 'not-ready' };
  get(path: string): supertest.Test;
  /** A change as a browser on a page of the portal would send it. */
  post(path: string, as?: 'author' | 'reader'): supertest.Test;
  close(): Promise<void>;
}

/** @param parts take the place of the stand-ins, e.g. a real kernel's gate and contributions. */
export async function startHost(config: Partial<HttpConfig> = {}, parts: Partial<HttpDependencies> = {}): Promise<TestHost> {
  const routes = new TestContributions();
  const log: LogEntry[] = [];
  const write =
    (level: string): Log['info'] =>
    (message, facts = {}) =>
      void log.push({ level, message, facts });
  const gate: TestHost['gate'] = new Map();
  const inside = new Map<string, number>();
  const absent: TestHost['absent'] = new Set();
  const health: TestHost['health'] = { ready: 'ready' };
  const handle = <T>(name: 'sessions' | 'sites', value: T): { get(): T | undefined } => ({
    get: () => (absent.has(name) ? undefined : value),
  });
  const accessControl: AccessControl = {
    can: (who, permission) => who?.id === 'author' && permission === 'notes.add-note',
    isAmong: (who, { visibleTo }) => visibleTo === 'everyone' || who?.id === 'author',
    rolesOf: () => [],
    audienceRoles: () => [],
    rolesWith: () => [],
  };
  const assets: Middleware = async (ctx, next) => {
    if (ctx.path === '/assets/x/1/a.js') ctx.body = 'asset';
    else await next();
  };
  const dependencies: HttpDependencies = {
    config: { publicUrl: 'http://portal.example', ...config },
    routes,
    gate: {
      async enter(module) {
        const answer = gate.get(module);
        if (answer instanceof Promise) await answer;
        else if (answer) return answer;
        if (!routes.all().some((one) => one.module === module)) return { kind: 'absent' };
        inside.set(module, (inside.get(module) ?? 0) + 1);
        return { kind: 'entered', leave: () => void inside.set(module, (inside.get(module) ?? 0) - 1) };
      },
    },
    providerOf: (service) => (service === 'portico.site-directory' ? 'sites' : undefined),
    sessions: handle('sessions', { find: (cookie: string) => sessions.get(cookie) }),
    apiTokens: {
      get: () => ({
        authenticate: async (token: string) => {
          const scopes = callers.get(token);
          if (!scopes) throw new PortalError('api-token-invalid' as never, 'No.', { status: 401 });
          return { id: 'token-1', name: 'Deployments', person: person(scopes.who), scopes: new Set(scopes.may) };
        },
      }),
    },
    sites: handle('sites', {
      byAddress: (address: string) => (address === home.address ? home : undefined),
      byId: () => undefined,
      all: () => [home],
      trashed: () => [],
      onDidChange: () => ({ dispose: () => undefined }),
    }),
    accessControl: { get: () => accessControl },
    views: {
      render(module, view, model, options, { nonce, csrf, path, query, flash, reference }) {
        if (absent.has('views')) throw new Error('The views are broken.');
        return JSON.stringify({ module, view, model, layout: options.layout, nonce, csrf, path, query, flash, reference });
      },
    },
    assets: { middleware: assets },
    messages: new MessageCatalog({ log: { warn: write('warn') } }),
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    clock: { now: () => new Date(), monotonic: () => performance.now() },
    health: { live: () => true, ready: () => health.ready },
    ...parts,
  };
  const host = createHttpHost(dependencies);
  const url = await host.listen(0, '127.0.0.1');
  const post = (path: string, as?: string): supertest.Test => {
    const test = supertest(url).post(path).set('Sec-Fetch-Site', 'same-origin');
    return as ? test.set('Cookie', `portico=${as}-token`).set('X-Portico-Csrf', maskToken(`${as}-csrf`)) : test;
  };
  return {
    url,
    port: Number(new URL(url).port),
    host,
    routes,
    log,
    gate,
    inside,
    absent,
    health,
    get: (path) => supertest(url).get(path),
    post,
    close: () => host.close(0),
  };
}

export const as = (who: 'author' | 'reader'): Record<string, string> => ({ Cookie: `portico=${who}-token` });

export const shown = (response: supertest.Response): ShownPage => JSON.parse(response.text) as ShownPage;

/** Sends bytes as they are and answers what came back until the connection ends, or `until` is in it. */
export function raw(port: number, bytes: string, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (until && answer.includes(until)) socket.destroy();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** Waits, within bounds, until something holds. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`This never came true: ${holds.toString()}`);
}
