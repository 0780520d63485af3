import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** What stands before every source: two services, a point, and classes to wire. */
const common = `
import { Clock, contributions, Contributions, defineFlag, defineModule, type FlagHandle, Flags, extensionPoint, inject, injectable, MenuItems, optional, PortalError,
  type Activity, type AuditLog, former, type HttpRoutes, type Lifetime, type Router, type ServiceHandle, serviceToken, type ConditionalPoint, type ExtensionPoint,
  type ServiceToken, type Transaction, type UnitOfWork, z } from '@portico/core';
import { defineSettings, type Settings } from "@portico/configuration/api";
interface Mailer { send(to: string): void }
const Mailer: ServiceToken<Mailer> = serviceToken('test.mailer');
interface Kind { readonly name: string }
const Kinds: ConditionalPoint<Kind> = extensionPoint('test.kinds', { conditional: true });
const Tools: ExtensionPoint<Kind> = extensionPoint('test.tools', { requires: { name: 'text' } });
@injectable() class SmtpMailer implements Mailer { constructor(@inject(Clock) readonly clock: Clock) {} send(to: string): void { void to; } }
@injectable() class Postcard { write(): void {} }
const sun = defineFlag('acme.sun', { type: 'beta', title: 'Sun' });
export { sun, FlagHandle, Flags, PortalError };
export { type Activity, type AuditLog, defineSettings, former, type HttpRoutes, type Lifetime, type Router, type Settings, type Transaction, type UnitOfWork, z };
const shop = defineSettings({ id: 'shop', section: 'content-and-data', title: 'x', scopes: ['instance'], fields: { loud: { type: 'boolean', label: 'x', default: false } } });
export { shop };
export { Clock, contributions, Contributions, defineModule, inject, injectable, MenuItems, optional, ServiceHandle, Mailer, Kinds, Tools, SmtpMailer, Postcard };
`;

const wired = (setup: string): string =>
  `export default defineModule(({ provide, contribute, decorate, host, bind, run, flag }) => { ${setup} });`;

const right = `
@injectable() class Office {
  constructor(
    @inject(Mailer) readonly mailer: Mailer,
    @inject(optional(Mailer)) readonly maybe: ServiceHandle<Mailer>,
    @inject(contributions(Kinds)) readonly kinds: Contributions<Kind>,
    @inject(SmtpMailer) readonly smtp: SmtpMailer,
  ) {}
  onStart(): void {}
}
@injectable() class Window {
  readonly sun: FlagHandle;
  constructor(@inject(Flags) flags: Flags) { this.sun = flags.flag(sun); this.sun.onDidChange((on: boolean) => void on); }
  open(): boolean { return this.sun.isEnabled(); }
}
${wired(`
  provide(Mailer).to(SmtpMailer, { ranking: 5 });
  host(Kinds);
  contribute(Kinds).value({ name: 'letter' }, { id: 'letter', order: 5, when: { flag: ['a', 'b'], scope: 'site', permission: 'a.b' } });
  contribute(MenuItems).value({ label: 'x', href: '/x' });
  contribute(MenuItems).value({ label: 'y', href: '/y' }, { when: { flag: sun.key } });
  run(Office);
  flag(sun);
`)}
declare global { interface PorticoErrorCodes extends Record<'acme-postage-due', true> {} }
export const due = new PortalError('acme-postage-due', 'Add a stamp.', { status: 402 });
export const parted = defineModule(({ provide }) => { provide(Mailer).to(SmtpMailer); }, ({ run }) => { run(Office); });`;

/** Each is wrong in one place, and the compiler must say so in these words. */
const wrong: readonly { readonly what: string; readonly source: string; readonly says: RegExp }[] = [
  {
    what: 'a service of the wrong type in @inject',
    source: '@injectable() export class A { constructor(@inject(Mailer) readonly mailer: Postcard) {} }',
    says: /TS1239.*[\s\S]*not assignable to parameter of type/,
  },
  {
    what: 'a handle where the service itself is asked for',
    source: '@injectable() export class A { constructor(@inject(Mailer) readonly mailer: ServiceHandle<Mailer>) {} }',
    says: /TS1239/,
  },
  {
    what: 'the service itself where a handle is given',
    source: '@injectable() export class A { constructor(@inject(optional(Mailer)) readonly mailer: Mailer) {} }',
    says: /TS1239/,
  },
  {
    what: 'a class of the wrong kind in @inject',
    source: '@injectable() export class A { constructor(@inject(Postcard) readonly mailer: Mailer) {} }',
    says: /TS1239/,
  },
  {
    what: 'contributions of the wrong type in @inject',
    source:
      '@injectable() export class A { constructor(@inject(contributions(Kinds)) readonly kinds: Contributions<Mailer>) {} }',
    says: /TS1239/,
  },
  {
    what: 'a text in the place of a flag that was defined',
    source: `export const handle = (flags: Flags): FlagHandle => flags.flag('acme.sun');`,
    says: /TS2345.*'string' is not assignable to parameter of type 'FlagDefinition/,
  },
  {
    what: 'an object that only looks like a defined flag',
    source: `export const handle = (flags: Flags): FlagHandle => flags.flag({ key: 'acme.sun' });`,
    says: /TS2741/,
  },
  {
    what: 'a flag that was defined in the place of its key',
    source: wired(`contribute(MenuItems).value({ label: 'x', href: '/x' }, { when: { flag: sun } });`),
    says: /TS2322/,
  },
  {
    what: 'a flag of others, known by its key alone, as one of the module itself',
    source: wired(`flag(defineFlag('acme.moon'));`),
    says: /TS2741.*'declaration' is missing in type 'FlagDefinition/,
  },
  {
    what: 'a question to a flag with an argument',
    source: `export const on = (flags: Flags): boolean => flags.flag(sun).isEnabled('acme.moon');`,
    says: /TS2554/,
  },
  {
    what: 'an extension point as the token of a service',
    source: '@injectable() export class A { constructor(@inject(Tools) readonly tools: Kind) {} }',
    says: /TS2345.*ExtensionPoint<Kind>/,
  },
  {
    what: 'a contribution of the wrong shape',
    source: wired(`contribute(Kinds).value({ title: 'letter' });`),
    says: /TS2353.*'title' does not exist in type 'Kind'/,
  },
  {
    what: 'a contributed class of the wrong shape',
    source: wired('contribute(Kinds).to(Postcard);'),
    says: /TS2345.*'typeof Postcard' is not assignable[\s\S]*Property 'name' is missing in type 'Postcard'/,
  },
  {
    what: 'a point that asks for a property that its contributions do not have',
    source: `export const P: ExtensionPoint<Kind> = extensionPoint('test.p', { requires: { name: 'text', title: 'text' } });`,
    says: /TS2769[\s\S]*'title' does not exist in type/,
  },
  {
    what: 'a point that asks for a property of another kind',
    source: `export const P: ExtensionPoint<Kind> = extensionPoint('test.p', { requires: { name: 'list' } });`,
    says: /TS2769[\s\S]*'"list"' is not assignable to type '"text"/,
  },
  {
    what: 'a point that forgets what every contribution has',
    source: 'export const P: ConditionalPoint<Kind> = extensionPoint("test.p", { conditional: true, requires: {} });',
    says: /TS2769[\s\S]*'name' is missing/,
  },
  {
    what: 'a service token as an extension point',
    source: wired('contribute(Mailer);'),
    says: /TS2345.*'ServiceToken<Mailer>' is not assignable to parameter of type 'ExtensionPoint/,
  },
  {
    what: 'an extension point as a service to provide',
    source: wired('provide(Tools);'),
    says: /TS2345.*'ExtensionPoint<Kind>' is not assignable to parameter of type 'ServiceToken/,
  },
  {
    what: 'a service token as a point to host',
    source: wired('host(Mailer);'),
    says: /TS2345/,
  },
  {
    what: 'a class that is not the service it is provided as',
    source: wired('provide(Mailer).to(Postcard);'),
    says: /TS2345.*'typeof Postcard' is not assignable[\s\S]*Property 'send' is missing in type 'Postcard'/,
  },
  {
    what: 'a value that is not the service it is bound as',
    source: wired('bind(Mailer).value({ sent: 1 });'),
    says: /TS2353.*'sent' does not exist in type 'Mailer'/,
  },
  {
    what: 'a misspelt key of when',
    source: wired(`contribute(Kinds).value({ name: 'letter' }, { when: { flags: 'a' } });`),
    says: /TS2561.*'flags' does not exist in type 'When'. Did you mean to write 'flag'\?/,
  },
  {
    what: 'a `when` at a point whose host does not ask it',
    source: wired(`contribute(Tools).value({ name: 'letter' }, { when: { flag: 'a' } });`),
    says: /TS2353.*'when' does not exist in type 'ContributionOptions'/,
  },
  {
    what: 'the question what is visible at a point that was not declared conditional',
    source:
      '@injectable() export class A { constructor(@inject(contributions(Tools)) readonly tools: Contributions<Kind>) { tools.visible(); } }',
    says: /TS2339.*'visible' does not exist on type 'Contributions<Kind>'/,
  },
  {
    what: 'a scope that does not exist',
    source: wired(`contribute(Kinds).value({ name: 'letter' }, { when: { scope: 'galaxy' } });`),
    says: /TS2322.*'"galaxy"' is not assignable to type '"instance" \| "site" \| undefined'/,
  },
  {
    what: 'an error of a code that no package declares',
    source: `export const error = new PortalError('not-fuond', 'Nothing is here.');`,
    says: /TS2345.*'"not-fuond"' is not assignable to parameter of type 'keyof PorticoErrorCodes'/,
  },
  {
    what: 'a list of classes to use, which nobody needs to write',
    source: 'export default defineModule(({ use }) => { use(Postcard); });',
    says: /TS2339.*'use' does not exist on type 'ModuleSetup'/,
  },
  {
    what: 'a part of a module that is none',
    source: 'export default defineModule(({ run }) => { void run; }, SmtpMailer);',
    says: /TS2345/,
  },
  {
    what: 'an activity that is none',
    source: wired('run(Postcard);'),
    says: /TS2345|TS2559/,
  },
  {
    what: 'a route that does not say who may call it',
    source: `export const routes = (router: Router): void => router.get('/', {}, () => undefined);`,
    says: /TS2741.*'access' is missing/,
  },
  {
    what: 'a right to call a route that does not exist',
    source: `export const routes = (router: Router): void => router.get('/', { access: 'everybody' }, () => undefined);`,
    says: /TS2322.*'"everybody"' is not assignable to type 'RouteAccess'/,
  },
  {
    what: 'input that a route does not declare',
    source: `export const routes = (router: Router): void => router.post('/', { access: 'signed-in', body: z.strictObject({ name: z.string() }) }, (ctx) => ctx.input.body.title);`,
    says: /TS2339.*'title' does not exist on type '\{ name: string; \}'/,
  },
  {
    what: 'input of the wrong type',
    source: `export const routes = (router: Router): void => router.get('/', { access: 'public', query: z.strictObject({ page: z.string() }) }, (ctx) => ctx.input.query.page + 1 > 2 && ctx.input.query.page.toFixed());`,
    says: /TS2551|TS2339/,
  },
  {
    what: 'what koa has and a route is not promised',
    source: `export const routes = (router: Router): void => router.get('/', { access: 'public' }, (ctx) => ctx.cookies);`,
    says: /TS2339.*'cookies' does not exist on type 'RouteContext/,
  },
  {
    what: 'routes without a prefix',
    source: `export const routes: HttpRoutes = { register: () => undefined };`,
    says: /TS2741.*'prefix' is missing/,
  },
  {
    what: 'a decorator that is not the service it stands before',
    source: wired('decorate(Mailer).to(Postcard);'),
    says: /TS2345.*'typeof Postcard' is not assignable[\s\S]*Property 'send' is missing in type 'Postcard'/,
  },
  {
    what: 'the former of another service',
    source: '@injectable() export class A { constructor(@inject(former(Mailer)) readonly mailer: Postcard) {} }',
    says: /TS1239/,
  },
  {
    what: 'something in the lifetime that cannot be disposed',
    source:
      'export class A implements Activity { onStart(lifetime: Lifetime): void { lifetime.add(setInterval(() => undefined, 1000)); } }',
    says: /TS2741.*'dispose' is missing/,
  },
  {
    what: 'a setting that the definition does not have',
    source: `export const loud = (settings: Settings): boolean => settings.of(shop).get({ kind: 'instance' } as never).lowd;`,
    says: /TS2339.*'lowd' does not exist/,
  },
  {
    what: 'a setting in the place of one of another type',
    source: `export const loud = (settings: Settings): string => settings.of(shop).get({ kind: 'instance' } as never).loud;`,
    says: /TS2322.*'boolean' is not assignable to type 'string'/,
  },
  {
    what: 'a field of settings of a type that does not exist',
    source: `export const s = defineSettings({ id: 's', section: 'content-and-data', title: 'x', scopes: ['instance'], fields: { a: { type: 'colour', label: 'x' } } });`,
    says: /TS2322|TS2820|TS2769/,
  },
  {
    what: 'a write while reading',
    source: `export const write = (data: UnitOfWork): Promise<void> => data.read((reader) => reader.repository(Postcard).insert({}));`,
    says: /TS2339.*'insert' does not exist on type 'ReadRepository<Postcard>'|TS2551/,
  },
  {
    what: 'an audit entry that does not say what was done',
    source: `export const record = (log: AuditLog, transaction: Transaction): unknown => log.record(transaction, { area: 'a', subject: 'b', scope: 'instance' });`,
    says: /TS2345[\s\S]*'action' is missing|TS2345.*missing[\s\S]*action|TS2741/,
  },
  {
    what: 'an audit entry of a person without a name',
    source: `export const record = (log: AuditLog, transaction: Transaction): unknown => log.record(transaction, { area: 'a', subject: 'b', scope: 'instance', action: 'set', by: { id: 'ann' } });`,
    says: /TS2741.*'name' is missing|TS2345/,
  },
  {
    what: 'a menu that does not exist',
    source: wired(`contribute(MenuItems).value({ label: 'x', href: '/x', menu: 'main' });`),
    says: /TS2322.*'"main"' is not assignable to type .*"control-panel"/,
  },
  {
    what: 'a kind of flag that does not exist',
    source: `export const moon = defineFlag('acme.moon', { type: 'experiment', title: 'Moon' });`,
    says: /TS2322.*'"experiment"' is not assignable/,
  },
];

describe('the compiler', () => {
  const output = new Map<string, string>();
  let folder: string;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'portico-compile-'));
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const compilerOptions = {
      noEmit: true,
      composite: false,
      incremental: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
    };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(repository, 'tsconfig.base.json'), compilerOptions, include: ['*.ts'] }),
    );
    const sources = [right, ...wrong.map(({ source }) => source)];
    await Promise.all(sources.map((source, index) => writeFile(join(folder, `source-${index}.ts`), common + source)));
    for (const block of (await compile(folder)).split(/^(?=source-)/m)) {
      const file = /^source-\d+\.ts/.exec(block)?.[0];
      if (file !== undefined) output.set(file, (output.get(file) ?? '') + block);
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('takes a module that is wired right', () => {
    expect(output.get('source-0.ts')).to.equal(undefined);
  });

  for (const [index, { what, says }] of wrong.entries())
    it(`refuses ${what}`, () => {
      const said = output.get(`source-${index + 1}.ts`) ?? '';
      expect(said).to.match(says);
      const lines = [...said.matchAll(/^source-\d+\.ts\((\d+),/gm)].map(([, line]) => Number(line));
      expect(lines.every((line) => line >= common.split('\n').length)).to.equal(true);
    });
});

function compile(folder: string): Promise<string> {
  const compiler = join(repository, 'node_modules', '.bin', 'tsc');
  return new Promise((resolve) => {
    execFile(compiler, ['-p', folder, '--pretty', 'false'], { cwd: folder }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
