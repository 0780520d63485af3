import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createPortal, removeHomes } from './fixtures/portal.js';

describe('erasing', () => {
  after(removeHomes);

  it('leaves nothing of what was deleted in the database and its log', async () => {
    const portal = await createPortal();
    const words = ['SmallCanary', 'LargeCanary', 'RewrittenCanary', 'KeptCanary'];
    const [small = '', large = '', rewritten = '', kept = ''] = words;
    const texts = [small, `${large} ${'and so on, '.repeat(3000)}${large}`, rewritten.repeat(20), kept];
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.query('CREATE TABLE letters (id integer PRIMARY KEY, text text NOT NULL)');
      for (const text of texts) await transaction.query('INSERT INTO letters (text) VALUES (?)', [text]);
    });
    const files = (): string =>
      ['portico.db', 'portico.db-wal'].map((name) => readFileSync(join(portal.home, name), 'latin1')).join('\n');
    for (const word of words) expect(files()).to.contain(word);
    await portal.unitOfWork.write(async (transaction) => {
      await transaction.query('DELETE FROM letters WHERE id < 3');
      await transaction.query("UPDATE letters SET text = 'short' WHERE id = 3");
    });
    expect(await portal.erasure.erase()).to.equal(true);
    for (const word of [small, large, rewritten]) expect(files(), word).to.not.contain(word);
    expect(files()).to.contain(kept);
    await portal.close();
  });
});
