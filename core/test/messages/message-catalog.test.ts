import { expect } from 'chai';
import { MessageCatalog } from '../../messages/index.js';
import { TestFolder } from '../views/view-portal.js';

describe('Messages', () => {
  let portal: TestFolder;
  let folder: TestFolder;
  let warnings: unknown[];
  let catalog: MessageCatalog;

  beforeEach(() => {
    portal = new TestFolder()
      .write('en.json', '{"save": "Save", "hello": "Portal {name}"}')
      .write('de.json', '{"save": "Sichern"}');
    folder = new TestFolder()
      .write('messages/en.json', '{"hello": "Hello {name}, {name}{other}", "only": "Only English"}')
      .write('messages/de.json', '{"hello": "Hallo {name}"}');
    warnings = [];
    catalog = new MessageCatalog({
      viewsFolder: portal.path,
      log: { warn: (message, facts) => warnings.push([message, facts]) },
    });
  });

  afterEach(() => {
    portal.remove();
    folder.remove();
  });

  const load = () => catalog.load({ id: 'demo', folder: folder.path, manifest: {} });

  it('come from the module first, then from the portal', async () => {
    await load();
    const messages = catalog.for('demo');
    expect(messages.text('hello', { name: 'Ada' })).to.equal('Hello Ada, Ada{other}');
    expect(messages.text('save')).to.equal('Save');
  });

  it('fall back from a region to its language and from there to English', async () => {
    await load();
    const messages = catalog.for('demo');
    expect(messages.text('hello', { name: 'Ada' }, 'de-AT')).to.equal('Hallo Ada');
    expect(messages.text('only', undefined, 'de-AT')).to.equal('Only English');
    expect(messages.text('save', undefined, 'de')).to.equal('Sichern');
    expect(messages.text('save', undefined, 'fr')).to.equal('Save');
  });

  it('name a module, also after it stopped; one that says no name is called by its id', async () => {
    const named = new TestFolder()
      .write('messages/en.json', '{"module.name": "Web Content"}')
      .write('messages/de.json', '{"module.name": "Webinhalte"}');
    const loaded = await catalog.load({ id: 'web-content', folder: named.path, manifest: {} });
    await loaded.dispose();
    named.remove();
    await load();
    expect(['en', 'de-AT', 'fr'].map((locale) => catalog.nameOf('web-content', locale))).to.deep.equal([
      'Web Content',
      'Webinhalte',
      'Web Content',
    ]);
    expect([catalog.nameOf('demo'), catalog.nameOf('acme-hello')]).to.deep.equal(['Demo', 'Acme hello']);
    expect(warnings).to.deep.equal([]);
  });

  it('fill in values as they are, not as templates', async () => {
    await load();
    expect(catalog.for('demo').text('hello', { name: '{other}', other: '$&' })).to.equal('Hello {other}, {other}$&');
    expect(catalog.for('demo').text('hello', { name: 0, other: '' })).to.equal('Hello 0, 0');
  });

  it('answer a missing key with the key and report it once', async () => {
    await load();
    const messages = catalog.for('demo');
    expect([messages.text('nope'), messages.text('nope'), messages.text('constructor')]).to.deep.equal([
      'nope',
      'nope',
      'constructor',
    ]);
    expect(warnings).to.deep.equal([
      ['A message is missing.', { module: 'demo', key: 'nope' }],
      ['A message is missing.', { module: 'demo', key: 'constructor' }],
    ]);
  });

  it('leave with their module, and the portal answers', async () => {
    const messages = catalog.for('demo');
    await (await load()).dispose();
    expect(messages.text('hello', { name: 'Ada' })).to.equal('Portal Ada');
  });

  it('are refused with the file and the key that is wrong', async () => {
    folder.write('messages/en.json', '{"good": "x", "bad": {"nested": "y"}}');
    await load().then(
      () => expect.fail('accepted'),
      (error: { code: string; message: string }) => {
        expect(error.code).to.equal('messages-invalid');
        expect(error.message).to.match(/messages\/en\.json cannot be used: the key "bad" is not a text/);
      },
    );
    folder.write('messages/en.json', '{"good": ');
    await load().then(
      () => expect.fail('accepted'),
      (error: Error) => expect(error.message).to.match(/messages\/en\.json cannot be read/),
    );
  });

  it('write a number in the language that is asked for, whatever was written before', async () => {
    folder.write('messages/en.json', JSON.stringify({ size: '{length, number}' }));
    folder.write('messages/de.json', JSON.stringify({ size: '{length, number}' }));
    await load();
    const { text } = catalog.for('demo');
    const said = ['en', 'de', 'en', 'de'].map((locale) => text('size', { length: 32_000 }, locale));
    expect(said).to.deep.equal(['32,000', '32.000', '32,000', '32.000']);
    expect([0, -0, 0].map((length) => text('size', { length }))).to.deep.equal(['0', '-0', '0']);
    expect(text('size', { length: Number.NaN })).to.equal('NaN');
  });

  it('have plurals, choices, numbers and dates', async () => {
    folder.write(
      'messages/en.json',
      JSON.stringify({
        files: '{count, plural, =0 {no files} one {1 file} other {{count} files}} in {folder}',
        place: '{rank, selectordinal, one {#st} two {#nd} few {#rd} other {#th}} place',
        who: '{kind, select, person {Somebody} other {Something}} did it',
        size: '{length, number} of {share, number, percent}',
        day: 'on {day, date, medium}',
      }),
    );
    await load();
    const { text } = catalog.for('demo');
    const day = new Date(2026, 1, 3, 12);
    expect([
      ...[0, 1, 2, '1', 1000].map((count) => text('files', { count, folder: 'Home' })),
      ...[1, 22, 3, 11].map((rank) => text('place', { rank })),
      ...['person', 'constructor'].map((kind) => text('who', { kind })),
      text('size', { length: 32_000, share: 0.5 }),
      text('day', { day }),
      text('day', { day }, 'en-GB'),
    ]).to.deep.equal([
      ...['no files in Home', '1 file in Home', '2 files in Home', '1 file in Home', '1000 files in Home'],
      ...['1st place', '22nd place', '3rd place', '11th place'],
      ...['Somebody did it', 'Something did it'],
      '32,000 of 50%',
      'on Feb 3, 2026',
      'on 3 Feb 2026',
    ]);
  });

  it('follow the rules of their own language', async () => {
    folder.write('messages/en.json', '{"files": "{count, plural, one {# file} other {# files}}"}');
    folder.write('messages/pl.json', '{"files": "{count, plural, one {# plik} few {# pliki} many {# plików} other {# pliku}}"}');
    await load();
    expect([1, 2, 5, 22].map((count) => catalog.for('demo').text('files', { count }, 'pl'))).to.deep.equal([
      '1 plik',
      '2 pliki',
      '5 plików',
      '22 pliki',
    ]);
    expect(catalog.for('demo').text('files', { count: 1 }, 'ja'), 'English where there is nothing else').to.equal('1 file');
  });

  it('keep apostrophes, angle brackets and what is quoted', async () => {
    folder.write(
      'messages/en.json',
      JSON.stringify({
        a: "It's {name}'s <b>",
        b: "Write '{'name'}' or ''{name}''",
        c: "Don't",
        d: "{n, plural, other {# '#'}}",
      }),
    );
    await load();
    const { text } = catalog.for('demo');
    expect(['a', 'b', 'c', 'd'].map((key) => text(key, { name: 'Ada', n: 2 }))).to.deep.equal([
      "It's Ada's <b>",
      "Write {name} or 'Ada'",
      "Don't",
      '2 #',
    ]);
  });

  it('say their arguments behind an apostrophe, whatever the format calls a quote', async () => {
    const french = { de: "l'{name}", quoted: "le dossier '{name}'", count: "l'{n, plural, one {un} other {autre d''{name}}}" };
    folder.write('messages/en.json', JSON.stringify({ de: 'of {name}', quoted: 'folder {name}', count: '{n}' }));
    folder.write('messages/fr.json', JSON.stringify(french));
    await load();
    const { text } = catalog.for('demo');
    expect(['de', 'quoted', 'count'].map((key) => text(key, { name: 'Ada', n: 2 }, 'fr'))).to.deep.equal([
      "l'Ada",
      "le dossier 'Ada'",
      "l'autre d'Ada",
    ]);
  });

  it('in a language that cannot be said give way to English', async () => {
    folder.write(
      'messages/en.json',
      JSON.stringify({ files: '{n, plural, one {1 file} other {{n} files}} of {name}', day: 'on {day}' }),
    );
    folder.write('messages/fr.json', JSON.stringify({ files: '{n, plural, one {1 fichier}} de {name}', day: 'le {day, date}' }));
    folder.write('messages/ja.json', JSON.stringify({ files: '{n, plural, other {{name}のファイル{n}個}}' }));
    await load();
    const { text } = catalog.for('demo');
    expect([text('files', { n: 2, name: 'Ada' }, 'fr'), text('day', { day: 'soon' }, 'fr')]).to.deep.equal([
      '2 files of Ada',
      'on soon',
    ]);
    expect(text('files', { n: 1, name: 'Ada' }, 'ja')).to.equal('Adaのファイル1個');
  });

  it('are disguised for tests, plurals and arguments and all, and nobody gets that without asking', async () => {
    folder.write(
      'messages/en.json',
      JSON.stringify({ files: '{n, plural, one {1 file} other {{n} files}} of {name}', save: 'Save' }),
    );
    const pseudo = new MessageCatalog({ viewsFolder: portal.path, mode: 'test', log: { warn: () => undefined } });
    const loaded = await pseudo.load({ id: 'demo', folder: folder.path, manifest: {} });
    const { text } = pseudo.for('demo');
    expect([text('files', { n: 2, name: 'Ada' }, 'en-XA'), text('save', {}, 'ar-XB'), text('save', {}, 'de')]).to.deep.equal([
      '[2 ƒíĺéś óƒ Ada óńé ťŵ]',
      '[Śávé ó]',
      'Save',
    ]);
    expect(pseudo.languages()).to.deep.equal(['en', 'ar-XB', 'de', 'en-XA']);
    expect(catalog.languages()).to.deep.equal(['en', 'de']);
    await loaded.dispose();
  });

  it('are named with their place when they cannot be read, and others stand in for them', async () => {
    folder.write('messages/en.json', '{"good": "Good", "hello": "Hello {name", "only": "{n, plural, one {x}}", "save": "{a b}"}');
    folder.write('messages/de.json', '{"good": "Gut {", "hello": "Hallo {name}"}');
    await load();
    expect(warnings.sort((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)))).to.deep.equal([
      [
        'A message cannot be read.',
        { module: 'demo', locale: 'de', key: 'good', line: 1, column: 5, fault: 'expect argument closing brace' },
      ],
      [
        'A message cannot be read.',
        { module: 'demo', locale: 'en', key: 'hello', line: 1, column: 7, fault: 'expect argument closing brace' },
      ],
      [
        'A message cannot be read.',
        { module: 'demo', locale: 'en', key: 'only', line: 1, column: 20, fault: 'missing other clause' },
      ],
      [
        'A message cannot be read.',
        { module: 'demo', locale: 'en', key: 'save', line: 1, column: 1, fault: 'malformed argument' },
      ],
    ]);
    const { text } = catalog.for('demo');
    expect(text('good', {}, 'de'), 'the next language').to.equal('Good');
    expect(text('hello', { name: 'Ada' }, 'de')).to.equal('Hallo Ada');
    expect(text('save'), 'the word of the portal').to.equal('Save');
    expect(text('only', { n: 1 }), 'what is written').to.equal('{n, plural, one {x}}');
  });

  it('show their key, and are reported once, when they are given what they cannot say', async () => {
    folder.write('messages/en.json', '{"day": "on {day, date}"}');
    await load();
    expect([1, 2].map(() => catalog.for('demo').text('day', { day: 'soon' }))).to.deep.equal(['day', 'day']);
    expect(warnings.map((warning) => (warning as [string])[0])).to.deep.equal(['A message cannot be formatted.']);
  });

  it('are data for scripts, with what is complete as text', async () => {
    folder.write(
      'messages/en.json',
      '{"all": "All \'{\'x\'}\'", "files": "{count, plural, offset:1 =0 {none} one {# file} other {files}}", "day": "{d, date, short}"}',
    );
    await load();
    const { compiled } = catalog.for('demo');
    expect([compiled('all'), compiled('files'), compiled('day'), compiled('nope')]).to.deep.equal([
      'All {x}',
      [
        {
          argument: 'count',
          plural: { '=0': 'none', one: [{ argument: 'count', number: {}, offset: 1 }, ' file'], other: 'files' },
          offset: 1,
        },
      ],
      [{ argument: 'd', date: { month: 'numeric', day: 'numeric', year: '2-digit' } }],
      'nope',
    ]);
  });

  it('are refused when the name of a file is not a language', async () => {
    folder.write('messages/en_us.json', '{}');
    await load().then(
      () => expect.fail('accepted'),
      (error: { code: string; message: string }) => {
        expect(error.code).to.equal('messages-invalid');
        expect(error.message).to.match(/en_us\.json cannot be used: its name is not that of a language/);
      },
    );
  });
});
