import { expect } from 'chai';
import { every } from '../../util/index.js';

const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

describe('every', () => {
  it('works again and again, never twice at once, and not after it was disposed', async () => {
    let [runs, atOnce, most] = [0, 0, 0];
    const timer = every(
      1,
      async () => {
        runs += 1;
        atOnce += 1;
        most = Math.max(most, atOnce);
        await wait(5);
        atOnce -= 1;
      },
      0,
    );
    while (runs < 3) await wait(1);
    await timer.dispose();
    const after = runs;
    expect([atOnce, most]).to.deep.equal([0, 1]);
    await wait(20);
    expect(runs).to.equal(after);
  });

  it('waits, when it is disposed, for the work that runs', async () => {
    let isDone = false;
    let begun = (): void => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const timer = every(
      60_000,
      async () => {
        begun();
        await wait(20);
        isDone = true;
      },
      0,
    );
    await running;
    expect(isDone).to.equal(false);
    await timer.dispose();
    expect(isDone).to.equal(true);
  });

  it('does nothing when it is disposed before the first time', async () => {
    let runs = 0;
    const count = (): void => {
      runs += 1;
    };
    await every(1, count).dispose();
    await wait(10);
    expect(runs).to.equal(0);
  });
});
