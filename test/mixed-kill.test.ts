import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { ImagePortal } from './faults/image-portal.js';
import { answerOf, RawUpstream, reply } from './faults/raw-upstream.js';
import { noisePicture } from './support/noise-picture.js';
import { portico } from './support/portal-process.js';

/** How often the portal is killed. A long run: `PORTICO_TEST_KILLS=500 npm test -- mixed-kill`. */
const rounds = Number(process.env.PORTICO_TEST_KILLS || 4);
const site = '/web/home';
const library = `${site}/documents-media`;

type Work = (portal: ImagePortal) => Promise<boolean>;

/** What people did at a portal, and what of it the portal said it has. */
class MixedWork {
  /** Contents of files by their name; ids of documents by name, once acknowledged. */
  private readonly contents = new Map<string, Buffer>();
  private readonly documents = new Map<string, string>();
  /** Alternative texts by document: the last that was acknowledged, and those that may have been written after it. */
  private readonly described = new Map<string, Set<string>>();
  private readonly deleted = new Set<string>();
  private readonly folders = new Set<string>();
  private readonly articles = new Map<string, string>();
  private readonly orders = new Map<string, string>();
  private readonly fresh = new Set<string>();
  private done = 0;

  get acknowledged(): Readonly<Record<string, number>> {
    const { documents, described, deleted, folders, articles, orders } = this;
    return {
      documents: documents.size,
      described: described.size,
      deleted: deleted.size,
      folders: folders.size,
      articles: articles.size,
      orders: orders.size,
    };
  }

  /** Works until the portal does not answer any more. */
  async keepWorking(portal: ImagePortal, works: readonly Work[]): Promise<void> {
    for (let turn = 0; await works[turn % works.length]?.(portal).catch(() => false); turn += 1) this.done += 1;
  }

  /** Resolves when so much more has been acknowledged; with articles when there is one more of those, too: their cleaner takes its time to start. */
  async more(count: number, withArticles: boolean): Promise<void> {
    const wanted = this.done + count;
    const articles = this.articles.size + (withArticles ? 2 : 0);
    for (let turn = 0; turn < 6000 && (this.done < wanted || this.articles.size < articles); turn += 1) await delay(5);
  }

  readonly upload: Work = async ({ url, headers }) => {
    const isPicture = randomInt(2) === 0;
    const name = `${randomBytes(8).toString('hex')}.${isPicture ? 'png' : 'bin'}`;
    const content = isPicture ? noisePicture(randomInt(1, 40)) : randomBytes(randomInt(1, 20_000));
    this.contents.set(name, content);
    const body = new FormData();
    body.set('file', new Blob([new Uint8Array(content)]), name);
    const answer = await fetch(`${url}${library}/upload`, { method: 'POST', headers, body });
    const { documents } = (await answer.json()) as { documents?: { id: string }[] };
    const id = documents?.[0]?.id;
    if (answer.status !== 201 || id === undefined) return false;
    this.documents.set(name, id);
    this.fresh.add(name);
    return true;
  };

  /** By one person only: of two at once nobody could say whose words are the last. */
  readonly describe: Work = async (portal) => {
    const [name, id] = this.one() ?? [];
    if (name === undefined || id === undefined) return true;
    const altText = randomBytes(6).toString('hex');
    const maybe = this.described.get(id) ?? new Set(['']);
    this.described.set(id, maybe.add(altText));
    const { status } = await portal.post(`${library}/documents/${id}`, { name, altText });
    if (status >= 400) return false;
    this.described.set(id, new Set([altText]));
    return true;
  };

  readonly delete: Work = async (portal) => {
    const [name, id] = this.one() ?? [];
    if (name === undefined || id === undefined) return true;
    // From here on it may be there or not.
    this.documents.delete(name);
    this.described.delete(id);
    const { status } = await portal.post(`${library}/documents/${id}/delete`);
    if (status < 400) this.deleted.add(id);
    return status < 400;
  };

  readonly addFolder: Work = async (portal) => {
    const name = randomBytes(8).toString('hex');
    const { status } = await portal.post(`${library}/folders/new`, { name });
    if (status < 400) this.folders.add(name);
    return status < 400;
  };

  readonly write: Work = async (portal) => {
    const title = randomBytes(8).toString('hex');
    const body = `<p>${randomBytes(randomInt(10, 2000)).toString('hex')}</p>`;
    const { status } = await portal.post(`${site}/web-content/new`, { title, body });
    if (status < 400) this.articles.set(title, body);
    return status < 400;
  };

  readonly order: Work = async (portal) => {
    const description = `picture ${randomBytes(8).toString('hex')}`;
    const id = await portal.create(description);
    if (id !== undefined) this.orders.set(description, id);
    await delay(randomInt(20));
    return true;
  };

  /** Everything that was acknowledged is there, and nothing of it is half; looked at in the database and, what is new, by download. */
  async expectWhole({ url, headers }: ImagePortal, home: string): Promise<void> {
    const database = new Database(join(home, 'portico.db'), { readonly: true });
    const column = (sql: string): Set<unknown> => new Set(database.prepare(sql).pluck().all());
    const texts = new Map(
      database.prepare('SELECT id, alt_text FROM documents_media_document').raw().all() as [string, string][],
    );
    const bodies = new Map(database.prepare('SELECT title, body FROM web_content_article').raw().all() as [string, string][]);
    const folders = column('SELECT name FROM documents_media_folder');
    const generations = column('SELECT id FROM ai_creator_generation');
    database.close();
    expect(
      {
        documents: [...this.documents.values()].filter((id) => !texts.has(id)),
        described: [...this.described].filter(([id, maybe]) => !maybe.has(texts.get(id) ?? '')),
        revived: [...this.deleted].filter((id) => texts.has(id)),
        folders: [...this.folders].filter((name) => !folders.has(name)),
        articles: [...this.articles].filter(([title, body]) => bodies.get(title) !== body),
        orders: [...this.orders.values()].filter((id) => !generations.has(id)),
      },
      'acknowledged, and not so',
    ).to.deep.equal({ documents: [], described: [], revived: [], folders: [], articles: [], orders: [] });
    for (const name of this.fresh) {
      const id = this.documents.get(name);
      if (id === undefined) continue;
      const answer = await fetch(`${url}${library}/documents/${id}/download`, { headers });
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(bytes.equals(this.contents.get(name) ?? Buffer.alloc(0)), `bytes of ${name}`).to.equal(true);
    }
    this.fresh.clear();
    this.contents.clear();
  }

  private one(): readonly [string, string] | undefined {
    const all = [...this.documents];
    return all[randomInt(Math.max(1, all.length))];
  }
}

describe('a portal that is killed while people do all sorts of things', function () {
  this.timeout(60_000 + rounds * 60_000);

  it('has everything that it acknowledged, and pays for no image twice', async () => {
    const home = mkdtempSync(join(tmpdir(), 'portico-mixed-kill-'));
    const upstream = await RawUpstream.start();
    const honest = reply(answerOf(noisePicture(64)));
    upstream.always(async (socket) => {
      await delay(randomInt(30));
      await honest(socket);
    });
    const work = new MixedWork();
    /** Orders that were acknowledged, by round. */
    const ordering: number[] = [];
    let portal: ImagePortal | undefined;
    try {
      for (let round = 0; round <= rounds; round += 1) {
        portal = await ImagePortal.start(home, upstream.url, { PORTICO_LOG_LEVEL: 'error' });
        // A new portal stops at 500 images a day, and orders would be refused for the rest of a long run.
        if (round === 0) expect(await portico(home, 'budgets', 'remove', 'starting-budget')).to.have.property('code', 0);
        const before = work.acknowledged.orders ?? 0;
        await work.expectWhole(portal, home);
        const twice = upstream.prompts.filter((prompt, index) => upstream.prompts.indexOf(prompt) !== index);
        expect(twice, 'sent twice').to.deep.equal([]);
        const working = Promise.all([
          work.keepWorking(portal, [work.upload, work.upload, work.delete]),
          work.keepWorking(portal, [work.upload, work.addFolder, work.upload, work.delete]),
          work.keepWorking(portal, [work.write, work.describe]),
          work.keepWorking(portal, [work.order, work.write]),
        ]);
        await work.more(randomInt(8, 60), round % 3 === 1);
        await delay(randomInt(1, 40));
        portal.process.kill('SIGKILL');
        expect(await portal.process.ended).to.equal('SIGKILL');
        await working;
        ordering.push((work.acknowledged.orders ?? 0) - before);
        if (round % 50 === 49) console.log(`${round + 1} kills: ${JSON.stringify(work.acknowledged)}`);
      }
      const none = Object.entries(work.acknowledged).filter(([, count]) => count === 0);
      expect(none, JSON.stringify(work.acknowledged)).to.deep.equal([]);
      const last = ordering.slice(-20);
      expect(
        last.reduce((sum, each) => sum + each, 0),
        `orders of the last rounds: ${last.join(', ')}`,
      ).to.be.greaterThan(0);
      expect(await portico(home, 'doctor')).to.have.property('code', 0);
    } finally {
      portal?.process.kill('SIGKILL');
      await upstream.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
