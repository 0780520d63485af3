import { type ServiceToken, serviceToken } from './tokens.js';

/** Something that can be taken back. `dispose` may be called more than once; only the first call acts. */
export interface Disposable {
  dispose(): void | Promise<void>;
}

/** Makes a disposable of a function, which then runs at most once. */
export function toDisposable(release: () => void | Promise<void>): Disposable {
  let done = false;
  return {
    dispose: () => {
      if (done) return;
      done = true;
      return release();
    },
  };
}

/** What goes with the stop of a module; a class that listens from its making asks for it: `@inject(Lifetime) lifetime: Lifetime`. */
export interface Lifetime {
  /** Disposes of it when the module has stopped, last-in-first-out; at once when it has already. Answers what it was given. */
  add<D extends Disposable>(item: D): D;
}
export const Lifetime: ServiceToken<Lifetime> = serviceToken('portico.lifetime');

/**
 * Collects what must be taken back and does so last-in-first-out, each step in its own try.
 * After `dispose`, whatever is added is disposed at once.
 */
export class DisposableStore implements Disposable {
  private readonly items: Disposable[] = [];
  private disposed = false;

  /** @param onError told of each step that threw; without it errors are collected and thrown as one AggregateError. */
  constructor(private readonly onError?: (error: unknown) => void) {}

  get size(): number {
    return this.items.length;
  }

  add<D extends Disposable>(item: D): D {
    if (this.disposed) void item.dispose();
    else this.items.push(item);
    return item;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    const errors: unknown[] = [];
    for (let item = this.items.pop(); item; item = this.items.pop()) {
      try {
        await item.dispose();
      } catch (error) {
        if (this.onError) this.onError(error);
        else errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Some things could not be disposed.');
  }
}
