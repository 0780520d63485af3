import { expect } from 'chai';
import { type CsvRow, csvStream } from '../util/index.js';

async function textOf(rows: Iterable<CsvRow> | AsyncIterable<CsvRow>): Promise<string> {
  let text = '';
  for await (const piece of csvStream(rows)) text += piece;
  return text;
}

describe('CSV', () => {
  it('has one line for each row, with quotes where they are needed', async () => {
    expect(
      await textOf([
        ['a', 'b c', 1.5, -2, null, undefined, ''],
        ['x,y', 'say "hi"', 'two\nlines', 'and\rmore', 'é✓'],
      ]),
    ).to.equal('a,b c,1.5,-2,,,\r\n"x,y","say ""hi""","two\nlines","and\rmore",é✓\r\n');
  });

  it('makes text of what a spreadsheet would run as a formula', async () => {
    expect(await textOf([['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', "='a','b'", '1=1']])).to.equal(
      `'=1+1,'+1,'-1,'@SUM(A1),'\tx,"'\rx","'='a','b'",1=1\r\n`,
    );
  });

  it('asks for rows as they are read, and lets go of them when nobody reads on', async () => {
    let asked = 0;
    let isOver = false;
    async function* rows(): AsyncGenerator<CsvRow> {
      try {
        for (;;) {
          asked += 1;
          yield [asked, 'x'.repeat(1000)];
        }
      } finally {
        isOver = true;
      }
    }
    for await (const piece of csvStream(rows())) {
      expect(piece).to.match(/^1,x+\r\n/);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isOver).to.equal(true);
    expect(asked).to.be.below(200);
  });

  it('fails with its rows', async () => {
    async function* rows(): AsyncGenerator<CsvRow> {
      yield ['a'];
      throw new Error('The database is gone.');
    }
    await textOf(rows()).then(
      () => expect.fail('ended'),
      (error: Error) => expect(error.message).to.equal('The database is gone.'),
    );
  });
});
