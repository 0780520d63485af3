import { expect } from 'chai';
import { csvStream, pages as pagesOf, textStream, yielding } from '../../util/index.js';

/** Answers like an embedded database: at once, although it is awaited. */
async function* pages(): AsyncGenerator<string> {
  for (let page = 0; page < 10; page += 1) {
    const rows = await Promise.resolve(Array.from({ length: 100 }, (_, row) => `${page}.${row}`));
    yield* rows;
  }
}

async function* rows(): AsyncGenerator<readonly string[]> {
  for await (const text of pages()) yield [text];
}

/** How many turns the event loop took while all of it was read as fast as it came. */
async function turnsDuring(items: AsyncIterable<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    if (isOver) return;
    turns += 1;
    setImmediate(turn);
  };
  setImmediate(turn);
  for await (const _ of items);
  isOver = true;
  return turns;
}

describe('A stream that is read as fast as it comes', () => {
  const streams: Readonly<Record<string, () => AsyncIterable<unknown>>> = {
    'of rows as CSV': () => csvStream(rows()),
    'of text': () => textStream(pages()),
    'of anything': () => yielding(pages()),
  };
  for (const [name, open] of Object.entries(streams)) {
    it(`${name} lets the event loop turn after every hundred`, async () => {
      expect(await turnsDuring(open())).to.be.at.least(9);
    });
  }

  it('of pages lets the event loop turn after each, and goes on after the last key', async () => {
    const keys = Array.from({ length: 1000 }, (_, index) => String(index).padStart(4, '0'));
    const asked: string[] = [];
    const read = (after: string): readonly string[] => {
      asked.push(after);
      return keys.filter((key) => key > after).slice(0, 100);
    };
    expect(await turnsDuring(pagesOf(read, (key) => key))).to.be.at.least(9);
    expect(asked).to.deep.equal(['', ...Array.from({ length: 10 }, (_, index) => `${String(index).padStart(2, '0')}99`)]);
    const all: string[] = [];
    for await (const page of pagesOf(read, (key) => key)) all.push(...page);
    expect(all).to.deep.equal(keys);
  });

  it('has everything, in its order', async () => {
    const all: string[] = [];
    for await (const text of yielding(pages())) all.push(text);
    expect(all).to.have.lengthOf(1000);
    expect([all[0], all[999]]).to.deep.equal(['0.0', '9.99']);
  });

  it('ends what it reads from when its reader leaves', async () => {
    let ended = false;
    async function* watched(): AsyncGenerator<number> {
      try {
        for (let item = 0; ; item += 1) yield item;
      } finally {
        ended = true;
      }
    }
    for await (const item of yielding(watched())) if (item === 250) break;
    expect(ended).to.equal(true);
  });
});
