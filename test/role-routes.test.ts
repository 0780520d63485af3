import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import {
  type AccessContext,
  AccessContexts,
  type Audience,
  type RoleName,
  readableWith,
  type Site,
  SiteDirectory,
  z,
} from '@portico/core';
import { type DeclaredRoute, startTestPortal, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import sharp from 'sharp';

type Address = 'home' | 'other';
const addresses = ['home', 'other'] as const;
type Roles = Readonly<Partial<Record<Address | 'instance', readonly RoleName[]>>>;

/** Somebody, or a program, who asks; what they hold is written here by hand and given to them before. */
interface Identity {
  readonly name: string;
  /** Undefined: a guest, also who was somebody once. */
  readonly roles: Roles | undefined;
  /** A program that shows a token, of a person or of a service account. */
  readonly isToken?: boolean;
  /** Of a person's token: what it may use. */
  readonly scopes?: ReadonlySet<string>;
  /** A token that nobody has, any more. */
  readonly isDead?: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

interface DeclaredPermission {
  readonly id: string;
  readonly scope: 'instance' | 'site';
  readonly roles: readonly RoleName[];
}

/** What is made in each site: a folder for each audience with a text and a picture in it. */
interface Place {
  readonly audience: Audience;
  readonly folder: string;
  readonly picture: string;
}

const password = 'forty boats below the bridge';
const origin = (portal: TestPortal): Readonly<Record<string, string>> => ({ Origin: portal.url, Accept: 'application/json' });

const people: Readonly<Record<string, Roles>> = {
  'signed in, without any role': {},
  administrator: { instance: ['Administrator'] },
  operator: { instance: ['Operator'] },
  'site administrator of home': { home: ['Site Administrator'] },
  'author of home': { home: ['Author'] },
  'member of home': { home: ['Member'] },
  'site administrator of other': { other: ['Site Administrator'] },
  'author of other': { other: ['Author'] },
  'member of other': { other: ['Member'] },
  'author of home, member of other': { home: ['Author'], other: ['Member'] },
  'of a role made here, in home': { home: ['Reviewer'] },
  'of a role made here, everywhere': { instance: ['Reviewer'] },
};
/** Accounts of programs. */
const services: Readonly<Record<string, Roles>> = {
  'service account, author of home': { home: ['Author'] },
  'service account, operator and member of other': { instance: ['Operator'], other: ['Member'] },
  'service account without any role': {},
};
/** Somebody whose only role, author of home, comes from a group. */
const inGroup = 'author of home by a group';

const audiences: readonly Audience[] = [
  { visibleTo: 'everyone', roles: [] },
  { visibleTo: 'signed-in', roles: [] },
  { visibleTo: 'members', roles: [] },
  { visibleTo: 'roles', roles: ['Author'] },
  { visibleTo: 'roles', roles: ['Operator'] },
];
/** The second site is private. */
const audienceOf: Readonly<Record<Address, Audience>> = {
  home: { visibleTo: 'everyone', roles: [] },
  other: { visibleTo: 'members', roles: [] },
};

/** Requests that are on their way at a time. */
const atOnce = 8;

const nothing = '0190a0a0-0000-7000-8000-000000000000';

const nameOf = ({ method, path }: DeclaredRoute): string => `${method} ${path}`;

/** What a GET route is asked with, and what it answers to who may: 200 unless it says otherwise. */
interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly status?: number;
  /** Of routes that a service guards further: the permission that it asks for, and what it answers to who lacks it. */
  readonly needs?: string;
  readonly without?: number;
  /** Of documents and folders: who sees them. Whoever does not gets 404. */
  readonly audience?: Audience;
}

/** For what is not there the answer is 404, to who may as well. */
const unknown: readonly Asked[] = [{ status: 404 }];
const creating = { needs: 'ai-creator.create-images', without: 403 } as const;

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

describe('Every route, for everybody', function () {
  this.timeout(240_000);
  let portal: TestPortal;
  let routes: readonly DeclaredRoute[];
  let permissions: ReadonlyMap<string, DeclaredPermission>;
  const identities: Identity[] = [];
  const sites = {} as Record<Address, Site>;
  const places: Record<Address, readonly Place[]> = { home: [], other: [] };
  let ids: Readonly<Record<'person' | 'group' | 'service' | 'site', string>>;
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

  const system = (site: Site): AccessContext => portal.service(AccessContexts).system(site);

  before(async () => {
    portal = await startTestPortal({
      flags: { 'LPD-10793': true },
      config: { modules: { identity: { failuresPerAddress: 1_000_000 } } },
    });
    await command('roles add --name Reviewer --permissions web-content.edit-articles,documents-media.open-documents');
    await addSites();
    for (const [name, roles] of Object.entries(people)) await addPerson(name, roles);
    const { id } = await addPerson(inGroup, {});
    await command('groups add --name Writers');
    await command('groups grant --name Writers --role Author --site home');
    await command(`groups add-member --name Writers --email ${emailOf(inGroup)}`);
    const listed = await command('permissions list --json');
    permissions = new Map((JSON.parse(listed) as DeclaredPermission[]).map((each) => [each.id, each]));
    await addPlaces();
    await identify();
    ids = {
      person: id,
      group: await firstOf('/identity/groups'),
      service: await firstOf('/identity/service-accounts'),
      site: sites.home.id,
    };
    routes = portal.routes();
  });
  after(async () => {
    agent.destroy();
    await portal.stop();
  });

  /** @param name what may have spaces in it: the last word of the command. */
  async function command(line: string, ...name: readonly string[]): Promise<string> {
    const { exitCode, out, err } = await portal.command([...line.split(' '), ...name]);
    expect(exitCode, `${line}: ${err}`).to.equal(0);
    return out.trim();
  }

  /** Id of the first that a list of people or programs links. */
  async function firstOf(list: string): Promise<string> {
    const { text } = await (await portal.signIn()).get(list);
    return new RegExp(`${list}/([0-9a-f-]{36})"`).exec(text)?.[1] ?? '';
  }

  async function addSites(): Promise<void> {
    const home = portal.service(SiteDirectory).byAddress('home');
    if (!home) throw new Error('There is no site Home.');
    sites.home = home;
    const { id } = await portal.service(Sites).add({ name: 'Other', address: 'other' });
    const answer = await portal.post(await portal.signIn(), `/sites/${id}`, { name: 'Other', visibleTo: 'members' });
    expect(answer.status).to.equal(303);
    const other = portal.service(SiteDirectory).byAddress('other');
    if (!other) throw new Error('There is no site Other.');
    sites.other = other;
  }

  const emailOf = (name: string): string => `${name.replaceAll(/[^a-z]+/g, '-')}@example.org`;

  async function addPerson(name: string, roles: Roles): Promise<{ readonly id: string }> {
    const account = await portal.service(People).add({ email: emailOf(name), name, password });
    for (const [place, names] of Object.entries(roles))
      for (const role of names)
        await portal.service(People).grant(account.id, role, place === 'instance' ? undefined : sites[place as Address].id);
    return account;
  }

  async function addPlaces(): Promise<void> {
    const content = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
    const documents = portal.service(Documents);
    const administrator = await portal.signIn();
    const token = await portal.csrf(administrator);
    for (const address of addresses) {
      const made: Place[] = [];
      for (const [index, audience] of audiences.entries()) {
        const folder = await documents.ensureFolder(system(sites[address]), `Folder ${index}`);
        const picture = await documents.add(system(sites[address]), {
          name: `picture ${index}.png`,
          folderId: folder.id,
          content,
        });
        const path = `/web/${address}/documents-media/api/folders/${folder.id}/permissions`;
        const answer = await administrator
          .put(path)
          .set({ ...origin(portal), 'X-Portico-Csrf': token })
          .send(audience);
        expect(answer.status).to.equal(200);
        made.push({ audience, folder: folder.id, picture: picture.id });
      }
      places[address] = made;
    }
  }

  /** A session's cookie and token of changes. */
  async function session(name: string): Promise<Readonly<Record<string, string>>> {
    const body = new URLSearchParams({ email: emailOf(name), password });
    const answer = await fetch(`${portal.url}/sign-in`, { method: 'POST', body, headers: origin(portal), redirect: 'manual' });
    const [Cookie = ''] =
      /^portico=[^;]+/.exec(answer.headers.getSetCookie().find((line) => line.startsWith('portico=')) ?? '') ?? [];
    expect(Cookie, name).not.to.equal('');
    const page = await (await fetch(`${portal.url}/account`, { headers: { Cookie } })).text();
    const [, csrf = ''] = /<meta name="portico-csrf" content="([^"]+)"/.exec(page) ?? [];
    return { Cookie, 'X-Portico-Csrf': csrf };
  }

  async function token(headers: Readonly<Record<string, string>>, scopes: readonly string[]): Promise<string> {
    const body = new URLSearchParams([['name', 'a program'], ['days', '9'], ...scopes.map((scope) => ['permissions', scope])]);
    for (const scope of scopes) body.append('scopes', scope);
    body.delete('permissions');
    const answer = await fetch(`${portal.url}/account/tokens`, {
      method: 'POST',
      body,
      headers: { ...origin(portal), ...headers },
    });
    const [made = ''] = /portico_[\w-]{43}/.exec(await answer.text()) ?? [];
    expect(made, `${answer.status}`).not.to.equal('');
    return made;
  }

  /** What a service account sends that is made here. */
  async function serviceToken(name: string, roles: Roles): Promise<Readonly<Record<string, string>>> {
    await command('service-accounts add --name', name);
    for (const [place, names] of Object.entries(roles))
      for (const role of names) {
        const site = place === 'instance' ? [] : ['--site', place];
        await command('service-accounts grant --role', role, ...site, '--name', name);
      }
    const made = await command('tokens create --name nightly --service-account', name);
    return { Authorization: `Bearer ${made}` };
  }

  /** Everybody. */
  async function identify(): Promise<void> {
    identities.push({ name: 'guest', roles: undefined, headers: {} });
    const sessions = new Map<string, Readonly<Record<string, string>>>();
    for (const [name, roles] of [...Object.entries(people), [inGroup, { home: ['Author'] }] as const]) {
      const headers = await session(name);
      sessions.set(name, headers);
      identities.push({ name, roles, headers });
    }
    await addPerson('disabled', { home: ['Author'] });
    const disabled = { name: 'disabled, with the cookie of before', roles: undefined, headers: await session('disabled') };
    await command(`users disable --email ${emailOf('disabled')}`);
    const ended = await session('administrator');
    await fetch(`${portal.url}/sign-out`, { method: 'POST', headers: { ...origin(portal), ...ended }, redirect: 'manual' });
    identities.push(disabled, { name: 'administrator whose session has ended', roles: undefined, headers: ended });
    identities.push({
      name: 'somebody with a cookie of their own making',
      roles: undefined,
      headers: { Cookie: `portico=${'x'.repeat(43)}` },
    });
    for (const name of ['administrator', 'author of home', 'author of other'] as const) {
      const roles = people[name] ?? {};
      const held = [...permissions.keys()].filter(
        (id) => addresses.some((address) => holds(roles, id, address)) || holds(roles, id),
      );
      const reach: Readonly<Record<string, readonly string[]>> = {
        'all scopes': held,
        'one scope': ['documents-media.view-documents'],
      };
      for (const [width, scopes] of Object.entries(reach)) {
        const Authorization = `Bearer ${await token(sessions.get(name) ?? {}, scopes)}`;
        identities.push({
          name: `${name}, by a token with ${width}`,
          roles,
          isToken: true,
          scopes: new Set(scopes),
          headers: { Authorization },
        });
      }
    }
    for (const [name, roles] of Object.entries(services))
      identities.push({ name, roles, isToken: true, headers: await serviceToken(name, roles) });
    const name = 'disabled service account';
    const headers = await serviceToken(name, { instance: ['Administrator'] });
    await command('service-accounts disable --name', name);
    identities.push({ name, roles: undefined, isToken: true, isDead: true, headers });
    identities.push({
      name: 'a token that there is not',
      roles: undefined,
      isToken: true,
      isDead: true,
      headers: { Authorization: `Bearer portico_${'y'.repeat(43)}` },
    });
  }

  /** By what is declared: whether roles hold a permission in a place. */
  function holds(roles: Roles | undefined, permission: string, address?: Address): boolean {
    const declared = permissions.get(permission);
    if (!declared) throw new Error(`Nobody declares ${permission}.`);
    const inForce = [
      'Guest',
      ...(roles?.instance ?? []),
      ...(address && declared.scope === 'site' ? (roles?.[address] ?? []) : []),
    ];
    return inForce.some((role) => declared.roles.includes(role));
  }

  function isAmong(roles: Roles | undefined, audience: Audience, address: Address): boolean {
    const inForce = [...(roles?.instance ?? []), ...(roles?.[address] ?? [])];
    if (audience.visibleTo === 'everyone' || inForce.includes('Administrator')) return true;
    if (audience.visibleTo === 'signed-in') return roles !== undefined;
    if (audience.visibleTo === 'members') return inForce.some((role) => role !== 'Operator');
    return inForce.some((role) => audience.roles.includes(role));
  }

  /** Who somebody is at a route: a token counts only where routes take one. */
  function at({ declaration }: DeclaredRoute, identity: Identity): Pick<Identity, 'roles' | 'scopes' | 'isDead'> {
    return identity.isToken && !declaration.apiToken ? { roles: undefined } : identity;
  }

  /** What is answered before the handler is asked; undefined when it is asked. */
  function refusal(route: DeclaredRoute, identity: Identity, address: Address | undefined): string | undefined {
    const { roles, scopes, isDead } = at(route, identity);
    if (address && !isAmong(roles, audienceOf[address], address)) return '404 not-found';
    if (isDead) return '401 api-token-invalid';
    const { access } = route.declaration;
    if (access === 'public') return undefined;
    const isSignedIn = roles !== undefined;
    const held = access === 'signed-in' ? isSignedIn : holds(roles, access.permission, address);
    if (access !== 'signed-in' && scopes && held && !scopes.has(access.permission)) return '403 insufficient-scope';
    if (held) return undefined;
    if (!isSignedIn) return identity.isToken && !route.declaration.apiToken ? '401 api-token-not-taken' : '401 sign-in-required';
    return route.method === 'get' ? '404 not-found' : '403 forbidden';
  }

  function pathOf({ path }: DeclaredRoute, address: Address | undefined, params: Readonly<Record<string, string>> = {}): string {
    const full = address ? `/web/${address}${path.slice(1)}` : path;
    return full.replace(/:(\w+)/g, (_, name: string) => params[name] ?? nothing);
  }

  interface Answered {
    readonly status: number;
    readonly code: string | undefined;
    readonly body: unknown;
  }

  /** Streams without an end are left as soon as it is known what is answered. */
  function ask(method: string, path: string, { headers }: Identity): Promise<Answered> {
    const change = method === 'get' ? {} : { 'Content-Type': 'application/json' };
    return new Promise((resolve, reject) => {
      const all = { ...origin(portal), ...change, ...headers };
      const outgoing = request(portal.url + path, { method: method.toUpperCase(), headers: all, agent }, (answer) => {
        const status = answer.statusCode ?? 0;
        if (!answer.headers['content-type']?.startsWith('application/json')) {
          if (answer.headers['content-type']?.startsWith('text/event-stream')) answer.destroy();
          else answer.resume();
          resolve({ status, code: undefined, body: undefined });
          return;
        }
        json(answer)
          .then((body) => {
            const { code } = (body as { readonly error?: { readonly code?: string } }).error ?? {};
            resolve({ status, code: status < 400 ? undefined : code, body });
          })
          .catch(reject);
      });
      outgoing.on('error', reject);
      outgoing.end(method === 'get' ? undefined : '{"nobodyDeclaresThis":1}');
    });
  }

  const siteAddresses = ({ path }: DeclaredRoute): readonly (Address | undefined)[] =>
    path.startsWith('~') ? addresses : [undefined];

  /** What GET routes are asked with that have parameters, need a query or answer otherwise than 200. A route with parameters that is not here fails the test. */
  function expectations(address: Address | undefined): Readonly<Record<string, readonly Asked[]>> {
    const shown = (address ? places[address] : []).map(({ audience, folder, picture }) => ({ audience, folder, picture }));
    const documents: readonly Asked[] = shown.map(({ audience, picture }) => ({ audience, params: { id: picture } }));
    const folders: readonly Asked[] = shown.map(({ audience, folder }) => ({ audience, params: { id: folder } }));
    const permissions = { needs: 'documents-media.change-permissions', without: 404 } as const;
    const of = (id: string, more: object = {}): readonly Asked[] => [{ params: { id, ...more } }];
    const flag = [{ params: { key: 'LPD-10793' } }];
    return {
      'get /': [{ status: 302 }],
      'get /ai-creator/budgets/:id': unknown,
      'get /api/flags/:key': flag,
      'get /api/flags/:key/history': flag,
      'get /configuration/extension-points/:kind/:id': of('portico.http-routes', { kind: 'extension-point' }),
      'get /configuration/feature-flags/:key': flag,
      'get /configuration/instance-settings/:id': of('identity.sign-in'),
      'get /configuration/instance-settings/:id/history': of('identity.sign-in'),
      'get /configuration/instance-settings/:id/reset': of('identity.sign-in'),
      'get /configuration/modules/:id': of('item-selector'),
      'get /configuration/modules/:id/:action': of('item-selector', { action: 'stop' }),
      'get /configuration/packages/incoming/:incoming': unknown,
      'get /configuration/packages/operations/:operation': unknown,
      'get /configuration/packages/operations/:operation/state': unknown,
      'get /configuration/packages/remove/:module': [{ params: { module: 'nobody' }, status: 404 }],
      'get /configuration/packages/rollback/:module': [{ params: { module: 'nobody' }, status: 404 }],
      'get /identity/groups/:id': of(ids.group),
      'get /identity/groups/:id/remove': of(ids.group),
      'get /identity/service-accounts/:id': of(ids.service),
      'get /identity/service-accounts/:id/remove': of(ids.service),
      'get /identity/roles/:role': [{ params: { role: 'author' } }],
      'get /identity/roles/:role/remove': [{ params: { role: 'author' }, status: 409 }],
      'get /identity/users/:id': of(ids.person),
      'get /identity/users/:id/delete': of(ids.person),
      'get /identity/users/:id/email': of(ids.person),
      'get /identity/users/:id/merge': of(ids.person),
      'get /jobs/:id': unknown,
      'get /jobs/:id/state': unknown,
      'get /oidc/providers/:id': unknown,
      'get /sign-in/oidc/:id/callback': unknown,
      'get /sites/:id': of(sites.home.id),
      'get /sites/:id/delete': of(sites.home.id),
      'get /sites/:id/erase': [{ params: { id: sites.home.id }, status: 404 }],
      'get ~/ai-creator/api/files/:id': unknown,
      'get ~/ai-creator/api/generations/:id': unknown,
      'get ~/ai-creator/api/images/:id': unknown,
      'get ~/ai-creator/create': [{ ...creating }],
      'get ~/ai-creator/generations/:id': [{ ...creating, status: 404 }],
      'get ~/ai-creator/generations/:id/discard': [{ ...creating, status: 404 }],
      'get ~/ai-creator/generations/:id/events': [{ ...creating, status: 404 }],
      'get ~/ai-creator/generations/:id/preview': [{ ...creating, status: 404 }],
      'get ~/ai-creator/generations/:id/status': [{ ...creating, status: 404 }],
      'get ~/ai-creator/images/:id': [{ ...creating, status: 404 }],
      'get ~/ai-creator/images/unreadable/:id': [{ ...creating, status: 404 }],
      'get ~/ai-creator/similar': [{ ...creating, query: 'description=boats' }],
      'get ~/articles/:address': [{ params: { address: 'none' }, status: 404 }],
      'get ~/configuration/site-settings/:id': of('ai-creator'),
      'get ~/configuration/site-settings/:id/history': of('ai-creator'),
      'get ~/configuration/site-settings/:id/reset': of('ai-creator'),
      'get ~/documents-media/api/documents/:id': documents,
      'get ~/documents-media/api/documents/:id/permissions': documents.map((each) => ({ ...each, ...permissions })),
      'get ~/documents-media/api/folders/:id/permissions': folders.map((each) => ({ ...each, ...permissions })),
      'get ~/documents-media/documents/:id': documents,
      'get ~/documents-media/documents/:id/:kind': documents.map((each) => ({
        ...each,
        params: { ...each.params, kind: 'provenance' },
      })),
      'get ~/documents-media/documents/:id/delete': documents,
      'get ~/documents-media/documents/:id/download': documents,
      'get ~/documents-media/documents/:id/move': documents,
      'get ~/documents-media/documents/:id/permissions': documents.map((each) => ({ ...each, ...permissions })),
      'get ~/documents-media/documents/:id/thumbnail': documents,
      'get ~/documents-media/documents/:id/versions/:label/download': documents.map((each) => ({
        ...each,
        params: { ...each.params, label: '1.0' },
      })),
      'get ~/documents-media/documents/:id/view': documents,
      'get ~/documents-media/folders/:id/delete': folders,
      'get ~/documents-media/folders/:id/move': folders,
      'get ~/documents-media/folders/:id/permissions': folders.map((each) => ({ ...each, ...permissions })),
      'get ~/documents-media/folders/:id/rename': folders,
      'get ~/web-content/articles/:id': unknown,
    };
  }

  /** A token sees what its person sees; who may change who sees what in a site sees all of it. */
  function sees({ roles }: Pick<Identity, 'roles'>, audience: Audience, address: Address): boolean {
    return isAmong(roles, audience, address) || holds(roles, 'documents-media.change-permissions', address);
  }

  function expectedOf(route: DeclaredRoute, identity: Identity, address: Address | undefined, asked: Asked): number {
    const caller = at(route, identity);
    if (asked.audience && address && !sees(caller, asked.audience, address)) return 404;
    const lacks =
      asked.needs !== undefined && !(holds(caller.roles, asked.needs, address) && (caller.scopes?.has(asked.needs) ?? true));
    if (lacks) return asked.without ?? 404;
    return asked.status ?? 200;
  }

  /** The keys that somebody may read according to a schema, and no others; those for everybody are there. */
  function faultsOf(value: unknown, schema: unknown, may: (permission: string) => boolean, path = ''): readonly string[] {
    if (!(schema instanceof z.ZodType)) return [];
    const def = schema.def as unknown as Readonly<Record<string, unknown>>;
    if (value === null || value === undefined || schema instanceof z.ZodUnion) return [];
    if (schema instanceof z.ZodArray)
      return (value as readonly unknown[]).flatMap((each) => faultsOf(each, def.element, may, `${path}[]`));
    if (!(schema instanceof z.ZodObject)) return faultsOf(value, def.innerType, may, path);
    const shape = schema.def.shape as Readonly<Record<string, z.ZodType>>;
    return Object.keys(shape).flatMap((key) => {
      const part = shape[key] as z.ZodType;
      const permission = readableWith(part);
      const inner = (value as Readonly<Record<string, unknown>>)[key];
      if (inner !== undefined && permission !== undefined && !may(permission)) return [`${path}.${key} is there`];
      if (inner === undefined && permission === undefined && !part.safeParse(undefined).success)
        return [`${path}.${key} is missing`];
      return faultsOf(inner, part, may, `${path}.${key}`);
    });
  }

  it('answers whom it admits with what there is for them: status and keys, of what is theirs to see and of nothing else', async () => {
    const wrong: string[] = [];
    const without: string[] = [];
    const cases = routes
      .filter(({ method }) => method === 'get')
      .flatMap((route) =>
        siteAddresses(route).flatMap((address) => {
          const expectation = expectations(address)[nameOf(route)];
          if (!expectation && route.path.includes(':')) without.push(nameOf(route));
          const admitted = identities.filter((identity) => refusal(route, identity, address) === undefined);
          return (expectation ?? [{}]).flatMap((asked: Asked) =>
            admitted.map((identity) => ({ route, address, asked, identity })),
          );
        }),
      );
    await each(cases, async ({ route, address, asked, identity }) => {
      const query = asked.query === undefined ? '' : `?${asked.query}`;
      const { status, body } = await ask('get', pathOf(route, address, asked.params) + query, identity);
      const what = `${nameOf(route)} ${address ?? ''} ${JSON.stringify(asked.audience) ?? ''}, ${identity.name}`;
      const expected = expectedOf(route, identity, address, asked);
      if (status !== expected) wrong.push(`${what}: ${status}, not ${expected}`);
      const { answer } = route.declaration;
      if (status !== 200 || body === undefined || answer === 'bytes') return;
      const { roles, scopes } = at(route, identity);
      const may = (permission: string): boolean => holds(roles, permission, address) && (scopes?.has(permission) ?? true);
      wrong.push(...faultsOf(body, answer, may).map((fault) => `${what}: ${fault}`));
    });
    expect([...new Set(without)]).to.deep.equal([]);
    expect(wrong).to.deep.equal([]);
  });

  it('lists and counts for everybody what they see', async () => {
    for (const address of addresses)
      for (const identity of identities) {
        const { roles, scopes, isDead } = identity;
        const { status, body } = await ask('get', `/web/${address}/documents-media/api/documents`, identity);
        const isHeld =
          holds(roles, 'documents-media.open-documents', address) && (scopes?.has('documents-media.open-documents') ?? true);
        const mayList = isHeld && !isDead && isAmong(roles, audienceOf[address], address);
        expect(status === 200, `${identity.name}, ${address}`).to.equal(mayList);
        if (!mayList) continue;
        const seen = places[address].filter(({ audience }) => sees({ roles }, audience, address));
        const list = body as { readonly folders: readonly { readonly id: string }[]; readonly total: number };
        expect(list.folders.map(({ id }) => id).sort(), identity.name).to.deep.equal(seen.map(({ folder }) => folder).sort());
        expect(list.total, identity.name).to.equal(seen.length);
      }
  });

  it('refuses whom its declaration does not admit, by session and token, in both sites; and takes no body that it does not declare', async () => {
    expect(identities.length).to.be.greaterThanOrEqual(19);
    expect(routes.length).to.be.greaterThan(200);
    const wrong: string[] = [];
    const cases = routes.flatMap((route) =>
      siteAddresses(route).flatMap((address) =>
        identities
          .map((identity) => ({ route, address, identity, refused: refusal(route, identity, address) }))
          .filter(({ refused }) => route.method !== 'get' || refused !== undefined),
      ),
    );
    await each(cases, async ({ route, address, identity, refused }) => {
      const path = pathOf(route, address, { kind: 'provenance', action: 'stop', label: '1.0' });
      const { status, code } = await ask(route.method, path, identity);
      const said = `${status} ${code}`;
      const expected = refused === undefined ? /^(?:400|413|415) / : new RegExp(`^${refused}$`);
      if (!expected.test(said))
        wrong.push(`${nameOf(route)} ${address ?? ''}, ${identity.name}: ${said}, not ${refused ?? 'a refused body'}`);
    });
    expect(wrong).to.deep.equal([]);
  });
});
