import { AccessContexts, type Reader, type SqlValue, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import type { Document } from '../api/index.js';
import { DocumentList, type ListOrder, sortKeys } from '../services/document-list.js';
import { everything } from '../services/visibility.js';
import { author, base, Library, picture } from '../testing/index.js';

interface ListAnswer {
  readonly folders: readonly { readonly id: string; readonly name: string }[];
  readonly documents: readonly { readonly id: string; readonly name: string }[];
  readonly previous?: string;
  readonly next?: string;
}

describe('Working in Documents and Media', () => {
  let library: Library;

  before(async () => {
    library = await Library.open();
  });

  after(() => library.close());

  async function list(query: Readonly<Record<string, string>>): Promise<ListAnswer> {
    const answer = await library.get(`${base}/api/documents?${new URLSearchParams(query)}`).expect(200);
    return answer.body as ListAnswer;
  }

  it('pages 3 folders and 45 documents by key, forwards and backwards, without losing or repeating one', async () => {
    const shelf = await library.documents.ensureFolder(library.system(), 'Shelf');
    for (const name of ['c', 'a', 'b']) await library.documents.ensureFolder(library.system(), name, shelf.id);
    const wanted: string[] = [];
    for (let index = 0; index < 45; index += 1) {
      const name = `paper-${String((index * 7) % 45).padStart(2, '0')}.txt`;
      await library.add({ name, folderId: shelf.id });
      wanted.unshift(name);
    }
    for (const order of ['newest', 'name']) {
      const pages: string[][] = [];
      let next: string | undefined;
      let last: ListAnswer | undefined;
      do {
        last = await list({ folder: shelf.id, order, ...(next ? { after: next } : {}) });
        pages.push([...last.folders, ...last.documents].map(({ name }) => name));
        next = last.next;
      } while (next && pages.length < 5);
      expect(pages.map(({ length }) => length)).to.deep.equal([20, 20, 8]);
      expect(pages.flat()).to.deep.equal(['a', 'b', 'c', ...(order === 'name' ? [...wanted].sort() : wanted)]);
      const back: string[][] = [];
      let previous = last.previous;
      while (previous && back.length < 5) {
        const page = await list({ folder: shelf.id, order, before: previous });
        back.unshift([...page.folders, ...page.documents].map(({ name }) => name));
        previous = page.previous;
      }
      expect(back).to.deep.equal(pages.slice(0, 2));
    }
  });

  it('sorts by name, time of change, size and type, both ways, and pages by key in each', async () => {
    const heap = await library.documents.ensureFolder(library.system(), 'Heap');
    for (const name of ['y', 'x']) await library.documents.ensureFolder(library.system(), name, heap.id);
    const types = ['a.txt', 'b.csv', 'c.md'];
    for (let index = 0; index < 45; index += 1) {
      const name = `${String((index * 7) % 45).padStart(2, '0')}-${types[index % 3]}`;
      await library.add({ name, folderId: heap.id, content: Buffer.from('x'.repeat(1 + ((index * 11) % 15))) });
    }
    const facts = new Map<string, { readonly size: number; readonly mimeType: string; readonly modifiedAt: string }>();
    const walk = async (order: string, direction: string, key: 'after' | 'before', from?: string): Promise<ListAnswer[]> => {
      const pages: ListAnswer[] = [];
      let cursor = from;
      do {
        const page = await list({ folder: heap.id, order, direction, ...(cursor ? { [key]: cursor } : {}) });
        pages.push(page);
        for (const document of page.documents) facts.set(document.name, document as never);
        cursor = key === 'after' ? page.next : page.previous;
      } while (cursor && pages.length < 5);
      return pages;
    };
    const names = (pages: readonly ListAnswer[]): string[] =>
      pages.flatMap((page) => [...page.folders, ...page.documents].map(({ name }) => name));
    const keyOf = (order: string, name: string): string | number => {
      const { size = 0, mimeType = '', modifiedAt = '' } = facts.get(name) ?? {};
      return order === 'name' ? name : order === 'size' ? size : order === 'type' ? mimeType : modifiedAt;
    };
    for (const order of ['name', 'modified', 'size', 'type'])
      for (const direction of ['asc', 'desc']) {
        const pages = await walk(order, direction, 'after');
        const all = names(pages);
        expect(all.slice(0, 2), order).to.deep.equal(order === 'name' && direction === 'desc' ? ['y', 'x'] : ['x', 'y']);
        expect(new Set(all).size, `${order} ${direction}`).to.equal(47);
        const keys = all.slice(2).map((name) => keyOf(order, name));
        const sign = direction === 'asc' ? 1 : -1;
        const sorted = [...keys].sort((left, right) => sign * (left < right ? -1 : left > right ? 1 : 0));
        expect(keys, `${order} ${direction}`).to.deep.equal(sorted);
        const last = pages.at(-1);
        const back = (await walk(order, direction, 'before', last?.previous)).reverse();
        expect(names([...back, last as ListAnswer]), `${order} ${direction} backwards`).to.deep.equal(all);
      }
  });

  it('says how many entries a folder has, also after each way in which they come, move and go', async () => {
    const here = await library.documents.ensureFolder(library.system(), 'Counted');
    const there = await library.documents.ensureFolder(library.system(), 'Elsewhere');
    const ids: string[] = [];
    for (let index = 0; index < 24; index += 1)
      ids.push((await library.add({ name: `sheet-${index}.txt`, folderId: here.id })).id);
    const said = async (): Promise<string | undefined> => {
      const page = await library.get(`${base}?folder=${here.id}`).expect(200);
      return />(\d+ of [\d,]+)</.exec(page.text)?.[1];
    };
    expect(await said()).to.equal('20 of 24');
    await library.add({ name: 'one-more.txt', folderId: here.id });
    expect(await said()).to.equal('20 of 25');
    const folder = await library.documents.ensureFolder(library.system(), 'Inner', here.id);
    expect(await said()).to.equal('20 of 26');
    await library.form(`${base}/folders/${folder.id}/delete`, {}).expect(303);
    expect(await said()).to.equal('20 of 25');
    await library.form(`${base}/documents/${ids[0]}/move`, { to: there.id }).expect(303);
    expect(await said()).to.equal('20 of 24');
    await library.form(`${base}/documents/${ids[1]}/delete`, {}).expect(303);
    expect(await said()).to.equal('20 of 23');
    await library.add({ name: 'not-here.txt', folderId: there.id });
    expect(await said()).to.equal('20 of 23');
  });

  it('sorts by reading one index in order, whatever the order, and counts in one', async () => {
    const unitOfWork = library.portal.service(UnitOfWork);
    const asked: string[] = [];
    const watchedWork = {
      ...unitOfWork,
      read: (work: (reader: Reader) => Promise<unknown>) =>
        unitOfWork.read((reader) =>
          work({
            repository: reader.repository.bind(reader),
            query: async (sql: string, values: SqlValue[]) => {
              const plan = await reader.query<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, values);
              asked.push(plan.map(({ detail }) => detail).join('; '));
              return reader.query(sql, values);
            },
          } as never),
        ),
    };
    const unkept = { of: (_site: string, _folder: string, count: () => Promise<unknown>) => count() };
    const access = library.system();
    const key = '0190a0a0-0000-7000-8000-000000000000';
    const some = { key: 'some', sql: () => ' AND rule_id IN (?, ?)', values: ['', key], sees: () => false };
    for (const sight of [everything, some]) {
      asked.length = 0;
      const seeing = { enter: () => ({ id: library.home.id, site: library.home, sight }) };
      const watched = new DocumentList(watchedWork as never, unkept as never, seeing as never);
      for (const order of Object.keys(sortKeys) as ListOrder[])
        for (const metadata of [undefined, 'provenance'])
          for (const after of [undefined, `d~${key}~7`])
            await watched.page(access, { order, metadata, limit: 20, ...(after && { after }) });
      const walks = asked.filter((plan) => plan.includes('documents_media_document'));
      expect(walks.length).to.be.at.least(20);
      expect(walks.filter((plan) => /TEMP B-TREE|SCAN documents/.test(plan))).to.deep.equal([]);
      asked.length = 0;
      const paged = { folders: [], documents: [], previous: undefined, next: 'd' };
      for (const query of [{}, { search: 'word' }, { metadata: 'provenance' }, { search: 'word', metadata: 'provenance' }])
        await watched.total(access, { order: 'name', limit: 20, ...query }, paged);
      expect(asked).to.have.length(6);
      // Folders are few.
      const counts = sight === everything ? asked : asked.filter((plan) => plan.includes('_document'));
      expect(counts.filter((plan) => !plan.includes('USING COVERING INDEX'))).to.deep.equal([]);
    }
  });

  it('says to programs how many entries a folder has, also after a change, and of searches only what is known anyway', async () => {
    const folder = await library.documents.ensureFolder(library.system(), 'Known Totals');
    const add = (index: number): Promise<Document> =>
      library.add({ name: `uncommon-${index}.txt`, folderId: folder.id, content: Buffer.from('x') });
    const [first] = await Promise.all(Array.from({ length: 22 }, (_, index) => add(index)));
    const total = async (query: Readonly<Record<string, string>>): Promise<unknown> =>
      (await library.get(`${base}/api/documents`).query(query).expect(200)).body.total;
    expect(await total({ folder: folder.id })).to.equal(22);
    expect(await total({ folder: folder.id, order: 'size' })).to.equal(22);
    await add(22);
    expect(await total({ folder: folder.id })).to.equal(23);
    await library.form(`${base}/documents/${first?.id}/delete`).expect(303);
    expect(await total({ folder: folder.id })).to.equal(22);
    expect(await total({ q: 'uncommon-7' })).to.equal(1);
    expect(await total({ q: 'uncommon' })).to.equal(undefined);
  });

  it('keeps the order while searching, says how many there are, and remembers cards or table', async () => {
    const many = await library.documents.ensureFolder(library.system(), 'Countable');
    for (let index = 0; index < 23; index += 1)
      await library.add({ name: `countable-${index}.txt`, folderId: many.id, content: Buffer.from('x'.repeat(index + 1)) });
    const visitor = await library.portal.signIn(author);
    const page = async (query: string): Promise<string> => (await visitor.get(`${base}?${query}`).expect(200)).text;
    expect(await page(`folder=${many.id}`)).to.include('20 of 23');
    const found = await page('q=countable-&order=size');
    expect(found)
      .to.include('20 of 23')
      .and.to.include('By size')
      .and.to.match(/name="order" value="size"/);
    expect(found.indexOf('countable-22.txt')).to.be.below(found.indexOf('countable-9.txt'));
    expect((await list({ q: 'countable-', order: 'size', direction: 'asc' })).documents[0]?.name).to.equal('countable-0.txt');
    expect(await page('q=countable-22')).to.include('1 entry');
    expect(await page('')).not.to.include('<table');
    const chosen = await visitor.get(`${base}?view=table`).expect(200);
    const [, expires = ''] =
      /^portico-documents-media-view=table; path=\/; expires=([^;]+); samesite=lax; httponly$/.exec(
        chosen.headers['set-cookie']?.[0] ?? '',
      ) ?? [];
    expect(Date.parse(expires) - Date.now()).to.be.within(364 * 86_400_000, 366 * 86_400_000);
    expect(await page(`folder=${many.id}`))
      .to.include('<table')
      .and.to.include('aria-label="countable-22.txt"');
    await page('view=cards');
    expect(await page('')).not.to.include('<table');
  });

  it('goes on from a document that was deleted meanwhile', async () => {
    const box = await library.documents.ensureFolder(library.system(), 'Box');
    for (let index = 0; index < 21; index += 1) await library.add({ name: `${index}.txt`, folderId: box.id });
    const first = await list({ folder: box.id });
    await library.form(`${base}/documents/${first.documents.at(-1)?.id}/delete`).expect(303);
    const second = await list({ folder: box.id, after: first.next ?? '' });
    expect(second.documents.map(({ name }) => name)).to.deep.equal(['0.txt']);
  });

  it('finds words anywhere in names and alternative texts, whatever their case and accents', async () => {
    const box = await library.documents.ensureFolder(library.system(), 'Straßen und Wege');
    for (const [name, altText] of [
      ['holiday-beach-2026.png', ''],
      ['P1020034.png', 'A brown Dog on the pier of Łódź'],
      ['ΟΔΥΣΣΕΥΣ.png', ''],
      ['İstanbul.png', ''],
      ['U\u0308bung.png', ''],
      ['ドラゴン.png', ''],
      ['50% off_now.png', ''],
    ] as const)
      await library.add({ name, altText, folderId: box.id, content: await picture(9, 9) });
    const found = async (q: string): Promise<string[]> => {
      const { folders, documents } = await list({ q });
      return [...folders, ...documents].map(({ name }) => name);
    };
    for (const [q, name] of [
      ['beach', 'holiday-beach-2026.png'],
      ['BEACH 2026', 'holiday-beach-2026.png'],
      ['brown dog', 'P1020034.png'],
      ['lodz PIER', 'P1020034.png'],
      ['STRASSEN', 'Straßen und Wege'],
      ['οδυσσεύς', 'ΟΔΥΣΣΕΥΣ.png'],
      ['istanbul', 'İstanbul.png'],
      ['ISTANBUL', 'İstanbul.png'],
      ['übung', 'Übung.png'],
      ['u\u0308BUNG', 'Übung.png'],
      ['ラゴ', 'ドラゴン.png'],
      ['50%', '50% off_now.png'],
      ['f_n', '50% off_now.png'],
    ] as const)
      expect(await found(q), q).to.deep.equal([name]);
    for (const q of ['beach dog', 'トラコン', '5_%', '\u200d', "' OR 1=1 --"]) expect(await found(q), q).to.deep.equal([]);
    const [{ id } = { id: '' }] = (await list({ q: 'holiday' })).documents;
    await library.form(`${base}/documents/${id}`, { name: 'holiday-2026.png', altText: 'Waves at the Côte' }).expect(303);
    expect(await found('beach')).to.deep.equal([]);
    expect(await found('cote')).to.deep.equal(['holiday-2026.png']);
    const [{ id: signs } = { id: '' }] = (await list({ q: '50%' })).documents;
    await library.form(`${base}/documents/${signs}/delete`).expect(303);
    await library.form(`${base}/folders/${box.id}/rename`, { name: 'Gassen' }).expect(303);
    expect(await found('strassen')).to.deep.equal([]);
    expect(await found('GASSEN')).to.deep.equal(['Gassen']);
    expect((await library.get(`${base}/selector?type=image&return=image-url&q=cote`)).text).to.include('holiday-2026.png');
  });

  it('pages what was found by name, forwards and backwards', async () => {
    for (let index = 0; index < 25; index += 1) await library.add({ name: `x${String(index).padStart(2, '0')} needle.txt` });
    const first = await list({ q: 'needle' });
    const second = await list({ q: 'needle', after: first.next ?? '' });
    const back = await list({ q: 'needle', before: second.previous ?? '' });
    expect(first.documents.map(({ name }) => name.slice(0, 3))).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => `x${String(index).padStart(2, '0')}`),
    );
    expect(second.documents).to.have.lengthOf(5);
    expect(back.documents).to.deep.equal(first.documents);
  });

  it('searches the whole site by the beginning of a name', async () => {
    const deep = await library.documents.ensureFolder(library.system(), 'Deep');
    await library.add({ name: 'Zebra one.txt', folderId: deep.id });
    await library.add({ name: 'zebra TWO.txt' });
    await library.documents.ensureFolder(library.system(), 'Zebras');
    const found = await list({ q: 'ZEBRA' });
    expect(found.folders.map(({ name }) => name)).to.deep.equal(['Zebras']);
    expect(found.documents.map(({ name }) => name)).to.deep.equal(['Zebra one.txt', 'zebra TWO.txt']);
    expect((await list({ q: '%' })).documents).to.deep.equal([]);
  });

  it('shows the list as cards and as a table, folders first', async () => {
    await library.add({ name: 'card.png', content: await picture(100, 60) });
    const cards = await library.get(base).expect(200);
    expect(cards.text).to.include('class="cards"').and.include('/thumbnail"').and.not.include('<table');
    const table = await library.get(`${base}?view=table`).expect(200);
    expect(table.text).to.include('<table').and.include('card.png').and.include('PNG image');
    expect(table.text.indexOf('Shelf')).to.be.below(table.text.indexOf('card.png'));
  });

  it('makes, renames and moves folders, and says so', async () => {
    const made = await library.form(`${base}/folders/new`, { name: ' Travel ' }).expect(303);
    const id = new URL(made.headers.location ?? '', library.portal.url).searchParams.get('folder') ?? '';
    const page = await library.get(made.headers.location ?? '').expect(200);
    expect(page.text).to.include('The folder Travel was made.').and.include('Nothing here yet');
    await library.form(`${base}/folders/${id}/rename`, { name: 'Journeys' }).expect(303);
    const inside = await library.documents.ensureFolder(library.system(), 'Inside', id);
    expect((await library.form(`${base}/folders/${id}/move`, { to: inside.id }).expect(400)).text).to.include(
      'cannot be moved into itself',
    );
    await library.form(`${base}/folders/${inside.id}/move`, { to: '' }).expect(303);
    expect((await list({ q: 'inside' })).folders).to.have.lengthOf(1);
    expect((await library.documents.folder(library.system(), inside.id)).parentId).to.equal(undefined);
  });

  it('refuses a folder name that is taken, and keeps what was typed', async () => {
    await library.documents.ensureFolder(library.system(), 'Taken');
    const answer = await library.form(`${base}/folders/new`, { name: 'TAKEN' }).set('Accept', 'text/html').expect(409);
    expect(answer.text).to.include('There is already a folder named Taken here').and.include('value="TAKEN"');
    const json = await library.form(`${base}/folders/new`, { name: 'a/b' }).set('Accept', 'application/json').expect(400);
    expect(JSON.stringify(json.body)).to.include('slashes');
  });

  it('deletes a folder only when it is empty, and says what is inside', async () => {
    const full = await library.documents.ensureFolder(library.system(), 'Full');
    const { id } = await library.add({ name: 'inside.txt', folderId: full.id });
    const question = await library.get(`${base}/folders/${full.id}/delete`).expect(200);
    expect(question.text).to.include('it holds one document.');
    await library.form(`${base}/folders/${full.id}/delete`).expect(409);
    await library.form(`${base}/documents/${id}/delete`).expect(303);
    await library.form(`${base}/folders/${full.id}/delete`).expect(303);
    await library.get(`${base}?folder=${full.id}`).expect(404);
  });

  it('calls a folder that is missing a folder, on every page and where there is no site', async () => {
    const sentence = 'This folder does not exist, or you may not see it.';
    for (const path of [
      '?folder=gone',
      '/folders/gone/rename',
      '/folders/new?folder=gone',
      '/upload?folder=gone',
      '/selector?folder=gone&type=image&return=image-url',
    ])
      expect((await library.get(`${base}${path}`).set('Accept', 'text/html').expect(404)).text, path).to.contain(sentence);
    const nowhere = library.portal.service(AccessContexts).system();
    const told: string[] = [];
    for (const ask of [() => library.documents.folder(nowhere, 'gone'), () => library.documents.ensureFolder(nowhere, 'New')])
      await Promise.resolve()
        .then(ask)
        .catch((error: Error) => told.push(error.message));
    expect(told).to.deep.equal([sentence, sentence]);
  });

  it('renames a document and saves its alternative text; a name cannot claim another type', async () => {
    const { id } = await library.add({ name: 'before.png', content: await picture(50, 50) });
    const path = `${base}/documents/${id}`;
    await library.form(path, { name: 'after.png', altText: 'A grey\n square' }).expect(303);
    expect(await library.documents.find(library.system(), id)).to.include({ name: 'after.png', altText: 'A grey square' });
    const refused = await library.form(path, { name: 'after.html', altText: 'typed' }).set('Accept', 'text/html').expect(415);
    expect(refused.text).to.include('after.html is an image').and.include('value="after.html"').and.include('typed');
    const tooLong = await library
      .form(path, { name: 'after.png', altText: 'x'.repeat(1001) })
      .set('Accept', 'text/html')
      .expect(400);
    expect(tooLong.text).to.include('at most 1000 characters');
  });

  it('moves a document through the folder picker, and refuses a place where its name is taken', async () => {
    const target = await library.documents.ensureFolder(library.system(), 'Target');
    const { id } = await library.add({ name: 'mover.txt' });
    const picker = await library.get(`${base}/documents/${id}/move?to=${target.id}`).expect(200);
    expect(picker.text).to.include('Move to Target');
    const moved = await library.form(`${base}/documents/${id}/move`, { to: target.id }).expect(303);
    expect((await library.get(moved.headers.location ?? '')).text).to.include('mover.txt was moved to Target.');
    const second = await library.add({ name: 'MOVER.txt' });
    const answer = await library
      .form(`${base}/documents/${second.id}/move`, { to: target.id })
      .set('Accept', 'text/html')
      .expect(409);
    expect(answer.text).to.include('There is already a document named mover.txt');
  });

  it('deletes a document with its versions, thumbnail and files', async () => {
    const { id } = await library.add({ name: 'gone.png', content: await picture(700, 500), original: await picture(900, 500) });
    const path = `${base}/documents/${id}`;
    await library.get(`${path}/thumbnail`).expect(200);
    expect((await library.get(`${path}/delete`).expect(200)).text).to.include('This cannot be undone');
    await library.form(`${path}/delete`).expect(303);
    for (const address of [path, `${path}/download`, `${path}/thumbnail`, `${path}/versions/1.0/download`]) {
      await library.get(address).expect(404);
    }
    const doctor = await library.portal.command(['doctor']);
    expect(doctor.exitCode, doctor.out + doctor.err).to.equal(0);
  });

  it('shows members who may only look the document without its tools', async () => {
    const { id } = await library.add({ name: 'look.txt' });
    const guest = library.portal.agent();
    const page = await guest.get(`${base}/documents/${id}`).expect(200);
    expect(page.text)
      .to.include('look.txt')
      .and.not.include('/move"')
      .and.not.include('/delete"')
      .and.not.include('name="altText"');
  });

  it('keeps what modules store with a document, also of a kind that nobody brings', async () => {
    const metadata = { licence: { name: 'CC BY 4.0' } };
    const { id } = await library.add({ name: 'licensed.txt', metadata });
    expect((await library.get(`${base}/api/documents/${id}`).expect(200)).body.licence).to.deep.equal(metadata.licence);
    expect((await library.documents.find(library.system(), id)).metadata).to.deep.equal(metadata);
    expect((await library.get(`${base}/documents/${id}`).expect(200)).text)
      .to.include('licensed.txt')
      .and.not.include('CC BY');
    await library.get(`${base}/documents/${id}/licence`).expect(404);
    await library.get(`${base}?only=licensed`).expect(400);
    expect(await library.documents.similar(library.system(), 'licence', 'CC BY 4.0')).to.deep.equal([]);
  });

  it('refuses queries that do not exist', async () => {
    await library.get(`${base}?order=colour`).expect(400);
    await library.get(`${base}?order=size&direction=sideways`).expect(400);
    await library.get(`${base}?surprise=1`).expect(400);
    await library.get(`${base}?after=nonsense`).expect(200);
  });
});
