import { type Disposable, type ModuleState, toDisposable } from '../api/index.js';

/** What the gate answers a request that wants into a module. `leave` is called once per `entered`, when the request has ended. */
export type GateDecision =
  | { readonly kind: 'entered'; leave(): void }
  /**
   * @property retryAfter seconds.
   * @property why `coming`: it may be there in a moment; `stopped`: an operator stopped it; `down`: it cannot run as things are.
   */
  | { readonly kind: 'unavailable'; readonly retryAfter: number; readonly why: 'coming' | 'stopped' | 'down' }
  | { readonly kind: 'absent' };

/** Counts the requests inside one start of a module, and closes: then no more come in, and whoever stops the module knows when the last has left. */
export class RequestCounter {
  private inside = 0;
  private closed = false;
  private whenEmpty: (() => void) | undefined;

  get count(): number {
    return this.inside;
  }

  /** Counts one more until what it answers is disposed; undefined when closed. */
  enter(): Disposable | undefined {
    if (this.closed) return undefined;
    this.inside += 1;
    return toDisposable(() => {
      this.inside -= 1;
      if (this.inside === 0) this.whenEmpty?.();
    });
  }

  /** Lets nobody in any more, and resolves when the last one has left. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.inside > 0)
      await new Promise<void>((resolve) => {
        this.whenEmpty = resolve;
      });
  }
}

/** What the gate must know about a module. */
export interface GateState {
  readonly state: ModuleState;
  /** Whether the state is on its way to another one, so that waiting makes sense. */
  readonly moving: boolean;
  /** Whether an operator stopped it. */
  readonly stopped: boolean;
  /** Whether a change of the set of modules is not decided yet: whatever comes of it, a version will answer. */
  readonly isUndecided?: boolean;
  /** Counter of the run that takes requests now, if there is one. */
  readonly requests: RequestCounter | undefined;
}

/** How long who waits for such a decision waits at most. */
const undecidedMillis = 60_000;
const secondsWhileMoving = 2;
const secondsWhileAway = 30;

/** Lets requests into active modules, holds them while a module starts, and turns them away in time. */
export class ModuleGate {
  private readonly holding = new Set<() => void>();

  constructor(
    private readonly stateOf: (moduleId: string) => GateState | undefined,
    private readonly gateMillis: number,
  ) {}

  /** An answer at once wherever there is one: most requests go into active modules. */
  enter(moduleId: string): GateDecision | Promise<GateDecision> {
    return this.decide(moduleId) ?? this.hold(moduleId);
  }

  /** Something moved: everybody who is held looks again. */
  wake(): void {
    for (const look of [...this.holding]) look();
  }

  get held(): number {
    return this.holding.size;
  }

  /** Undefined while waiting makes sense. */
  private decide(moduleId: string): GateDecision | undefined {
    const module = this.stateOf(moduleId);
    if (module === undefined || module.state === 'disabled') return { kind: 'absent' };
    const inside = module.state === 'active' ? module.requests?.enter() : undefined;
    if (inside !== undefined) return { kind: 'entered', leave: () => void inside.dispose() };
    if (module.moving) return undefined;
    return { kind: 'unavailable', retryAfter: secondsWhileAway, why: module.stopped ? 'stopped' : 'down' };
  }

  private hold(moduleId: string): Promise<GateDecision> {
    return new Promise((resolve) => {
      const answer = (decision: GateDecision): void => {
        clearTimeout(timer);
        this.holding.delete(look);
        resolve(decision);
      };
      const look = (): void => {
        const decision = this.decide(moduleId);
        if (decision !== undefined) answer(decision);
      };
      const giveUp = (): void => answer({ kind: 'unavailable', retryAfter: secondsWhileMoving, why: 'coming' });
      let timer = setTimeout(() => {
        if (this.stateOf(moduleId)?.isUndecided) timer = setTimeout(giveUp, undecidedMillis);
        else giveUp();
      }, this.gateMillis);
      this.holding.add(look);
    });
  }
}
