import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { AuditLog, type AuditRecord, SiteDirectory, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { picture } from '@portico/documents-media/testing';
import { People } from '@portico/identity/api';
import { TOTP } from 'otpauth';
import { FixtureModules } from './fixture-modules.js';
import { ModulePackages } from './module-packages.js';

interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

export type Visitor = Awaited<ReturnType<TestPortal['signIn']>>;
type Answer = Awaited<ReturnType<TestPortal['post']>>;

/** What is needed first; answers what must leave an entry. */
export type AuditCase = (walk: AuditWalk) => Promise<() => Promise<unknown>>;

const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
const password = 'paper boats on the river';
/** The log itself, counts of attempts to sign in, and files that wait to be taken away. */
const changingByThemselves = /^(?:sqlite_|portico_audit|identity_sign_in_count$|portico_blob$)/;
const withoutLastUse = (key: string, value: unknown): unknown => (key === 'last_used_at' ? undefined : value);

/** One portal in which everything can be changed: with images of a sandbox, flags, packages, and a module that changes another. */
export class AuditWalk {
  private count = 0;

  private constructor(
    readonly portal: TestPortal,
    readonly sandbox: ImagesSandbox,
    readonly packages: ModulePackages,
    private readonly modules: FixtureModules,
    readonly admin: Visitor,
    readonly siteId: string,
  ) {}

  static async open(): Promise<AuditWalk> {
    const sandbox = await createImagesSandbox({ keys: 'any' });
    const modules = await FixtureModules.create();
    const packages = await ModulePackages.create();
    const price = "core.serviceToken('walk-shop.prices')";
    await modules.write('walk-shop', `export default defineModule(({ provide }) => provide(${price}).value({ of: () => 10 }));`, {
      provides: { 'walk-shop.prices': '1.0.0' },
    });
    await modules.write(
      'walk-sale',
      `class Sale { constructor(prices) { this.prices = prices; } of() { return this.prices.of() / 2; } }
       core.injectable()(Sale);
       core.inject(core.former(${price}))(Sale, undefined, 0);
       export default defineModule(({ decorate }) => decorate(${price}).to(Sale));`,
      { decorates: { 'walk-shop.prices': '^1.0.0' } },
    );
    await modules.write('walk-idle', 'export default defineModule(() => {});');
    const portal = await startTestPortal({
      flags: { 'LPD-10793': true, 'WALK-1': false },
      config: {
        modulePaths: modules.paths,
        modules: {
          'ai-openai': { baseUrl: sandbox.url },
          'ai-creator': { stopMillis: 100 },
          'documents-media': { maxFileBytes: 1_000_000 },
        },
      },
    });
    const walk = new AuditWalk(
      portal,
      sandbox,
      packages,
      modules,
      await portal.signIn(),
      portal.service(SiteDirectory).byAddress('home')?.id ?? '',
    );
    await walk.command('settings', 'set', 'ai-creator.enabled', 'true')();
    await walk.command('settings', 'set', 'ai-creator.apiKey', { stdin: 'sk-walk-through' })();
    return walk;
  }

  async close(): Promise<void> {
    await this.portal.stop();
    await this.sandbox.close();
    await this.packages.remove();
    await this.modules.remove();
  }

  /** How many entries an act leaves. */
  async entriesOf(act: () => Promise<unknown>): Promise<readonly AuditRecord[]> {
    const audit = this.portal.service(AuditLog);
    const [last] = (await audit.list({}, undefined, 1)).records;
    await act();
    const { records } = await audit.list({}, undefined, 500);
    return records.filter(({ number = 0 }) => number > (last?.number ?? 0));
  }

  /** Runs an act while no entry can be written. Answers the tables that say something else afterwards. */
  async changedWithoutEntry(act: () => Promise<unknown>): Promise<readonly string[]> {
    const before = await this.tables();
    const refuse = "BEGIN SELECT RAISE(ABORT, 'No entry can be written.'); END";
    await this.write(`CREATE TRIGGER walk_refuses BEFORE INSERT ON portico_audit ${refuse}`);
    try {
      await act().catch(() => undefined);
    } finally {
      await this.write('DROP TRIGGER walk_refuses');
    }
    const after = await this.tables();
    return [...after].filter(([table, rows]) => before.get(table) !== rows).map(([table]) => table);
  }

  private async write(sql: string): Promise<void> {
    await this.portal.service(UnitOfWork).write((transaction) => transaction.query(sql));
  }

  /** What each table holds, but for those that count and remember by themselves. */
  private tables(): Promise<ReadonlyMap<string, string>> {
    return this.portal.service(UnitOfWork).read(async (reader) => {
      const found = new Map<string, string>();
      for (const { name } of await reader.query<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'"))
        if (!changingByThemselves.test(name))
          found.set(name, JSON.stringify(await reader.query<object>(`SELECT * FROM "${name}"`), withoutLastUse));
      return found;
    });
  }

  /** A word that nobody had before. */
  get unique(): string {
    this.count += 1;
    return `walk-${this.count}`;
  }

  /** Sends a form; what it answers must not be a refusal. */
  post(path: string, fields: object = {}, as: Visitor = this.admin, headers: object = {}): () => Promise<Answer> {
    return async () => {
      const sent = as
        .post(path)
        .set({ Origin: this.portal.url, 'X-Portico-Csrf': await this.portal.csrf(as), ...headers })
        .type('form');
      return accepted(path, await sent.send(fields));
    };
  }

  json(method: 'post' | 'put', path: string, body: object, headers: object = {}): () => Promise<Answer> {
    return async () => {
      const sent = this.admin[method](path).set({
        Origin: this.portal.url,
        'X-Portico-Csrf': await this.portal.csrf(this.admin),
        Accept: 'application/json',
        ...headers,
      });
      return accepted(path, await sent.send(body));
    };
  }

  files(path: string, field: string, file: string | Buffer, name: string): () => Promise<Answer> {
    return async () => {
      const sent = this.admin
        .post(path)
        .set({ Origin: this.portal.url, 'X-Portico-Csrf': await this.portal.csrf(this.admin), Accept: 'application/json' });
      return accepted(path, await sent.attach(field, file, typeof file === 'string' ? undefined : { filename: name }));
    };
  }

  /** Runs a command; it must end well. */
  command(...argv: readonly (string | { readonly stdin: string })[]): () => Promise<string> {
    return async () => {
      const words = argv.filter((word) => typeof word === 'string');
      const stdin = argv.find((word) => typeof word === 'object')?.stdin ?? '';
      const { exitCode, out, err } = await this.portal.command(words, stdin);
      if (exitCode !== 0) throw new Error(`portico ${words.join(' ')} ended with ${exitCode}: ${err}`);
      return out;
    };
  }

  /** A form with what the page shows in it, and some changed: for settings. */
  async fieldsOf(page: string): Promise<Record<string, string>> {
    const { text } = await this.admin.get(page);
    const form = text.slice(text.indexOf('name="form.revision"') - 200);
    const fields: Record<string, string> = {};
    for (const [tag] of form.slice(0, form.indexOf('</form>')).matchAll(/<(?:input|select|textarea) [^>]*>/g)) {
      const [name, value] = [/ name="([^"]*)"/.exec(tag)?.[1], / value="([^"]*)"/.exec(tag)?.[1] ?? ''];
      const isOff = / disabled/.test(tag) || (/ type="(?:checkbox|radio)"/.test(tag) && !/ checked/.test(tag));
      if (name && name !== 'csrf' && !isOff) fields[name] = value;
    }
    return fields;
  }

  async newPerson(): Promise<Person> {
    const name = this.unique;
    const email = `${name}@portico.example`;
    const { id } = await this.portal.service(People).add({ email, name, password });
    return { id, email, password, name };
  }

  async newSite(): Promise<{ readonly id: string; readonly address: string }> {
    const address = this.unique;
    await this.command('sites', 'add', '--name', address, '--address', address)();
    return { id: this.portal.service(SiteDirectory).byAddress(address)?.id ?? '', address };
  }

  /** Waits for the job to which an answer leads. */
  async ended({ headers }: Answer): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      const { body } = await this.admin.get(`${headers.location}/state`).set('Accept', 'application/json');
      if (body.state === 'succeeded') return;
      await wait(25);
    }
    throw new Error('The job does not end.');
  }

  /** Answers the id of a role. */
  async newRole(): Promise<string> {
    const { headers } = await this.post('/identity/roles/new', { name: this.unique, description: '' })();
    return String(headers.location).split('/').at(-1) ?? '';
  }

  async newGroup(): Promise<{ readonly id: string; readonly name: string }> {
    const name = this.unique;
    const { headers } = await this.post('/identity/groups/new', { name, description: '' })();
    return { id: String(headers.location).split('/').at(-1) ?? '', name };
  }

  async newService(): Promise<{ readonly id: string; readonly name: string }> {
    const name = this.unique;
    const { headers } = await this.post('/identity/service-accounts/new', { name, description: '' })();
    return { id: String(headers.location).split('/').at(-1) ?? '', name };
  }

  /** An authenticator app that is not set up yet. */
  async newApp(owner: Visitor): Promise<{ readonly fields: object; readonly codeOf: (steps: number) => string }> {
    const { text } = await owner.get('/account/authenticator');
    const shown = /<code class="one-time-password enrolment-key"[^>]*>(.+?)<\/code>/.exec(text)?.[1] ?? '';
    const secret = shown.replace(/<[^>]+>/g, '');
    const totp = new TOTP({ secret });
    const codeOf = (steps: number): string => totp.generate({ timestamp: Date.now() + steps * 30_000 });
    return { fields: { sealed: /name="sealed" value="([^"]+)"/.exec(text)?.[1], code: codeOf(0) }, codeOf };
  }

  /** Somebody with an authenticator app, signed in. */
  async enrolled(person: Person): Promise<{ readonly owner: Visitor; readonly codeOf: (steps: number) => string }> {
    const owner = await this.portal.signIn(person);
    const { fields, codeOf } = await this.newApp(owner);
    await this.post('/account/authenticator', fields, owner)();
    return { owner, codeOf };
  }

  /** Makes an API token of somebody. */
  async newToken(person: Person): Promise<void> {
    await this.command('users', 'grant', '--email', person.email, '--role', 'Operator')();
    const owner = await this.portal.signIn(person);
    const page = (await owner.get('/account/tokens')).text;
    const scopes = / name="scopes" value="([^"]+)"/.exec(page)?.[1] ?? / value="([^"]+)"[^>]* name="scopes"/.exec(page)?.[1];
    await this.post('/account/tokens', { name: this.unique, days: '3', scopes }, owner)();
  }

  async sessionOf(email: string): Promise<string> {
    return idIn(await this.command('sessions', 'list', '--email', email, '--json')());
  }

  async tokenOf(owner: string, option: '--email' | '--service-account' = '--email'): Promise<string> {
    return idIn(await this.command('tokens', 'list', option, owner, '--json')());
  }

  picture(): Promise<Buffer> {
    return picture(40, 30);
  }

  commands(): readonly string[] {
    return this.portal.commandNames();
  }

  async newDocument(): Promise<string> {
    const name = `${this.unique}.txt`;
    const { body } = await this.files(
      '/web/home/documents-media/upload-multiple',
      'file',
      Buffer.from(`words of ${name}`),
      name,
    )();
    return (body.documents as { id: string }[])[0]?.id ?? '';
  }

  async newFolder(): Promise<string> {
    const { body } = await this.post('/web/home/documents-media/folders/new', { name: this.unique }, this.admin, {
      Accept: 'application/json',
    })();
    return body.folder.id as string;
  }

  async newArticle(intent: 'publish' | 'draft' = 'draft'): Promise<string> {
    await this.post('/web/home/web-content/new', { title: this.unique, body: '<p>Words.</p>', intent })();
    return this.lastAttribute('web-content', 'id');
  }

  /** Orders an image. Answers the id of the generation. */
  async newOrder(description = this.unique): Promise<string> {
    const order = { idempotencyKey: `key-${this.unique}`, description, size: '1024x1024', count: '1' };
    const { body } = await this.post('/web/home/ai-creator/generations', order, this.admin, { Accept: 'application/json' })();
    return body.id as string;
  }

  /** An order that is over, and the ids of its images. */
  async finishedOrder(description?: string): Promise<{ readonly id: string; readonly images: readonly string[] }> {
    const id = await this.newOrder(description);
    for (let tries = 0; tries < 400; tries += 1) {
      const { body } = await this.admin.get(`/web/home/ai-creator/generations/${id}`).set('Accept', 'application/json');
      if (!body.isRunning) return { id, images: (body.images as { id: string }[]).map((image) => image.id) };
      await wait(25);
    }
    throw new Error('The order does not end.');
  }

  /** An order whose request is on its way and does not end by itself. */
  async stalledOrder(): Promise<string> {
    const before = this.sandbox.generations.length;
    this.sandbox.next('stall-before-headers');
    const id = await this.newOrder();
    for (let tries = 0; tries < 400 && this.sandbox.generations.length === before; tries += 1) await wait(25);
    return id;
  }

  /** Of the newest entry of an area: its attribute, or a key of what it says. */
  async lastAttribute(area: string, key?: string): Promise<string> {
    const [last] = (await this.portal.service(AuditLog).list({ area }, undefined, 1)).records;
    const said = (last?.after ?? {}) as Readonly<Record<string, unknown>>;
    return String(key === undefined ? last?.attribute : said[key]);
  }

  async lastChange(area: string): Promise<string> {
    return (await this.portal.service(AuditLog).list({ area }, undefined, 1)).records[0]?.id ?? '';
  }

  /** Sends a package, and says yes to its plan; waits until that is over. */
  async bring(file: string): Promise<() => Promise<void>> {
    const { headers } = await this.files('/configuration/packages/new', 'package', file, '')();
    return this.confirm(headers.location as string);
  }

  /** Says yes to the plan that a page shows. */
  async confirm(page: string): Promise<() => Promise<void>> {
    const plan = /name="plan" value="([^"]+)"/.exec((await this.admin.get(page)).text)?.[1] ?? '';
    return async () => this.followed(await this.post(page, { plan })());
  }

  async followed({ headers }: Answer): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      const { body } = await this.admin.get(`${headers.location}/state`);
      if (body.isRunning === false) return;
      await wait(25);
    }
    throw new Error('The change of modules does not end.');
  }
}

function accepted(path: string, answer: Answer): Answer {
  if (answer.status >= 400) throw new Error(`${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  return answer;
}

const idIn = (json: string): string => (JSON.parse(json) as readonly { readonly id: string }[])[0]?.id ?? '';
