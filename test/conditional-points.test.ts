import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AccessContexts, Flags, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const flag = 'acme.sun';
/** One pixel. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** How a contribution to a conditional point is made, and where a person would see it. */
interface Shown {
  readonly contribution: string;
  readonly page: string;
  readonly shows: string;
}

const conditional: Readonly<Record<string, Shown | { readonly shownBy: string }>> = {
  HttpRoutes: {
    contribution: `{ prefix: '/acme/sun', register(router) {
      router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'acme-page'; });
      router.get('/private', { access: 'signed-in' }, (ctx) => { ctx.body = 'acme-private'; });
    } }`,
    page: '/acme/sun',
    shows: 'acme-page',
  },
  MenuItems: {
    contribution: `{ label: 'acme-menu-entry', href: '/acme' }`,
    page: '/web/home/documents-media',
    shows: 'acme-menu-entry',
  },
  PersonalMenuItems: {
    contribution: `{ label: 'acme-personal', href: '/acme' }`,
    page: '/web/home/documents-media',
    shows: 'acme-personal',
  },
  PageAdditions: {
    contribution: `{ view: 'addition', model: () => ({ text: 'acme-addition' }) }`,
    page: '/web/home/documents-media',
    shows: 'acme-addition',
  },
  FirstSteps: {
    contribution: `{ label: 'acme-step', text: 'acme-text', action: 'acme-action', href: '/acme', isDone: () => false }`,
    page: '/first-steps',
    shows: 'acme-step',
  },
  NewMenuItems: {
    contribution: `{ label: 'acme-new', href: '~/acme', opens: 'page' }`,
    page: '/web/home/documents-media',
    shows: 'acme-new',
  },
  ItemSelectorViews: {
    contribution: `{ label: 'acme-tab', href: '~/acme', itemTypes: ['image'], returnTypes: ['image-url'] }`,
    page: '/web/home/item-selector',
    shows: 'acme-tab',
  },
  SettingsDefinitions: {
    contribution: `settings('acme-sun', 'acme-settings')`,
    page: '/configuration/instance-settings',
    shows: 'acme-settings',
  },
  SettingsActions: {
    contribution: `{ settings: 'acme', field: 'greeting', label: 'acme-action', run: async () => ({ kind: 'success', summary: '', findings: [] }) }`,
    page: '/configuration/instance-settings/acme',
    shows: 'acme-action',
  },
  SettingsAdditions: {
    contribution: `{ page: 'acme', fields: { warmth: { type: 'text', label: 'acme-field', default: 'warm' } } }`,
    page: '/configuration/instance-settings/acme',
    shows: 'acme-field',
  },
  SettingsNotices: {
    contribution: `{ settings: 'acme', notices: () => [{ kind: 'info', text: 'acme-notice' }] }`,
    page: '/configuration/instance-settings/acme',
    shows: 'acme-notice',
  },
  SettingsUses: {
    contribution: `{ settings: 'acme', field: 'greeting', use: async () => 'acme-use' }`,
    page: '/configuration/instance-settings/acme',
    shows: 'acme-use',
  },
  HomePageSections: {
    contribution: `{ title: 'acme-section', entries: async () => [{ title: 'Sun', href: '~/acme' }] }`,
    page: '/web/home',
    shows: 'acme-section',
  },
  SettingsLinks: {
    contribution: `{ id: 'acme-link', section: 'content-and-data', title: 'acme-settings-link', href: '/acme' }`,
    page: '/configuration/instance-settings',
    shows: 'acme-settings-link',
  },
  DocumentActions: {
    contribution: `{ label: 'acme-document-action', of: 'image', href: '~/acme', parameter: 'document', opens: 'page' }`,
    page: 'the page of a picture',
    shows: 'acme-document-action',
  },
  UsagePages: {
    contribution: `{ label: 'acme-usage-page', href: '/acme' }`,
    page: '/ai-creator/prices',
    shows: 'acme-usage-page',
  },
  PaidFeatures: {
    contribution: `{ models: () => ['acme-model'], isRetired: () => false }`,
    page: '/ai-creator/prices',
    shows: 'acme-model',
  },
  DocumentChoices: { shownBy: 'modules/ai-creator/test/captions.test.ts' },
};

/** Points whose hosts use all that is contributed, whoever asks. */
const unconditional = [
  'Criteria',
  'Permissions',
  'Commands',
  'DemoContents',
  'IntegrityChecks',
  'ModuleBelongings',
  'SecretStores',
  'AccessExplainers',
  'AuditAreas',
  'DocumentMetadataKinds',
  'ImageProviders',
  'ChoiceProviders',
  'RoleReferences',
  'SignInMethods',
  'JobKinds',
  'PersonalData',
  'SiteContents',
];

interface Point {
  readonly name: string;
  readonly id: string;
  readonly conditional: boolean;
  /** The package whose api declares it. */
  readonly from: string;
  /** Whether it says what every contribution must have. */
  readonly asks: boolean;
}

const files = ['core', ...readdirSync(join(root, 'modules')).map((id) => `modules/${id}`)].flatMap((folder) =>
  existsSync(join(root, folder, 'api'))
    ? readdirSync(join(root, folder, 'api'), { recursive: true, encoding: 'utf8' }).flatMap((name) =>
        name.endsWith('.ts') ? [join(folder, 'api', name)] : [],
      )
    : [],
);
const points: readonly Point[] = files.flatMap((file) => {
  const from = file.startsWith('core/') ? '@portico/core' : `@portico/${file.split('/')[1]}/api`;
  const declared = readFileSync(join(root, file), 'utf8').matchAll(
    /export const (\w+): (Conditional|Extension)Point<[^=]*= extensionPoint\(\s*'([^']+)'([^;]*)/g,
  );
  return [...declared].map(([, name = '', kind, id = '', options = '']) => ({
    name,
    id,
    from,
    conditional: kind === 'Conditional',
    asks: options.includes('requires:'),
  }));
});
const shown = points.flatMap((point) => {
  const how = conditional[point.name];
  return how && 'page' in how ? [{ ...point, ...how }] : [];
});
const importsOf = (names: readonly Point[]): string =>
  names.map(({ name, from }) => `import { ${name} } from '${from}';`).join('\n');

describe('`when`', () => {
  it('is taken by the points whose hosts ask it, and by no others', () => {
    const names = (kind: boolean): readonly string[] =>
      points.flatMap((point) => (point.conditional === kind ? [point.name] : [])).sort();
    expect(names(true)).to.deep.equal(Object.keys(conditional).sort());
    expect(names(false)).to.deep.equal([...unconditional].sort());
    for (const how of Object.values(conditional))
      if ('shownBy' in how) expect(readFileSync(join(root, how.shownBy), 'utf8')).to.contain('while the flag is off');
  });

  it('stands at points that all say what every contribution must have', () => {
    expect(points.flatMap(({ name, asks }) => (asks ? [] : [name]))).to.deep.equal([]);
  });

  describe('in the eyes of the compiler', () => {
    let folder: string;
    let said: string;

    before(async function () {
      this.timeout(60_000);
      folder = await mkdtemp(join(tmpdir(), 'portico-when-'));
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
      const compilerOptions = { noEmit: true, composite: false, incremental: false };
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['*.ts'] }),
      );
      for (const point of points)
        await writeFile(
          join(folder, `${point.name}.ts`),
          `import { defineModule } from '@portico/core';
           ${importsOf([point])}
           export default defineModule(({ contribute }) => {
             contribute(${point.name}).value(undefined as never, { id: 'x', when: { flag: 'a' } });
             contribute(${point.name}).to(class { constructor() { return undefined as never; } } as never, { when: { scope: 'site' } });
           });`,
        );
      said = await new Promise((answer) => {
        const compiler = join(root, 'node_modules', '.bin', 'tsc');
        execFile(compiler, ['-p', folder, '--pretty', 'false'], { cwd: folder }, (_error, stdout, stderr) =>
          answer(stdout + stderr),
        );
      });
    });
    after(() => rm(folder, { recursive: true, force: true }));

    for (const { name, conditional: asked } of points)
      it(`${asked ? 'may' : 'may not'} stand at a contribution to ${name}`, () => {
        const errors = said.split('\n').filter((line) => line.startsWith(`${name}.ts(`));
        if (asked) expect(errors).to.deep.equal([]);
        else {
          expect(errors).to.have.length(2);
          for (const error of errors) expect(error).to.match(/TS2353.*'when' does not exist in type 'ContributionOptions'/);
        }
      });
  });

  describe('in a portal', () => {
    let folder: string;
    let portal: TestPortal;
    let picturePage: string;
    let administrator: Awaited<ReturnType<TestPortal['signIn']>>;
    const refused = points.filter(({ conditional: asked }) => !asked);
    const idOf = (name: string): string => `refused-${name.toLowerCase()}`;

    before(async function () {
      this.timeout(60_000);
      folder = await mkdtemp(join(tmpdir(), 'portico-when-'));
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      const needed = points.filter(({ id }) => !id.startsWith('portico.'));
      const optional = Object.fromEntries(needed.map(({ id }) => [id, '^1.0.0']));
      await write(
        'acme',
        { id: 'acme', optional },
        `${importsOf(shown)}
         import { defineSettings } from '@portico/configuration/api';
         const settings = (id, title) => defineSettings({ id, section: 'content-and-data', title, scopes: ['instance'],
           fields: { greeting: { type: 'text', label: 'greeting', default: 'Hello' } } });
         export default defineModule(
           ({ contribute }) => contribute(SettingsDefinitions).value(settings('acme', 'acme-open'), { id: 'open' }),
           ${shown
             .map(
               ({ name, contribution }) =>
                 `({ contribute }) => contribute(${name}).value(${contribution}, { id: 'sun-${name}', when: { flag: '${flag}' } }),`,
             )
             .join('\n')}
           ({ contribute }) => contribute(HttpRoutes).value({ prefix: '/acme', register(router) {
             router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'always'; });
           } }, { id: 'always' }),
         );`,
      );
      await mkdir(join(folder, 'modules', 'acme', 'views'));
      await writeFile(join(folder, 'modules', 'acme', 'views', 'addition.hbs'), '<p>{{text}}</p>');
      for (const point of refused)
        await write(
          idOf(point.name),
          { id: idOf(point.name), optional },
          `${importsOf([point])}
           export default defineModule(({ contribute }) => contribute(${point.name}).value({}, { id: 'x', when: { flag: '${flag}' } }));`,
        );
      const modulePaths = [join(root, 'modules'), join(folder, 'modules')];
      portal = await startTestPortal({ flags: { [flag]: false, 'LPD-10793': true }, config: { modulePaths } });
      administrator = await portal.signIn();
      const contexts = portal.service(AccessContexts);
      const site = portal.service(SiteDirectory).byAddress('home');
      const author = contexts.system(site);
      const added = await portal.service(Documents).add(author, { name: 'dot.png', content: Buffer.from(dot, 'base64') });
      picturePage = `/web/home/documents-media/documents/${added.id}`;
    });
    after(async () => {
      await portal?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function write(id: string, portico: object, source: string): Promise<void> {
      const path = join(folder, 'modules', id);
      await mkdir(path, { recursive: true });
      const file = { name: `@acme/${id}`, version: '1.0.0', type: 'module', exports: './module.js', portico };
      await writeFile(join(path, 'package.json'), JSON.stringify(file));
      await writeFile(join(path, 'module.js'), `import { defineModule } from '@portico/core';\n${source}`);
    }

    const switchTo = (on: boolean): Promise<void> => portal.service(Flags).override(flag, on, 'somebody');
    const why = async (id: string, name: string): Promise<readonly [number, boolean]> => {
      const { exitCode, out } = await portal.command([
        'why',
        id,
        `sun-${name}`,
        '--site',
        'home',
        '--person',
        'admin@portico.example',
      ]);
      return [exitCode, out.includes(`[ ]`)];
    };

    for (const { name, id, page, shows } of shown)
      it(`hides and shows a contribution to ${name}, and is explained as it is`, async () => {
        await switchTo(false);
        const place = page.startsWith('/') ? page : picturePage;
        expect((await administrator.get(place)).text).not.to.contain(shows);
        expect(await why(id, name)).to.deep.equal([1, true]);
        await switchTo(true);
        const there = await administrator.get(place);
        expect([there.status, there.text.includes(shows)]).to.deep.equal([200, true]);
        expect(await why(id, name)).to.deep.equal([0, false]);
      });

    it('makes pages answer as addresses that nobody knows, to everybody', async () => {
      await switchTo(false);
      for (const visitor of [administrator, portal.agent()])
        for (const accept of ['text/html', 'application/json']) {
          const unknown = await visitor.get('/acme/moon').set('Accept', accept);
          expect(unknown.status).to.equal(404);
          for (const path of ['/acme/sun', '/acme/sun/private']) {
            const hidden = await visitor.get(path).set('Accept', accept);
            expect([hidden.status, hidden.type, hidden.headers.location]).to.deep.equal([404, unknown.type, undefined]);
          }
        }
      expect((await portal.agent().get('/acme')).text).to.equal('always');
    });

    for (const { name, id } of refused)
      it(`keeps a module from starting that gives it to ${name}`, () => {
        expect(portal.modules.status(idOf(name))?.failure).to.deep.equal({
          phase: 'setup',
          message: `Module ${idOf(name)} contributes "x" to ${id} with a "when", which nobody asks there; leave it out.`,
        });
      });
  });
});
