import { expect } from 'chai';
import type { AccessContext, ConditionalContributions, MenuItem, RenderOptions } from '../../api/index.js';
import type { PageState, Views } from '../../views/index.js';
import { homeSite, menuItem, pageState, portalViews, someContributions, TestFolder, testViews } from './view-portal.js';

describe('Views', () => {
  let folder: TestFolder;
  let portal: TestFolder;

  beforeEach(() => {
    folder = new TestFolder();
    portal = new TestFolder();
  });

  afterEach(() => {
    folder.remove();
    portal.remove();
  });

  async function load(views: Views): Promise<(model?: object, options?: RenderOptions, page?: PageState) => string> {
    await views.load({ id: 'demo', folder: folder.path, manifest: {} });
    return (model = {}, options = { layout: 'none' }, page = pageState()) =>
      views.render('demo', 'a', model, options, page).trim();
  }

  async function fragment(source: string, model: object = {}, page = pageState()): Promise<string> {
    folder.write('views/a.hbs', source);
    return (await load(testViews()))(model, { layout: 'none' }, page);
  }

  async function failure(work: () => Promise<unknown>): Promise<{ code: string; message: string }> {
    try {
      await work();
    } catch (error) {
      return error as { code: string; message: string };
    }
    throw new Error('Nothing was refused.');
  }

  it('escape what people typed', async () => {
    expect(await fragment('<p title="{{name}}">{{name}}</p>', { name: `"><script>alert('x')</script>` })).to.equal(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;</p>',
    );
  });

  it('show own fields of the model only, nothing of its prototype', async () => {
    const model = Object.create({ secret: 'inherited' }) as object;
    expect(await fragment('[{{secret}}{{constructor}}{{__proto__}}{{lookup this "constructor"}}{{toString}}]', model)).to.equal(
      '[]',
    );
  });

  it('cut a long name in the middle, by letters, and leave a short one as it is', async () => {
    const cut = (name: string): Promise<string> => fragment('{{cut name}}', { name });
    expect(await cut('a-short-name-2.png')).to.equal('a-short-name-2.png');
    expect(await cut('<b>short</b>')).to.equal('&lt;b&gt;short&lt;/b&gt;');
    expect(await cut('a-lighthouse-<at>-dusk-2.png')).to.equal(
      '<portico-cut><span>a-lighthouse-&lt;at&gt;-</span><span>dusk-2.png</span></portico-cut>',
    );
    expect(await cut('🌊'.repeat(21))).to.equal(
      `<portico-cut><span>${'🌊'.repeat(11)}</span><span>${'🌊'.repeat(10)}</span></portico-cut>`,
    );
  });

  it('break the address of a person before its at-sign and behind its dots', async () => {
    expect(await fragment('{{mail email}}', { email: 'ada.<b>@mail.portico.example' })).to.equal(
      'ada.<wbr>&lt;b&gt;<wbr>@mail.<wbr>portico.<wbr>example',
    );
    expect(await fragment('{{mail email}}', {})).to.equal('');
  });

  it('treat templates inside data as text', async () => {
    expect(await fragment('{{text}}', { text: '{{t "portal.save"}} {{> head}}' })).to.equal(
      '{{t &quot;portal.save&quot;}} {{&gt; head}}',
    );
  });

  it('give places, words, sizes, dates and tokens through helpers', async () => {
    const view = `{{url '~/x'}} {{url '/y'}} {{t 'portal.save'}} {{bytes 1400000}} {{bytes 12}} {{{csrf}}}`;
    expect(await fragment(view)).to.equal(
      '/web/home/x /y Save 1.4 MB 12 B <input type="hidden" name="csrf" value="tok&quot;en">',
    );
    expect(await fragment(`{{date d format='date'}}`, { d: '2026-11-22T15:40:00Z' })).to.equal(
      '<time datetime="2026-11-22T15:40:00.000Z">Nov 22, 2026</time>',
    );
    expect(await fragment(`{{#if (and (eq a 1) (not b))}}yes{{/if}}{{or c 'else'}}`, { a: 1, b: false })).to.equal('yeselse');
  });

  it('write times in UTC, which they name, wherever the server lives; a day of the calendar has no zone', async () => {
    const view = `{{date d}}|{{date d format='time'}}|{{date day}}|{{date day format='date'}}`;
    const html = await fragment(view, { d: new Date('2026-11-22T23:40:00Z'), day: '2026-11-01' });
    expect(html.replaceAll('\u202f', ' ').split('|')).to.deep.equal([
      '<time datetime="2026-11-22T23:40:00.000Z" data-time="both">Nov 22, 2026, 11:40 PM UTC</time>',
      '<time datetime="2026-11-22T23:40:00.000Z" data-time="time">11:40 PM UTC</time>',
      '<time datetime="2026-11-01">Nov 1, 2026</time>',
      '<time datetime="2026-11-01">Nov 1, 2026</time>',
    ]);
  });

  it('write JSON that cannot leave its attribute', async () => {
    expect(await fragment('<i data-x="{{json x}}"></i>', { x: { a: '"><script>' } })).to.equal(
      '<i data-x="{&quot;a&quot;:&quot;\\&quot;&gt;\\u003cscript&gt;&quot;}"></i>',
    );
  });

  it('write JSON anew when it has changed, and what never changes as it was', async () => {
    const x = { a: 1 };
    expect(await fragment('{{json x}}', { x })).to.equal('{&quot;a&quot;:1}');
    x.a = 2;
    expect(await fragment('{{json x}}', { x })).to.equal('{&quot;a&quot;:2}');
    Object.freeze(x);
    for (const time of ['first', 'again'])
      expect(await fragment('{{json x}} <i title="{{json x}}"></i>', { x }), time).to.equal(
        '{&quot;a&quot;:2} <i title="{&quot;a&quot;:2}"></i>',
      );
  });

  it('let a field have the name of a helper', async () => {
    expect(await fragment('{{#each rows}}{{date}} {{url}};{{/each}}', { rows: [{ date: 'today', url: '/u' }] })).to.equal(
      'today /u;',
    );
  });

  it('give nobody a token who has none', async () => {
    expect(await fragment('[{{{csrf}}}]', {}, pageState({ csrf: undefined }))).to.equal('[]');
  });

  it('show portal partials only what they are given, and their block the model', async () => {
    const view = `{{#> alert kind='warning'}}{{name}}{{/alert}}`;
    const html = await fragment(view, { name: 'Ada', title: 'leaked title', text: 'leaked text' });
    expect(html).to.contain('Ada').and.to.contain('alert-warning').and.not.to.contain('leaked');
    const model = { title: 'leaked title', text: 'leaked text', names: ['Ada', 'Eve'], greeting: 'Hello' };
    const nested = `{{#> empty-state title='Nobody'}}{{#each names}}{{#> alert title='One'}}{{../greeting}} {{this}}{{/alert}}{{> alert kind='danger'}}{{/each}}{{/empty-state}}`;
    const inner = await fragment(nested, model);
    expect(inner.match(/Hello \w+/g)).to.deep.equal(['Hello Ada', 'Hello Eve']);
    expect(inner.match(/<strong>One<\/strong>/g)).to.have.length(2);
    expect(inner.match(/<div class="grow"><\/div>/g)).to.have.length(2);
    expect(inner).not.to.contain('leaked').and.not.to.contain('empty-state-text');
    expect(await fragment(`{{> empty-state title='Nobody'}}`, model)).not.to.contain('empty-state-actions');
  });

  it('join a field with its help, or with its error in the place of the help', async () => {
    const html = await fragment(`{{> field id='t' name='t' label='Title' value=v error=e help='Short.' required=true}}`, {
      v: '<b>',
      e: 'Enter a title.',
    });
    expect(html).to.contain('value="&lt;b&gt;" required aria-describedby="t-error" aria-invalid="true"');
    expect(html).to.contain('id="t-error"').and.to.contain('Enter a title.').and.to.not.contain('id="t-help"');
    const fine = await fragment(`{{> field id='t' name='t' label='Title' help='Short.'}}`);
    expect(fine).to.contain('aria-describedby="t-help"').and.to.contain('id="t-help">Short.').and.to.not.contain('aria-invalid');
  });

  it('put a page into its frame with a nonce on everything that runs, each script once', async () => {
    folder.write('views/a.hbs', `{{script 'x.js'}}{{script 'x.js'}}{{#style}}p{color:red}{{/style}}<p>{{name}}</p>`);
    const html = (await load(testViews()))({ name: 'Body' }, { title: 'A & B' });
    expect(html).to.match(/^<!DOCTYPE html>/);
    expect(html).to.contain('<title>A &amp; B - Home</title>').and.to.contain('<p>Body</p>');
    expect(html.match(/demo\/missing\/x\.js/g)).to.have.length(1);
    expect(html).to.contain('<style nonce="n0nce">p{color:red}</style>');
    for (const [tag] of html.matchAll(/<(?:script|style)\b[^>]*>/g)) expect(tag).to.contain('nonce="n0nce"');
    expect(html).not.to.match(/\sstyle="|\son\w+="/);
  });

  it('tell a dialog which scripts its fragment needs', async () => {
    expect(await fragment(`{{script 'x.js'}}<p></p>`)).to.equal(
      '<p></p><template data-fragment-assets data-scripts="/assets/demo/missing/x.js" data-styles=""></template>',
    );
  });

  it('say a flash sentence as text, where screen readers hear it', async () => {
    folder.write('views/a.hbs', '');
    const page = pageState({ flash: { kind: 'success', sentence: 'Saved <b>.' } });
    expect((await load(testViews()))({}, {}, page)).to.match(/role="status"[\s\S]*Saved &lt;b&gt;\./);
  });

  for (const layout of ['page', 'site', 'plain'] as const)
    it(`say all that was done in one place, whatever its kind, in the layout ${layout}`, async () => {
      folder.write('views/a.hbs', '');
      const render = await load(testViews());
      for (const kind of ['success', 'warning', 'danger'] as const) {
        const html = render({}, { layout }, pageState({ flash: { kind, sentence: 'It was saved.' } }));
        expect(html.match(/It was saved\./g), kind).to.have.length(1);
        expect(html, kind).to.match(
          new RegExp(`<portico-toasts role="status"><div class="toast-one" data-kind="${kind}">.*It was saved\\.`),
        );
        expect(html, kind).to.not.contain('class="alert');
      }
      const noted = render({}, { layout, note: 'Done <here>.' });
      expect(noted).to.match(/<portico-toasts role="status"><div class="toast-one" data-kind="success">.*Done &lt;here&gt;\./);
    });

  it('keep a note from a fragment, which is no page', async () => {
    folder.write('views/a.hbs', 'a');
    expect((await load(testViews()))({}, { layout: 'none', note: 'Done.' })).to.equal('a');
  });

  it('show menus under their headings: of the site in the site, of the control panel everywhere', async () => {
    folder.write('views/a.hbs', '');
    const menuItems = [
      menuItem('docs', { label: 'portal.search', href: '~/docs' }),
      menuItem('set', { label: 'portal.save', href: '/settings', menu: 'control-panel', category: 'system' }),
    ];
    const personalMenuItems = [menuItem('own', { label: 'portal.close', href: '/own' })];
    const render = await load(testViews({ menuItems, personalMenuItems }));
    const inSite = render({}, {}, pageState({ path: '/web/home/docs/1' }));
    expect(inSite).to.match(
      /aria-label="Product Menu"[\s\S]*Content &amp; Data[\s\S]*href="\/web\/home\/docs" aria-current="page"/,
    );
    expect(inSite).to.match(/aria-label="Global Menu"[\s\S]*Control Panel[\s\S]*System[\s\S]*href="\/settings"/);
    expect(inSite).to.not.match(/<nav[^>]+aria-label="Control Panel"/);
    const outside = (path: string): string =>
      render({}, {}, { ...pageState({ path }), access: { ...pageState().access, site: undefined } });
    expect(outside('/own/names')).to.contain('Global Menu').and.not.to.contain('Product Menu').and.not.to.contain('app-side');
    expect(outside('/settings')).to.match(
      /<nav[^>]+aria-label="Control Panel">[\s\S]*System[\s\S]*href="\/settings" aria-current="page"/,
    );
    // A page that no entry leads to is one of the Control Panel all the same.
    expect(outside('/flags')).to.match(/<nav[^>]+aria-label="Control Panel">[\s\S]*System[\s\S]*href="\/settings">/);
  });

  it('show an entry as soon as it is there, and no longer than it is', async () => {
    folder.write('views/a.hbs', '');
    const first = menuItem('docs', { label: 'portal.search', href: '~/docs' });
    const second = menuItem('set', { label: 'portal.save', href: '/settings', menu: 'control-panel' });
    let all = Object.freeze([first]);
    const items = { ...someContributions<MenuItem>([]), all: () => all, visible: () => all };
    const render = await load(testViews({ menuItems: items }));
    expect(render({}, {}, pageState()))
      .to.contain('href="/web/home/docs"')
      .and.not.to.contain('href="/settings"');
    all = Object.freeze([first, second]);
    expect(render({}, {}, pageState()))
      .to.contain('href="/web/home/docs"')
      .and.to.contain('href="/settings"');
    all = Object.freeze([second]);
    expect(render({}, {}, pageState()))
      .to.contain('href="/settings"')
      .and.not.to.contain('href="/web/home/docs"');
  });

  it('show beside a menu entry what its module counts there, in a number and in words', async () => {
    folder.write('views/a.hbs', '');
    const badge = ({ person }: AccessContext) => person && ({ kind: 'success', text: '2', label: '2 ready' } as const);
    const item = menuItem('docs', { label: 'portal.search', href: '~/docs', badge });
    const render = await load(testViews({ menuItems: [item] }));
    expect(render({}, {}, pageState())).to.match(
      /class="badge badge-success" title="2 ready" aria-hidden="true"><[^>]+>2<\/span><\/span><span class="sr-only"> 2 ready<\/span>/,
    );
    const guest = { ...pageState(), access: { ...pageState().access, person: undefined } };
    expect(render({}, {}, guest)).to.not.contain('badge-success');
  });

  it('show each person and page the menus of its own, whoever was there before', async () => {
    folder.write('views/a.hbs', '');
    let count = 1;
    const badge = () => ({ kind: 'success', text: String(count), label: `${count} ready` }) as const;
    const menuItems = [menuItem('docs', { label: 'portal.search', href: '~/docs', badge })];
    const personalMenuItems = [
      { id: 'out', module: 'demo', order: 1, when: undefined, value: { label: 'portal.sign-in', href: '/out', method: 'post' } },
    ] as const;
    const render = await load(testViews({ menuItems, personalMenuItems }));
    const first = pageState({ csrf: 'token-of-ada', nonce: 'nonce-1', path: '/web/home/docs' });
    const html = render({}, {}, first);
    expect(html)
      .to.contain('token-of-ada')
      .and.to.contain('nonce-1')
      .and.to.contain('aria-current="page"')
      .and.to.contain('1 ready');
    count = 2;
    const person = { ...first.access.person, name: 'Grace' } as AccessContext['person'];
    const second = pageState({ csrf: 'token-of-grace', nonce: 'nonce-2', path: '/', access: { ...first.access, person } });
    const other = render({}, {}, second);
    expect(other).to.contain('token-of-grace').and.to.contain('nonce-2').and.to.contain('Grace').and.to.contain('2 ready');
    for (const old of ['token-of-ada', 'nonce-1', 'Ada', 'aria-current="page"', '1 ready']) expect(other).to.not.contain(old);
    expect(render({}, {}, first)).to.equal(html.replaceAll('1 ready', '2 ready').replaceAll('>1<', '>2<'));
    const renamed = { ...first.access, site: { ...homeSite, name: 'New name' } };
    expect(render({}, {}, { ...first, access: renamed }))
      .to.contain('New name')
      .and.to.not.contain('>Home<');
  });

  it('leave an item out while its words fail, and have it again on the next page', async () => {
    folder.write('views/a.hbs', '');
    let fails = true;
    const value = {
      get label(): string {
        if (fails) throw new Error('no words');
        return 'portal.search';
      },
    };
    const items = [
      menuItem('docs', Object.assign(Object.create(value), { href: '~/docs' })),
      menuItem('other', { label: 'portal.sign-in', href: '/other' }),
    ];
    const failing = {
      ...someContributions(items),
      each: ((use, among = items) =>
        among.flatMap((each) => {
          try {
            return [use(each.value, each)];
          } catch {
            return [];
          }
        })) as ConditionalContributions<MenuItem>['each'],
    };
    const render = await load(testViews({ menuItems: failing }));
    const page = pageState();
    expect(render({}, {}, page))
      .to.contain('href="/other"')
      .and.not.to.contain('href="/web/home/docs"');
    fails = false;
    expect(render({}, {}, page))
      .to.contain('href="/other"')
      .and.to.contain('href="/web/home/docs"');
  });

  it('write menus anew when a view or the words of the portal have changed', async () => {
    folder.write('views/a.hbs', '');
    portal.write('layouts/page.hbs', `{{#kept 'start'}}before {{site.name}}{{/kept}}`);
    const views = testViews({ viewsFolder: portal.path });
    const render = await load(views);
    expect(render({}, {})).to.equal('before Home');
    portal.write('layouts/page.hbs', `{{#kept 'start'}}after {{site.name}}{{/kept}}`);
    await views.refresh('core');
    expect(render({}, {})).to.equal('after Home');
  });

  it('let what is kept of a layout see nothing of one request', async () => {
    folder.write('views/a.hbs', 'body');
    const piece =
      '[{{site.name}} {{locale}}|{{{csrf}}}{{csrfToken}}{{nonce}}{{@root.nonce}}{{person.name}}{{title}}{{{body}}}{{note.sentence}}]';
    portal.write('layouts/page.hbs', `{{#kept 'start'}}${piece}{{/kept}}`);
    const page = pageState({ flash: { kind: 'danger', sentence: 'Failed.' } });
    expect((await load(testViews({ viewsFolder: portal.path })))({}, { title: 'T' }, page)).to.equal('[Home en|]');
  });

  it('write a row anew when anything that it shows has changed, and never with something of one request', async () => {
    const block = '{{id}} {{name}} {{date at}} {{#each marks}}{{label}}{{/each}}{{{csrf}}}{{@root.secret}}';
    folder.write('views/a.hbs', `{{#each rows}}{{#cached 'row' id}}[${block}]{{/cached}}{{/each}}`);
    portal.write('layouts/page.hbs', '{{{body}}}');
    const render = await load(testViews({ viewsFolder: portal.path }));
    const row = { id: '1', name: 'One', at: new Date(0), marks: [{ label: 'x' }] };
    const shown = (change: object): string => render({ secret: 'of the page', rows: [{ ...row, ...change }] }, {});
    const first = shown({});
    expect(first).to.match(/^\[1 One <time.*x\]$/);
    expect(shown({ marks: [{ label: 'x' }], at: new Date(0) })).to.equal(first);
    const others = [
      shown({ name: 'Two' }),
      shown({ at: new Date(90_000_000) }),
      shown({ marks: [{ label: 'y' }] }),
      shown({ marks: [] }),
      shown({ marks: undefined }),
      shown({ id: '2' }),
    ];
    expect(new Set([first, ...others]).size).to.equal(6);
    expect(others[3]).to.equal(others[4]);
    expect(shown({})).to.equal(first);
  });

  it('write a date in the language and the form that is asked for, whatever was written before', async () => {
    const view = `{{date d}}|{{date d format='date'}}|{{date d format='time'}}`;
    folder.write('views/a.hbs', view);
    const render = await load(testViews());
    const model = { d: new Date('2026-11-22T15:40:00Z') };
    const inGerman = pageState({ access: { ...pageState().access, locale: 'de' } });
    const english = render(model);
    const german = render(model, { layout: 'none' }, inGerman);
    expect(new Set([...english.split('|'), ...german.split('|')]).size).to.equal(6);
    expect([render(model), render(model, { layout: 'none' }, inGerman)]).to.deep.equal([english, german]);
    model.d.setUTCFullYear(2027);
    expect(render(model)).to.contain('2027-11-22T15:40');
  });

  it('end with what modules add to each page, and with their scripts; a fragment and a plain page come without', async () => {
    folder.write('views/a.hbs', '');
    folder.write('views/added.hbs', `{{script 'added.js'}}<p>added for {{name}}</p>`);
    const model = ({ person }: AccessContext) => person && { name: person.name };
    const pageAdditions = [{ id: 'added', module: 'demo', order: 1, when: undefined, value: { view: 'added', model } }];
    const render = await load(testViews({ pageAdditions }));
    const html = render({}, {}, pageState());
    expect(html)
      .to.match(/<\/main>[\s\S]*<p>added for [^<]+<\/p>/)
      .and.to.contain('/missing/added.js');
    const guest = { ...pageState(), access: { ...pageState().access, person: undefined } };
    for (const other of [
      render({}, {}, guest),
      render({}, { layout: 'plain' }, pageState()),
      render({}, { layout: 'none' }, pageState()),
    ])
      expect(other).to.not.contain('added');
  });

  it('offer guests to sign in, and no empty menus', async () => {
    folder.write('views/a.hbs', '');
    const page = pageState({ csrf: undefined });
    const html = (await load(testViews()))({}, {}, { ...page, access: { ...page.access, person: undefined } });
    expect(html).to.contain('href="/sign-in').and.not.to.contain('Product Menu').and.not.to.contain('Global Menu');
  });

  it('let the portal override a view and a partial of a module', async () => {
    folder.write('views/a.hbs', 'own {{> row}}').write('views/partials/row.hbs', 'own row').write('views/b.hbs', 'own b');
    portal.write('demo/a.hbs', 'portal {{> row}}').write('layouts/page.hbs', '{{{body}}}');
    const views = testViews({ viewsFolder: portal.path });
    expect((await load(views))()).to.equal('portal own row');
    expect(views.render('demo', 'b', {}, { layout: 'none' }, pageState())).to.equal('own b');
    portal.write('demo/partials/row.hbs', 'portal row');
    expect((await load(testViews({ viewsFolder: portal.path })))()).to.equal('portal portal row');
  });

  it('refuse a missing partial at start, naming file, line and partial', async () => {
    folder.write('views/broken.hbs', '<p>\n{{> nowhere}}');
    const { code, message } = await failure(() => load(testViews()));
    expect(code).to.equal('view-broken');
    expect(message).to.match(/views\/broken\.hbs cannot be used: there is no partial "nowhere" \(line 2\)/);
  });

  it('refuse an unknown helper and bad syntax at start, naming the file', async () => {
    folder.write('views/broken.hbs', `{{trnslate 'x'}}`);
    expect((await failure(() => load(testViews()))).message).to.match(/broken\.hbs.*no helper "trnslate"/);
    folder.write('views/broken.hbs', '{{#if x}}');
    expect((await failure(() => load(testViews()))).message).to.match(/broken\.hbs cannot be read/);
  });

  it('name the module and the view when a view is missing', async () => {
    const views = testViews();
    await views.load({ id: 'demo', folder: folder.path, manifest: {} });
    expect(() => views.render('demo', 'nope', {}, {}, pageState())).to.throw('The module demo has no view "nope".');
  });

  it('leave with their module', async () => {
    folder.write('views/a.hbs', 'here');
    const views = testViews();
    const loaded = await views.load({ id: 'demo', folder: folder.path, manifest: {} });
    await loaded.dispose();
    expect(() => views.render('demo', 'a', {}, {}, pageState())).to.throw('The module demo has no views now.');
  });

  it('show errors with a reference and a way out', () => {
    const views = testViews({ viewsFolder: portalViews });
    for (const [status, title] of [
      [404, 'Page not found'],
      [403, 'You may not do this'],
      [503, 'One moment, please'],
      [500, 'Something went wrong'],
    ] as const) {
      const html = views.render(
        'core',
        'error',
        { status, sentence: 'Why <b>.', reference: 'r-9' },
        { layout: 'plain' },
        pageState(),
      );
      expect(html).to.contain(title).and.to.contain('Why &lt;b&gt;.').and.to.contain('r-9').and.to.contain('href="/"');
    }
  });
});
