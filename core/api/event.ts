import { type Disposable, toDisposable } from './disposable.js';

/** Subscribes a listener; dispose the answer to unsubscribe. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The owner's end of an event. A listener that throws does not keep the others from hearing. */
export class Emitter<T> implements Disposable {
  private static living = 0;
  private readonly listeners = new Set<(value: T) => void>();

  /** How many listeners all emitters of this process have. Whatever comes and goes leaves it as it was; tests compare. */
  static get livingListeners(): number {
    return Emitter.living;
  }

  /** @param onError told when a listener throws; by default the error is swallowed by nobody: it is thrown in a microtask. */
  constructor(private readonly onError: (error: unknown) => void = rethrowLater) {}

  get listenerCount(): number {
    return this.listeners.size;
  }

  readonly event: Event<T> = (listener) => {
    const entry = (value: T): void => listener(value);
    this.listeners.add(entry);
    Emitter.living += 1;
    return toDisposable(() => {
      if (this.listeners.delete(entry)) Emitter.living -= 1;
    });
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.onError(error);
      }
    }
  }

  dispose(): void {
    Emitter.living -= this.listeners.size;
    this.listeners.clear();
  }
}

function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
