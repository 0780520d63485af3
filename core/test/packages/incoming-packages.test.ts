import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { StagedPackages } from '../../packages/incoming-packages.js';
import { codeFrom, hours, KeptLog, MovableClock } from '../persistence/fixtures/portal.js';

describe('packages that are sent and wait for a decision', () => {
  let home: string;
  let clock: MovableClock;
  let log: KeptLog;
  let incoming: StagedPackages;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-incoming-'));
    clock = new MovableClock();
    log = new KeptLog();
    incoming = await StagedPackages.open(home, clock, log);
  });
  afterEach(async () => {
    await incoming.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  const files = (): readonly string[] => readdirSync(join(home, 'incoming'));
  /** Sends side by side; nothing has come in whole before all have begun. */
  const sendAtOnce = async (senders: readonly string[]): Promise<readonly string[]> => {
    const contents = senders.map(() => new PassThrough());
    const answers = senders.map((sender, index) => {
      const answer = incoming.receive(sender, `${index}.tgz`, contents[index] ?? Readable.from([]));
      return answer.then(
        () => 'kept',
        (error: { readonly code: string }) => error.code,
      );
    });
    for (const content of contents) content.end('a package');
    return Promise.all(answers);
  };
  const countOf = (answers: readonly string[], answer: string): number => answers.filter((each) => each === answer).length;

  it('are no more than there are places, also when all are sent side by side', async () => {
    const answers = await sendAtOnce(Array.from({ length: 100 }, (_, index) => `person ${index}`));
    expect([countOf(answers, 'kept'), countOf(answers, 'too-many-packages')]).to.deep.equal([20, 80]);
    expect(files().length).to.equal(20);
  });

  it('are no more of one person than three: what waits makes way, what still comes in does not', async () => {
    const answers = await sendAtOnce(Array.from({ length: 10 }, () => 'one'));
    expect([countOf(answers, 'kept'), countOf(answers, 'too-many-packages')]).to.deep.equal([3, 7]);
    expect(files().length).to.equal(3);
    const { id } = await incoming.receive('one', 'later.tgz', Readable.from(['later']));
    expect(incoming.find('one', id)?.name).to.equal('later.tgz');
    expect(files().length).to.equal(3);
  });

  it('cannot be found before they are whole, and give their place back when they are cut off', async () => {
    const content = new PassThrough();
    const cutOff = incoming.receive('one', 'cut.tgz', content);
    content.write('the first half');
    content.destroy(new Error('gone'));
    expect(
      await cutOff.then(
        () => 'kept',
        () => 'cut off',
      ),
    ).to.equal('cut off');
    expect(files()).to.deep.equal([]);
    expect(await sendAtOnce(['one', 'one', 'one'])).to.deep.equal(['kept', 'kept', 'kept']);
  });

  it('go after half an hour, and one that cannot be taken away keeps nobody from sending', async () => {
    const { id } = await incoming.receive('one', 'old.tgz', Readable.from(['old']));
    const file = join(home, 'incoming', id);
    rmSync(file);
    mkdirSync(file);
    clock.forward(hours(1));
    const next = incoming.receive('two', 'next.tgz', Readable.from(['next']));
    expect((await next).bytes).to.equal(4);
    expect(await codeFrom(incoming.source('one', id))).to.equal('not-found');
    expect(log.lines.map(({ message }) => message)).to.deep.equal([
      'A package that was sent could not be taken away; the next start does it.',
    ]);
  });
});
