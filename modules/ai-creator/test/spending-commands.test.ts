import { AuditLog } from '@portico/core';
import { expect } from 'chai';
import { author, type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

describe('money and limits from a terminal', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  beforeEach(async () => {
    creator = await startCreatorPortal();
    administrator = await creator.portal.signIn();
  });
  afterEach(() => creator.stop());

  const portico = async (...argv: string[]): Promise<{ exitCode: number; out: string; err: string }> =>
    creator.portal.command(argv);
  const done = async (...argv: string[]): Promise<string> => {
    const { exitCode, out, err } = await portico(...argv);
    expect(exitCode, err).to.equal(0);
    return out;
  };
  const audit = async (subject: string) =>
    (await creator.portal.service(AuditLog).list({ area: 'ai-usage', subject })).records.map(({ action, via, by }) => [
      action,
      via,
      by.name,
    ]);
  const page = async (name: string): Promise<string> =>
    (await administrator.get(`/ai-creator/${name}`).set('Accept', 'text/html')).text;

  it('adds, lists, changes and removes a budget that the screen shows, with the same audit', async () => {
    expect(await done('budgets', 'list')).to.match(/^starting-budget {2}Everybody together .*Refuse beyond 500\n$/);
    await done('budgets', 'remove', 'starting-budget');
    const added = await done(
      'budgets',
      'add',
      '--for',
      'each-of-role',
      '--which',
      'author',
      '--counts',
      'images',
      '--refuse',
      '3',
    );
    const id = added.split('  ')[0] ?? '';
    expect(added).to.contain('Each person with the role Author  images per day  Warn beyond –  Refuse beyond 3');
    const listed = (used: string): string => added.replace('images per day  ', `images per day  Used now ${used}  `);
    expect(await done('budgets', 'list')).to.equal(listed('–'));
    await creator.settled((await creator.create({ count: '2' })).body.id as string);
    expect(await done('budgets', 'list')).to.equal(listed(`Most: ${author.name}, 2 of 3`));
    expect(await page('budgets')).to.contain('Each person with the role Author');
    expect(await done('budgets', 'change', id, '--warn', '1', '--refuse', '2')).to.contain('Warn beyond 1  Refuse beyond 2');
    expect(await done('budgets', 'change', id, '--warn', '')).to.contain('Warn beyond –  Refuse beyond 2');
    expect((await creator.create({ count: '3' })).status).to.equal(429);
    expect(await done('budgets', 'change', id, '--for', 'each-person')).to.contain('Each person  images');
    expect(await done('budgets', 'remove', id)).to.contain(id);
    expect(await portico('budgets', 'list')).to.deep.equal({
      exitCode: 0,
      out: '',
      err: 'There is no budget: everybody who may create images may create as many as they like.\n',
    });
    expect(await audit('budget')).to.deep.equal([
      ['removed', 'command', 'Portico'],
      ['changed', 'command', 'Portico'],
      ['changed', 'command', 'Portico'],
      ['changed', 'command', 'Portico'],
      ['added', 'command', 'Portico'],
      ['removed', 'command', 'Portico'],
    ]);
  });

  it('says of a list that it is empty where scripts do not read', async () => {
    const lists: readonly (readonly [string, readonly string[]])[] = [
      ['No image waits to be added, and none is being made.\n', ['images', 'list', '--site', 'home']],
      ['No price is entered yet, so no cost is known.\n', ['prices', 'list']],
      ['Nobody was found.\n', ['users', 'list', '--search', 'nobody has this name']],
    ];
    for (const [err, argv] of lists) expect(await portico(...argv)).to.deep.equal({ exitCode: 0, out: '', err });
    expect((await portico('sites', 'list')).err).to.equal('');
  });

  it('says which option is wrong, and what fits', async () => {
    const { exitCode, err } = await portico('budgets', 'add', '--for', 'everyone', '--counts', 'images', '--refuse', '3');
    expect(exitCode).to.equal(1);
    expect(err).to.contain('--for: One of: instance, each-site');
    const limit = await portico('budgets', 'add', '--for', 'site', '--which', 'nowhere', '--counts', 'images', '--refuse', 'ten');
    expect(limit.err).to.contain('--which: Nothing has this name').and.to.contain('--refuse: Enter a whole number');
    expect((await portico('prices', 'set', '--model', 'dall-e-3', '--input', '5')).err).to.contain('--model: ');
    expect((await portico('usage', '--by', 'moon')).err).to.contain('--by: One of: day, site, person, model.');
    expect((await portico('budgets', 'remove', 'nothing')).exitCode).to.equal(1);
  });

  it('asks for the permission of the screens when it is done as somebody', async () => {
    const as = ['--as', author.email];
    const calls = [
      ['budgets', 'list', ...as],
      ['prices', 'list', ...as],
      ['usage', ...as],
      ['usage', '--site', 'home', ...as],
      ['prices', 'set', '--model', 'a', '--image', '1', ...as],
    ];
    for (const argv of calls) expect((await portico(...argv)).err, argv.join(' ')).to.contain('Ada Author may not do this.');
    const { email } = creator.portal.administrator;
    await done('prices', 'set', '--model', 'a', '--image', '1', '--as', email);
    expect((await audit('price'))[0]?.[2]).to.not.equal('Portico');
  });

  it('sets a price, replaces the one of the same day, and removes it', async () => {
    const set = ['prices', 'set', '--model', 'gpt-image-2.6-flare', '--output', '40', '--from', '2026-01-01'];
    const before = await done(...set, '--input', '5', '--currency', 'eur');
    expect(before).to.contain('gpt-image-2.6-flare  2026-01-01  EUR  input 5.00  output 40.00  image 0.00');
    const after = await done(...set, '--input', '6');
    expect(await done('prices', 'list'))
      .to.equal(after)
      .and.to.contain('EUR  input 6.00');
    expect(await page('prices'))
      .to.contain('6.00')
      .and.to.not.contain('5.00');
    await done('prices', 'remove', after.split('  ')[0] ?? '');
    expect(await audit('price')).to.deep.equal([
      ['removed', 'command', 'Portico'],
      ['changed', 'command', 'Portico'],
      ['added', 'command', 'Portico'],
    ]);
  });

  it('refuses a price in another currency than the others, here and on the screen', async () => {
    const set = ['prices', 'set', '--image', '1', '--from', '2026-01-01', '--model'];
    const sentence = 'The prices here are in EUR, and budgets add up costs.';
    await done(...set, 'model-a', '--currency', 'EUR');
    const { exitCode, err } = await portico(...set, 'model-b', '--currency', 'USD');
    expect(exitCode).to.equal(1);
    expect(err).to.contain(sentence);
    const typed = {
      model: 'model-b',
      validFrom: '2026-01-01',
      currency: 'usd',
      inputPrice: '',
      outputPrice: '',
      imagePrice: '1',
    };
    const headers = { Origin: creator.portal.url, 'X-Portico-Csrf': await creator.portal.csrf(administrator) };
    const post = (accept: string) =>
      administrator
        .post('/ai-creator/prices')
        .set({ ...headers, Accept: accept })
        .type('form')
        .send(typed);
    const screen = await post('text/html');
    expect(screen.status).to.equal(409);
    expect(screen.text)
      .to.contain(sentence)
      .and.to.match(/name="currency" value="usd"/);
    expect((await post('application/json')).body.error.code).to.equal('price-currency');
    expect(await done('prices', 'list')).to.not.contain('model-b');
    await done(...set, 'model-b', '--currency', 'EUR');
    expect((await portico(...set, 'model-b', '--currency', 'USD')).err, 'model-a stays').to.contain(sentence);
    const [first = ''] = (await done('prices', 'list')).split('  ');
    await done('prices', 'remove', first);
    expect(await done(...set, 'model-b', '--currency', 'USD'), 'the only one is replaced').to.contain('USD');
  });

  it('tells usage in the figures of the screen: by day, site, person and model, and as CSV', async () => {
    await done('prices', 'set', '--model', 'gpt-image-2.6-flare', '--image', '0.02', '--from', '2026-01-01');
    const { body } = await creator.create({ count: '2' });
    await creator.settled(body.id as string);
    const today = new Date().toISOString().slice(0, 10);
    expect(await done('usage')).to.equal(
      `${today}  1 requests  0 failed  2 images  $0.04\ntotal       1 requests  0 failed  2 images  $0.04\n`,
    );
    for (const [by, label] of [
      ['site', 'Home'],
      ['person', author.name],
      ['model', 'gpt-image-2.6-flare'],
    ] as const)
      expect(await done('usage', '--by', by), by).to.match(new RegExp(`^${label} +1 requests`));
    expect(await done('usage', '--to', '2020-01-01')).to.match(/^total +0 requests/);
    expect(await done('usage', '--by', 'person', '--csv')).to.equal(
      `person,requests,failed,images,cost,currency,without cost\n${author.name},1,0,2,0.04,USD,0\n`,
    );
    const screen = await administrator.get('/web/home/ai-creator/usage.csv');
    expect(await done('usage', '--csv', '--site', 'home')).to.equal(screen.text.replaceAll('\r\n', '\n'));
    await done('images', 'create', '--site', 'home', '--description', 'a boat of the portal');
    expect(await done('usage', '--by', 'person'))
      .to.contain('Portico')
      .and.not.contain('system');
  });
});
