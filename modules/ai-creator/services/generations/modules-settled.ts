import { type Disposable, inject, injectable, Modules, toDisposable } from '@portico/core';

/** Tells when the modules that start together are there: until then nobody knows which one makes the images. */
@injectable()
export class ModulesSettled {
  constructor(@inject(Modules) private readonly modules: Modules) {}

  /** Calls once, when no module is on its way, the own one included. */
  once(work: () => void): Disposable {
    let isOver = false;
    const look = (): void => {
      if (isOver || !this.areSettled()) return;
      changes.dispose();
      isOver = true;
      work();
    };
    // The next ones begin in the same turn in which one has started.
    const changes = this.modules.onDidChange(() => void setImmediate(look));
    setImmediate(look);
    return toDisposable(() => {
      isOver = true;
      changes.dispose();
    });
  }

  private areSettled(): boolean {
    return !this.modules.list().some(({ state }) => state === 'starting' || state === 'stopping');
  }
}
