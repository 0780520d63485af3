import { expect } from 'chai';
import { csvStream, textStream, yielding } from '../../util/index.js';

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
