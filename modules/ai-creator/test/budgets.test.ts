import { AccessContexts, AuditLog, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { author, type CountedUsage, type CreatorPortal, startCreatorPortal, type TestClient, usageOf } from './creator-portal.js';

describe('budgets', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  beforeEach(async () => {
    creator = await startCreatorPortal({ config: { concurrency: 4 } });
    administrator = await creator.portal.signIn();
  });
  afterEach(() => creator.stop());

  const post = async (path: string, fields: object, as = administrator) =>
    as
      .post(path)
      .set('Origin', creator.portal.url)
      .set('X-Portico-Csrf', await creator.portal.csrf(as))
      .set('Accept', 'text/html')
      .type('form')
      .send(fields);
  const budget = async (fields: object): Promise<void> => {
    const answer = await post('/ai-creator/budgets', {
      target: 'instance',
      unit: 'images',
      period: 'day',
      hardLimit: '10',
      ...fields,
    });
    expect(answer.status, answer.text).to.equal(303);
  };

  it('let exactly ten of forty parallel requests through, and count nothing for the others', async () => {
    await budget({ hardLimit: '10' });
    const answers = await Promise.all(Array.from({ length: 40 }, () => creator.create()));
    const accepted = answers.filter(({ status }) => status === 201);
    expect(accepted).to.have.length(10);
    for (const { body } of accepted) await creator.settled((body as { id: string }).id);
    expect(creator.sandbox.generations).to.have.length(10);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).to.have.length(30);
    expect(refused[0]?.body.error).to.include({
      code: 'ai-creator-budget',
      message: 'An unexpected error occurred and no image was made. Try again later.',
    });
    const rows = await creator.portal.service(UnitOfWork).read((reader) => reader.query<object>('SELECT id FROM ai_usage_entry'));
    expect(rows).to.have.length(10);
  }).timeout(60_000);

  it('count images, so that one request can be too large for what is left', async () => {
    await budget({ target: 'each-person', hardLimit: '3' });
    expect((await creator.create({ count: '2' })).status).to.equal(201);
    expect((await creator.create({ count: '2' })).status).to.equal(429);
    expect((await creator.create({ count: '1' })).status).to.equal(201);
  });

  it('give back what failed and was not charged', async () => {
    await budget({ hardLimit: '1' });
    creator.sandbox.next('moderation-blocked');
    const first = await creator.create();
    await creator.settled(first.body.id as string);
    expect((await creator.create()).status).to.equal(201);
  });

  it('keep what may have been charged', async () => {
    await budget({ hardLimit: '1' });
    creator.sandbox.next('reset-before-headers');
    const first = await creator.create();
    await creator.settled(first.body.id as string);
    expect((await creator.create()).status).to.equal(429);
  });

  it('limit how many are on their way, and say when to come back', async () => {
    await budget({ unit: 'running', hardLimit: '1' });
    creator.sandbox.next('stall-before-headers');
    const first = await creator.create();
    const second = await creator.create();
    expect([first.status, second.status]).to.deep.equal([201, 429]);
    expect(second.headers['retry-after']).to.equal('10');
    expect(second.body.error.message).to.equal('Too many images are being made right now. Try again in 10 seconds.');
  });

  it('limit roles, sites and single people, and leave others alone', async () => {
    await budget({ target: 'role', subject: 'author', hardLimit: '0' });
    await budget({ target: 'person', subject: author.email, hardLimit: '5' });
    expect((await creator.create()).status).to.equal(429);
    expect((await creator.create({}, administrator)).status).to.equal(201);
    await budget({ target: 'site', subject: 'home', hardLimit: '1' });
    const refused = await creator.create({}, administrator);
    expect(refused.body.error.message).to.contain('A budget refused this').and.to.contain('The site Home: 1 of 1 images per day');
  });

  it('warn before they refuse, in the dialog', async () => {
    await budget({ softLimit: '1', hardLimit: '5' });
    const dialog = () => creator.visitor.get('/web/home/ai-creator/create').set('Accept', 'text/html');
    expect((await dialog()).text).to.not.contain('A budget runs out');
    await creator.create();
    expect((await dialog()).text).to.contain('A budget runs out. Everybody together: 1 of 5 images per day.');
    const { text } = await administrator.get('/ai-creator/budgets').set('Accept', 'text/html');
    await post(`/ai-creator/budgets/${/budgets\/([\w-]+)\/remove/.exec(text)?.[1]}/remove`, {});
    await budget({ softLimit: '1', hardLimit: '' });
    expect((await dialog()).text).to.contain('Everybody together: 1 images per day. Warnings begin beyond 1.');
  });

  it('are a step of Why: a word for authors, the exact budget for administrators', async () => {
    await budget({ hardLimit: '0' });
    const stepOf = async (as: TestClient): Promise<{ met: boolean; reason: string; href?: string } | undefined> => {
      const why = await as.get('/web/home/ai-creator/why').set('Accept', 'application/json');
      return (why.body as { steps: { criterion: string; met: boolean; reason: string; href?: string }[] }).steps.find(
        ({ criterion }) => criterion === 'budget',
      );
    };
    const forAuthors = await stepOf(creator.visitor);
    expect(forAuthors?.met).to.equal(false);
    expect(forAuthors?.reason).to.not.contain('0 of 0');
    expect(forAuthors).to.not.have.property('href');
    const forAdministrators = await stepOf(administrator);
    expect(forAdministrators?.reason).to.contain('Everybody together: 0 of 0 images per day.');
    expect(forAdministrators?.href).to.equal('/ai-creator/budgets');
  });

  it('are added and removed on a page, with an audit entry each; nonsense is refused with the typed text kept', async () => {
    const wrong = await post('/ai-creator/budgets', {
      target: 'site',
      subject: 'nowhere',
      unit: 'images',
      period: 'day',
      hardLimit: 'ten',
    });
    expect(wrong.status).to.equal(400);
    expect(wrong.text)
      .to.contain('value="nowhere"')
      .and.to.contain('Nothing has this name')
      .and.to.contain('Enter a whole number');
    const forAll = { target: 'each-person', subject: 'ada@portico.example', unit: 'images', period: 'day', hardLimit: '3' };
    const mistaken = await post('/ai-creator/budgets', forAll);
    expect(mistaken.status).to.equal(400);
    expect(mistaken.text).to.contain('This would limit all of them.');
    await budget({ target: 'each-of-role', subject: 'Author', softLimit: '5' });
    const page = await administrator.get('/ai-creator/budgets').set('Accept', 'text/html');
    expect(page.text).to.contain('Each person with the role Author').and.to.contain('images per day');
    const id = /budgets\/([\w-]+)\/remove/.exec(page.text)?.[1] ?? '';
    expect((await post(`/ai-creator/budgets/${id}/remove`, {})).status).to.equal(303);
    const { records } = await creator.portal.service(AuditLog).list({ area: 'ai-usage', subject: 'budget' });
    expect(records.map(({ action }) => action)).to.deep.equal(['removed', 'added']);
    expect((await creator.visitor.get('/ai-creator/budgets').set('Accept', 'text/html')).status).to.equal(404);
  });
});

describe('prices and usage', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  before(async () => {
    creator = await startCreatorPortal();
    administrator = await creator.portal.signIn();
  });
  after(() => creator.stop());

  const post = async (path: string, fields: object) =>
    administrator
      .post(path)
      .set('Origin', creator.portal.url)
      .set('X-Portico-Csrf', await creator.portal.csrf(administrator))
      .set('Accept', 'text/html')
      .type('form')
      .send(fields);
  const entry = (id: string): Promise<CountedUsage | undefined> => usageOf(creator, id);
  const dialog = async (of = creator.visitor): Promise<string> =>
    (await of.get('/web/home/ai-creator/create').set('Accept', 'text/html')).text;

  it('know no cost before a price is entered', async () => {
    const { body } = await creator.create();
    await creator.settled(body.id as string);
    expect(await entry(body.id as string)).to.include({ state: 'settled', images: 1, outputTokens: 272, cost: null });
    expect(await dialog(administrator), 'to those who can enter one')
      .to.contain('No price known, so nothing can be said')
      .and.to.not.contain('<table');
    expect(await dialog())
      .to.not.contain('No price known')
      .and.to.not.contain('<table');
  });

  it('count the tokens of each generation by the price of its day, and estimate the next one by the last', async () => {
    const price = {
      model: 'gpt-image-2.6-flare',
      validFrom: '2020-01-01',
      currency: 'usd',
      inputPrice: '5',
      outputPrice: '40.00',
      imagePrice: '',
    };
    expect((await post('/ai-creator/prices', price)).status).to.equal(303);
    const later = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    expect((await post('/ai-creator/prices', { ...price, validFrom: later, outputPrice: '400' })).status).to.equal(303);
    expect((await post('/ai-creator/prices', price)).status, 'the same day twice').to.equal(400);
    const { body } = await creator.create({ count: '2' });
    await creator.settled(body.id as string);
    const made = await entry(body.id as string);
    const expected = (made?.inputTokens ?? 0) * 5 + 544 * 40;
    expect(made).to.include({ outputTokens: 544, cost: expected, currency: 'USD' });
    const text = await dialog();
    expect(text).to.match(/256x256<\/th><td>\$0\.01\d*<\/td><td>\$0\.02/);
    expect(text, 'nothing was measured at this quality').to.match(/1024x1024<\/th><td colspan="4">No price known/);
  });

  it('refuse what is no price', async () => {
    const answer = await post('/ai-creator/prices', {
      model: 'dall-e-3',
      validFrom: 'soon',
      currency: 'dollars',
      inputPrice: '-1',
      outputPrice: '',
      imagePrice: '',
    });
    expect(answer.status).to.equal(400);
    expect(answer.text)
      .to.contain('shut down')
      .and.to.contain('Enter a date')
      .and.to.contain('three letters')
      .and.to.contain('such as 12.50');
  });

  it('show usage by day, site, person and model to administrators, and one site to its own', async () => {
    const page = await administrator.get('/ai-creator/usage').set('Accept', 'text/html');
    expect(page.status).to.equal(200);
    expect(page.text)
      .to.contain(author.name)
      .and.to.contain('gpt-image-2.6-flare')
      .and.to.contain('role="img"')
      .and.to.contain('Home');
    for (const group of ['day', 'site', 'person', 'model']) expect(page.text).to.contain(`Images by ${group}`);
    expect(page.text.match(/<svg class="usage-bar"[^>]*><rect width="100"/g), 'the longest of each').to.have.length(3);
    const site = await administrator.get('/web/home/ai-creator/usage').set('Accept', 'text/html');
    expect(site.text).to.contain(author.name).and.to.not.contain('/ai-creator/prices"');
    expect((await creator.visitor.get('/ai-creator/usage').set('Accept', 'text/html')).status).to.equal(404);
    expect((await creator.visitor.get('/web/home/ai-creator/usage').set('Accept', 'text/html')).status).to.equal(404);
  });

  it('export all of it as CSV, which no spreadsheet runs', async () => {
    const { person } = creator.portal.service(AccessContexts).system();
    expect(person).to.not.equal(undefined);
    await creator.portal.service(UnitOfWork).write(async (transaction) => {
      for (let index = 0; index < 1100; index += 1)
        await transaction.query(
          "INSERT INTO ai_usage_entry (id, at, site_id, person_id, roles, feature, model, quality, state, images) VALUES (?, ?, 's', 'p', '|', 'images', '=1+1', 'low', 'settled', 1)",
          [`bulk-${index}`, '2026-01-15T10:00:00.000Z'],
        );
    });
    const csv = await administrator.get('/ai-creator/usage.csv?from=2026-01-01&to=2026-01-31');
    expect(csv.headers['content-type']).to.contain('text/csv');
    const lines = csv.text.trimEnd().split('\r\n');
    expect(lines).to.have.length(1101);
    expect(lines[1]).to.contain("'=1+1");
    const page = await administrator.get('/ai-creator/usage?from=2026-01-01&to=2026-01-31').set('Accept', 'text/html');
    const next = /rel="next" href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? '';
    const after = await administrator.get(next).set('Accept', 'text/html');
    expect(after.status).to.equal(200);
    expect(after.text).to.contain('rel="prev"');
  });
});
