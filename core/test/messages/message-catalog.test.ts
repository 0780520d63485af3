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

  it('fill in values as they are, not as templates', async () => {
    await load();
    expect(catalog.for('demo').text('hello', { name: '{other}', other: '$&' })).to.equal('Hello {other}, {other}$&');
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
});
