import type { ApiError } from './api-error.js';
import { type Behaviour, type BehaviourName, behaviourIn } from './behaviours.js';
import type { EditOrder } from './edit-request.js';
import type { ImageOrder } from './image-request.js';

type Scripted = Behaviour | BehaviourName;

const inFull = (scripted: Scripted): Behaviour => (typeof scripted === 'string' ? { name: scripted } : scripted);

/** What the coming requests get, as they are scripted, one after the other; afterwards what their descriptions ask for. */
export class Script {
  private readonly forImages: Behaviour[];
  private readonly forLists: Behaviour[] = [];
  /** The descriptions whose `fewer` gave too few and has the error still to come. */
  private readonly short = new Set<string>();

  /** @param obeysDescriptions whether `[fail:…]` in a description counts. */
  constructor(
    first: readonly Scripted[],
    private readonly obeysDescriptions: boolean,
  ) {
    this.forImages = first.map(inFull);
  }

  add(behaviours: readonly Scripted[]): void {
    this.forImages.push(...behaviours.map(inFull));
  }

  /** For requests for the list of models. */
  addForLists(behaviours: readonly Scripted[]): void {
    this.forLists.push(...behaviours.map(inFull));
  }

  takeNext(): Behaviour | undefined {
    return this.forImages.shift();
  }

  takeNextForLists(): Behaviour | undefined {
    return this.forLists.shift();
  }

  /** Of one request for images; undefined: it is answered as it should be. @param scripted what was taken for it. */
  behaviourFor(order: ImageOrder | EditOrder | ApiError, scripted: Behaviour | undefined): Behaviour | undefined {
    if (!('prompt' in order)) return scripted;
    const asked = scripted ?? (this.obeysDescriptions ? behaviourIn(order.prompt) : undefined);
    return asked?.name === 'fewer' ? this.fewerFor(order) : asked;
  }

  reset(): void {
    this.forImages.length = 0;
    this.forLists.length = 0;
    this.short.clear();
  }

  /**
   * `fewer`: one image too few, then an error in place of the rest, then all that is asked for. Whoever asks once more for the rest keeps what
   * came, and whoever tries again later gets it.
   */
  private fewerFor({ prompt, n }: { readonly prompt: string; readonly n: number }): Behaviour | undefined {
    if (this.short.delete(prompt)) return { name: 'error-500' };
    if (n === 1) return undefined;
    this.short.add(prompt);
    return { name: 'too-few' };
  }
}
