import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AuditLog, type Clock, type Site, SiteDirectory, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import { BudgetExceeded, type PaidWork, UsageLedger, type UsageOrder, type UsageOutcome } from '../api/index.js';

const modules = resolve(import.meta.dirname, '../../..');
/** All that stands on this module: it must be whole without them. */
const above = ['ai-creator', 'ai-openai', 'ai-providers'];
const person = { email: 'ada@portico.example', name: 'Ada Author', password: 'a long enough password' };
const work: PaidWork = { feature: 'texts', model: 'prose-1', quality: 'high' };
const came: UsageOutcome = {
  model: 'prose-1-mini',
  came: 1,
  maybeCharged: false,
  inputTokens: 100,
  outputTokens: 1000,
  errorCode: null,
  categories: null,
};
const nothingCame: UsageOutcome = { ...came, model: null, came: 0, inputTokens: null, outputTokens: null };

interface Entry {
  readonly state: string;
  readonly feature: string;
  readonly provider: string | null;
  readonly model: string;
  readonly images: number;
  readonly cost: number | null;
  readonly error: string | null;
}

/** Brings a feature that pays: without one there are no pages about money. */
const prose = resolve(import.meta.dirname, '../../test/fixtures/prose');

/** A feature that is none of ours: it pays, and knows nothing but the ledger. */
describe('the usage ledger, to a feature that pays', () => {
  let portal: TestPortal;
  let ledger: UsageLedger;
  let site: Site;
  let ada: string;
  let orders = 0;
  const clock = { day: '2026-05-05' };

  before(async () => {
    const ids = (await readdir(modules)).filter((id) => !above.includes(id));
    const time: Clock = { now: () => new Date(`${clock.day}T12:00:00.000Z`), monotonic: () => performance.now() };
    portal = await startTestPortal({
      clock: time,
      flags: { prose: true },
      config: { modulePaths: [...ids.map((id) => join(modules, id)), prose] },
    });
    ledger = portal.service(UsageLedger);
    site = portal.service(SiteDirectory).byAddress('home') as Site;
    const people = portal.service(People);
    ada = (await people.add(person)).id;
    await people.grant(ada, 'Author', site.id);
  });
  afterEach(async () => {
    clock.day = '2026-05-05';
    for (const line of (await portal.command(['budgets', 'list'])).out.split('\n').filter(Boolean))
      await portal.command(['budgets', 'remove', line.split('  ')[0] ?? '']);
    await portal.service(UnitOfWork).write((transaction) => transaction.query('DELETE FROM ai_usage_entry'));
  });
  after(() => portal.stop());

  const order = (fields: Partial<UsageOrder> = {}): UsageOrder => {
    orders += 1;
    const at = `${clock.day}T12:00:00.000Z`;
    return { ...work, id: `order-${orders}`, at, siteId: site.id, personId: ada, provider: 'acme', count: 1, ...fields };
  };
  const reserve = async (fields: Partial<UsageOrder> = {}): Promise<string> => {
    const made = order(fields);
    await portal.service(UnitOfWork).write((transaction) => ledger.reserve(transaction, made));
    return made.id;
  };
  const settle = (id: string, outcome: UsageOutcome): Promise<void> =>
    portal.service(UnitOfWork).write((transaction) => ledger.settle(transaction, id, outcome));
  const entries = (): Promise<Entry[]> =>
    portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<Entry>(
          'SELECT state, feature, provider, model, images, cost, error_code AS error FROM ai_usage_entry ORDER BY id',
        ),
      );
  const done = async (...argv: readonly string[]): Promise<string> => {
    const { exitCode, out, err } = await portal.command(argv);
    expect(exitCode, err).to.equal(0);
    return out;
  };
  const budget = (...options: readonly string[]): Promise<string> =>
    done('budgets', 'add', '--for', 'instance', '--counts', 'images', ...options);

  it('is there without any of the modules that post to it, with its pages and commands', async () => {
    expect(portal.modules.list().map(({ id }) => id))
      .to.include('ai-usage')
      .and.to.not.include('ai-creator');
    expect(portal.modules.list().find(({ id }) => id === 'ai-usage')?.state).to.equal('active');
    const administrator = await portal.signIn();
    for (const [path, title] of [
      ['/ai-creator/usage', 'AI Usage'],
      ['/ai-creator/budgets', 'Budgets in force'],
      ['/ai-creator/prices', 'Price table'],
      ['/web/home/ai-creator/usage', 'AI Usage'],
    ] as const) {
      const page = await administrator.get(path).set('Accept', 'text/html');
      expect([page.status, page.text.includes(title)], path).to.deep.equal([200, true]);
    }
    const { text } = await administrator.get('/ai-creator/budgets').set('Accept', 'text/html');
    const tabs = /aria-label="Pages about AI images"[\s\S]*?<\/nav>/.exec(text)?.[0] ?? '';
    expect([...tabs.matchAll(/<a [^>]*>([^<]+)<\/a>/g)].map(([, label]) => label)).to.deep.equal([
      'AI Usage',
      'Budgets',
      'Prices',
    ]);
    expect(await done('usage')).to.contain('0 requests');
  });

  it('lets exactly ten of forty orders at the same time through, whoever places them, and nothing of the others', async () => {
    await budget('--refuse', '10');
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        reserve({ feature: index % 2 ? 'texts' : 'images' }).then(
          () => 'reserved',
          (error: unknown) => error,
        ),
      ),
    );
    expect(answers.filter((answer) => answer === 'reserved')).to.have.length(10);
    const refused = answers.filter((answer): answer is BudgetExceeded => answer instanceof BudgetExceeded);
    expect(refused).to.have.length(30);
    expect(refused[0]).to.include({ code: 'budget-exceeded', status: 429, retryAfter: 12 * 3600 });
    expect(refused[0]?.state).to.include({ used: 10, isShort: false });
    expect(await entries()).to.have.length(10);
  });

  it('leaves nothing behind of a transaction that was refused, or that failed afterwards', async () => {
    await budget('--refuse', '1');
    const both = portal.service(UnitOfWork).write(async (transaction) => {
      await ledger.reserve(transaction, order());
      await ledger.reserve(transaction, order());
    });
    expect(await both.catch((error: Error) => error)).to.be.instanceOf(BudgetExceeded);
    const failed = portal.service(UnitOfWork).write(async (transaction) => {
      await ledger.reserve(transaction, order());
      throw new Error('Something else went wrong.');
    });
    expect((await failed.catch((error: Error) => error)) as Error).to.have.property('message', 'Something else went wrong.');
    expect(await entries()).to.deep.equal([]);
    await reserve();
  });

  it('settles once: what came, by the model that answered and the price of the day', async () => {
    await done('prices', 'set', '--model', 'prose-1-mini', '--input', '5', '--output', '40', '--from', '2026-05-05');
    await done('prices', 'set', '--model', 'prose-1-mini', '--input', '50', '--output', '400', '--from', '2026-05-06');
    const id = await reserve({ count: 2 });
    expect(await entries()).to.deep.equal([
      { state: 'reserved', feature: 'texts', provider: 'acme', model: 'prose-1', images: 2, cost: null, error: null },
    ]);
    await settle(id, came);
    clock.day = '2026-05-06';
    await settle(id, { ...came, came: 2, outputTokens: 9999 });
    const expected = 100 * 5 + 1000 * 40;
    expect(await entries()).to.deep.equal([
      { state: 'settled', feature: 'texts', provider: 'acme', model: 'prose-1-mini', images: 1, cost: expected, error: null },
    ]);
    const costs = await portal.service(UnitOfWork).read((reader) => ledger.costs(reader, [id, 'no such order']));
    expect([...costs]).to.deep.equal([[id, { cost: expected, currency: 'USD' }]]);
  });

  it('counts what was asked for when it may have been charged, and gives back what was not, or was never sent', async () => {
    await budget('--refuse', '4');
    const unclear = await reserve({ count: 2 });
    await settle(unclear, { ...nothingCame, maybeCharged: true, errorCode: 'timed-out' });
    const refused = await reserve({ count: 2 });
    await settle(refused, { ...nothingCame, errorCode: 'declined', categories: 'violence' });
    const released = await reserve({ count: 2 });
    await portal.service(UnitOfWork).write((transaction) => ledger.release(transaction, released));
    expect((await entries()).map(({ state, images, error }) => [state, images, error])).to.deep.equal([
      ['settled', 2, 'timed-out'],
      ['settled', 0, 'declined'],
      ['settled', 0, null],
    ]);
    await reserve({ count: 2 });
    expect(await reserve().catch((error: Error) => error)).to.be.instanceOf(BudgetExceeded);
    const failures = await portal
      .service(UnitOfWork)
      .read((reader) => ledger.failures(reader, 'texts', '2026-05-01T00:00:00.000Z'));
    expect(failures.map(({ code, categories, count, id }) => [code, categories, count, id]).sort()).to.deep.equal([
      ['declined', 'violence', 1, refused],
      ['timed-out', null, 1, unclear],
    ]);
    expect(await portal.service(UnitOfWork).read((reader) => ledger.failures(reader, 'images', '2026-05-01'))).to.deep.equal([]);
  });

  it('estimates the next order by what the last ones of the same feature, model and quality used', async () => {
    const priced = { ...work, model: 'prose-2' };
    const estimates = (about: PaidWork, ...orders: readonly { count: number; extraTokens?: number }[]) =>
      portal.service(UnitOfWork).read((reader) => ledger.estimates(reader, about, orders));
    expect(await estimates(priced, { count: 1 })).to.deep.equal([undefined]);
    await done('prices', 'set', '--model', 'prose-2', '--input', '5', '--output', '40', '--from', '2026-05-01');
    expect(await estimates(priced, { count: 1 }), 'nothing was measured yet').to.deep.equal([undefined]);
    const id = await reserve({ ...priced, count: 2, extraTokens: 200 });
    await settle(id, { ...came, model: 'prose-2', came: 2, inputTokens: 20, outputTokens: 1200 });
    const one = 10 * 5 + 500 * 40;
    expect(await estimates(priced, { count: 1 }, { count: 3 }, { count: 1, extraTokens: 100 })).to.deep.equal(
      [one, 3 * one, one + 100 * 40].map((cost) => ({ cost, currency: 'USD' })),
    );
    expect(await estimates({ ...priced, feature: 'images' }, { count: 1 })).to.deep.equal([undefined]);
    expect(await estimates({ ...priced, quality: 'low' }, { count: 1 })).to.deep.equal([undefined]);
  });

  it('prices tokens of pictures by themselves where a price says so', async () => {
    await done(
      'prices',
      'set',
      '--model',
      'prose-3',
      '--input',
      '5',
      '--output',
      '40',
      '--input-images',
      '10',
      '--from',
      '2026-05-01',
    );
    expect(await done('prices', 'list')).to.match(/prose-3 .*input images 10\.00/);
    const id = await reserve({ ...work, model: 'prose-3' });
    await settle(id, {
      ...came,
      model: 'prose-3',
      inputTokens: 100,
      inputImageTokens: 60,
      outputTokens: 1000,
      outputImageTokens: 1000,
    });
    expect((await entries())[0]?.cost).to.equal(40 * 5 + 60 * 10 + 1000 * 40);
  });

  it("holds what was reserved when the service does not tell what it used, and calls it nobody's cost", async () => {
    await done('prices', 'set', '--model', 'prose-4', '--input', '5', '--output', '40', '--from', '2026-05-01');
    const priced = { ...work, model: 'prose-4' };
    await settle(await reserve(priced), { ...came, model: 'prose-4' });
    for (const unknown of [{ inputTokens: null, outputTokens: null }, { outputTokens: null }]) {
      const id = await reserve(priced);
      await settle(id, { ...came, model: 'prose-4', ...unknown });
      const costs = (await entries()).map(({ cost }) => cost);
      expect(costs.at(-1)).to.equal(100 * 5 + 1000 * 40);
      expect((await portal.service(UnitOfWork).read((reader) => ledger.costs(reader, [id]))).size).to.equal(0);
    }
  });

  it('counts for a role those who had exactly that role', async () => {
    await done('budgets', 'add', '--for', 'role', '--which', 'Author', '--counts', 'images', '--refuse', '9');
    const had = async (id: string, roles: string): Promise<void> => {
      await reserve({ id });
      await portal
        .service(UnitOfWork)
        .write((transaction) => transaction.query('UPDATE ai_usage_entry SET roles = ? WHERE id = ?', [roles, id]));
    };
    for (const [index, roles] of ['|Member|Author|Guest|', '|Author|', '|Co-Author|', '|author|', '|Aut_or|', '||'].entries())
      await had(`of-a-role-${index}`, roles);
    expect(await done('budgets', 'list')).to.contain('2 of 9');
  });

  it('says which budget comes next, in the words of people, and asks none about what is recorded', async () => {
    const ask = (limit: 'softLimit' | 'hardLimit') =>
      portal.service(UnitOfWork).read((reader) => ledger.exceeded(reader, { siteId: site.id, personId: ada }, limit));
    await done(
      'budgets',
      'add',
      '--for',
      'each-of-role',
      '--which',
      'Author',
      '--counts',
      'images',
      '--warn',
      '1',
      '--refuse',
      '2',
    );
    await reserve();
    expect(await ask('hardLimit')).to.equal(undefined);
    const soft = await ask('softLimit');
    expect(soft && ledger.describe(soft, 'softLimit', 'en')).to.equal(
      'Each person with the role Author: 1 images per day. Warnings begin beyond 1.',
    );
    await portal.service(UnitOfWork).write(async (transaction) => {
      const usage = { ...work, siteId: undefined, personId: ada, provider: null, inputTokens: null, outputTokens: null };
      for (const id of ['test-1', 'test-2', 'test-3'])
        await ledger.record(transaction, { ...usage, id, images: 1, errorCode: null });
    });
    const hard = await ask('hardLimit');
    expect(hard && ledger.describe(hard, 'hardLimit', 'en')).to.equal('Each person with the role Author: 4 of 2 images per day.');
    expect(await done('usage', '--by', 'site'))
      .to.contain('The whole instance (tests)')
      .and.to.contain('Home');
  });

  it('writes an entry of the audit log with each change of a table, on a screen and in a terminal alike', async () => {
    const administrator = await portal.signIn();
    const typed = { target: 'instance', subject: '', unit: 'images', period: 'day', softLimit: '', hardLimit: '7' };
    expect((await portal.post(administrator, '/ai-creator/budgets', typed)).status).to.equal(303);
    const id = (await done('budgets', 'list')).split('  ')[0] ?? '';
    await done('budgets', 'change', id, '--refuse', '8');
    expect((await portal.post(administrator, `/ai-creator/budgets/${id}/remove`)).status).to.equal(303);
    const { records } = await portal.service(AuditLog).list({ area: 'ai-usage', subject: 'budget', attribute: id });
    expect(records.map(({ action, via }) => [action, via])).to.deep.equal([
      ['removed', 'screen'],
      ['changed', 'command'],
      ['added', 'screen'],
    ]);
  });
});

describe('prices and budgets', () => {
  it('are those of the database, so that what changes elsewhere counts at once and after a restart', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portico-usage-'));
    try {
      const first = await startTestPortal({ home });
      await first.command(['budgets', 'add', '--for', 'instance', '--counts', 'images', '--refuse', '5']);
      await first
        .service(UnitOfWork)
        .write((transaction) => transaction.query('UPDATE ai_usage_budget SET hard_limit = 9, revision = revision + 1'));
      expect((await first.command(['budgets', 'list'])).out).to.contain('Refuse beyond 9');
      await first.stop({ keep: true });
      const second = await startTestPortal({ home });
      expect((await second.command(['budgets', 'list'])).out).to.contain('Refuse beyond 9');
      await second.stop();
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
