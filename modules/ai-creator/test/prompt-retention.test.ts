import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, type Clock, instanceScope, UnitOfWork } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import { provenanceOf } from '../services/documents/provenance.js';
import { creatorSettings } from '../services/settings/settings.js';
import { author, type CreatorPortal, newKey, startCreatorPortal } from './creator-portal.js';

/** A clock that can be set forward. */
class TestClock implements Clock {
  private ahead = 0;
  now(): Date {
    return new Date(Date.now() + this.ahead);
  }
  monotonic(): number {
    return performance.now() + this.ahead;
  }
  forward(hours: number): void {
    this.ahead += hours * 3600 * 1000;
  }
}

/** So long that a database spreads it over pages. */
const longText = (word: string): string => `${word} begins ${`${word} goes on and on; `.repeat(120)}${word} ends`.slice(0, 3900);

describe('how long descriptions are kept', () => {
  let home: string;
  let clock: TestClock;
  let creator: CreatorPortal;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-prompts-'));
    clock = new TestClock();
    creator = await startCreatorPortal({ home, clock, config: { retries: 0 } });
  });
  afterEach(async () => {
    await creator.stop();
    await rm(home, { recursive: true, force: true });
  });

  const keep = async (hours: { readonly promptRetention?: number; readonly retention?: number }): Promise<void> => {
    const { person } = creator.portal.service(AccessContexts).system();
    const changes = Object.fromEntries(Object.entries(hours).map(([field, set]) => [field, { set }]));
    if (person) await creator.portal.service(Settings).of(creatorSettings).save(instanceScope, changes, person);
  };
  const make = async (description: string) => creator.settled((await creator.create({ description })).body.id as string);
  const sweep = async (): Promise<void> => {
    await creator.portal.modules.stop('ai-creator');
    await creator.portal.modules.start('ai-creator');
    await creator.portal.modules.stop('ai-creator');
    await creator.portal.modules.start('ai-creator');
  };
  const descriptions = async (): Promise<readonly string[]> =>
    (
      await creator.portal
        .service(UnitOfWork)
        .read((reader) => reader.query<{ description: string }>('SELECT description FROM ai_creator_generation ORDER BY id'))
    ).map(({ description }) => description.slice(0, 12));
  const discard = async (id: string): Promise<void> => {
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${id}/discard`, { confirmed: 'true' });
  };
  const page = async (path: string) => {
    const visitor = await creator.portal.signIn(author);
    return visitor.get(`/web/home/ai-creator/${path}`).set('Accept', 'text/html');
  };
  /** Names of the files below the data directory in which a text stands. */
  const filesWith = async (text: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const file of await readdir(home, { recursive: true, withFileTypes: true })) {
      if (file.isFile() && (await readFile(join(file.parentPath, file.name))).includes(text)) found.push(file.name);
    }
    return found;
  };

  it('is said by a setting of its own: what waits keeps its words, what is over loses them', async () => {
    await keep({ promptRetention: 2 });
    creator.sandbox.next('insufficient-quota');
    const failed = await make('fails at once');
    await creator.sendAgain();
    await discard((await make('is discarded')).id);
    const saved = await make('is added to the site');
    const added = await creator.addAll(saved);
    await make('waits for its author');
    clock.forward(3);
    expect((await page('create')).text, 'before the sweep')
      .to.not.contain('fails at once')
      .and.to.not.contain('is added to');
    await sweep();
    expect(await descriptions()).to.deep.equal(['', '', '', 'waits for it']);
    const shown = await page('create');
    expect(shown.text).to.contain('waits for its author').and.to.not.contain('is discarded');
    expect((await page('generations')).text).to.contain('The description is kept no longer');
    const generation = await page(`generations/${failed.id}`);
    expect([generation.status, generation.text.includes('Try Again')]).to.deep.equal([200, false]);
    const documents = creator.portal.service(Documents);
    const access = creator.portal.service(AccessContexts).system(creator.site);
    const document = await documents.find(access, added.body.documents[0].id as string);
    expect(provenanceOf(document)?.prompt).to.equal('is added to the site');
  });

  it('never makes another request of the same click', async () => {
    await keep({ promptRetention: 1 });
    const idempotencyKey = newKey();
    creator.sandbox.next('error-500');
    const first = await creator.create({ idempotencyKey, description: 'clicked twice' });
    await creator.settled(first.body.id);
    clock.forward(2);
    await sweep();
    const visitor = await creator.portal.signIn(author);
    const again = await creator.create({ idempotencyKey, description: 'clicked twice' }, visitor);
    expect(again.body.id).to.equal(first.body.id);
    const other = await creator.create({ idempotencyKey, description: 'clicked with other words' }, visitor);
    expect([other.status, other.body.error?.code]).to.deep.equal([409, 'generation-differs']);
    expect(creator.sandbox.generations).to.have.length(1);
  });

  it('lets a program that sends its key and body again have the same answer as long as the result is kept', async () => {
    await keep({ promptRetention: 1, retention: 24 });
    const key = newKey();
    const body = { description: 'sent by a program', count: 1 };
    const send = async (also: object = {}) => {
      const visitor = await creator.portal.signIn(author);
      return visitor
        .post('/web/home/ai-creator/api/generations')
        .set({ Origin: creator.portal.url, 'X-Portico-Csrf': await creator.portal.csrf(visitor), 'Idempotency-Key': key })
        .send({ ...body, ...also });
    };
    const first = await send();
    await creator.addAll(await creator.settled(first.body.id));
    clock.forward(2);
    await sweep();
    expect(await descriptions()).to.deep.equal(['']);
    const again = await send();
    expect([again.status, again.body]).to.deep.equal([201, first.body]);
    for (const also of [{ description: 'sent by a Program' }, { count: 2 }])
      expect((await send(also)).body.error.code).to.equal('generation-differs');
    expect(creator.sandbox.generations).to.have.length(1);
  });

  it('may be longer than results are kept: the words can be used again, the images are gone', async () => {
    await keep({ promptRetention: 200, retention: 24 });
    const generation = await make('an owl in the moonlight');
    clock.forward(30);
    await sweep();
    expect((await page(`generations/${generation.id}`)).status).to.equal(404);
    expect((await page('generations')).text).to.not.contain('an owl in the moonlight');
    const images = await creator.portal.service(UnitOfWork).read((reader) => reader.query('SELECT id FROM ai_creator_image'));
    expect(images).to.deep.equal([]);
    expect((await page('create')).text).to.contain('an owl in the moonlight');
    expect((await page(`create?from=${generation.id}`)).text).to.contain('>an owl in the moonlight</textarea>');
    clock.forward(200);
    expect((await page(`create?from=${generation.id}`)).status).to.equal(404);
    await sweep();
    expect(await descriptions()).to.deep.equal([]);
  });

  it('leaves no byte of them in the database afterwards, and none in a log', async () => {
    await keep({ promptRetention: 24, retention: 24 });
    const words = ['Quizzical', 'Zephyrous', 'Labyrinth', 'Xylophone'].map((word) => `${word}Canary`);
    const [failing = '', discarded = '', waiting = '', added = ''] = words;
    creator.sandbox.next('moderation-blocked');
    await make(longText(failing));
    await discard((await make(longText(discarded))).id);
    await make(longText(waiting));
    await creator.addAll(await make(longText(added)));
    for (const word of words) expect(await filesWith(word), word).to.not.deep.equal([]);
    clock.forward(25);
    await sweep();
    for (const word of [failing, discarded, waiting]) expect(await filesWith(word), word).to.deep.equal([]);
    expect(await filesWith(added), 'the document keeps its own').to.not.deep.equal([]);
    const entries = await creator.portal
      .service(UnitOfWork)
      .read((reader) => reader.query<{ after: string }>("SELECT after FROM portico_audit WHERE area = 'ai-creator'"));
    expect(entries.length).to.be.greaterThan(4);
    expect(JSON.stringify(entries).toLowerCase(), 'the audit log').to.not.contain(added.toLowerCase());
    for (const word of words) expect(creator.portal.log()).to.not.contain(word);
    const usage = await creator.portal
      .service(UnitOfWork)
      .read((reader) => reader.query<{ error: string }>('SELECT error_code AS error FROM ai_usage_entry WHERE error_code > 0'));
    expect(usage, 'what was used is still known').to.deep.equal([{ error: 'declined' }]);
  });
});
