import { expect } from 'chai';
import { createPortal, removeHomes, type TestPortal } from './fixtures/portal.js';

describe('What transactions announce', () => {
  let portal: TestPortal;

  beforeEach(async () => {
    portal = await createPortal();
  });
  afterEach(() => portal.close());
  after(removeHomes);

  const announce = (topic: string, key: string, fails = false): Promise<void> =>
    portal.unitOfWork.write(async (transaction) => {
      transaction.announce(topic, key);
      if (fails) throw new Error('undone');
    });

  it('is heard by topic before the one who wrote goes on, and never of what was undone', async () => {
    const heard: string[] = [];
    portal.announcements.on('shelf.books', (key) => heard.push(key));
    await announce('shelf.books', 'one');
    expect(heard).to.deep.equal(['one']);
    await announce('shelf.plants', 'two');
    await announce('shelf.books', 'three', true).catch(() => undefined);
    expect(heard).to.deep.equal(['one']);
  });

  it('is heard by others when a listener fails, which is logged, and no more by who has gone', async () => {
    const heard: string[] = [];
    portal.announcements.on('shelf.books', () => {
      throw new Error('fell over');
    });
    const listening = portal.announcements.on('shelf.books', (key) => heard.push(key));
    await announce('shelf.books', 'one');
    await listening.dispose();
    await announce('shelf.books', 'two');
    expect(heard).to.deep.equal(['one']);
    expect(portal.log.lines.map(({ message }) => message)).to.include(
      'A listener to what changed failed; its memory may be old.',
    );
  });
});
