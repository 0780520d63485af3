import type { ApiError } from './api-error.js';
import { type Behaviour, type BehaviourName, behaviourIn } from './behaviours.js';
import type { EditOrder } from './edit-request.js';
import type { ImageOrder } from './image-request.js';

type Told = Behaviour | BehaviourName;

const inFull = (told: Told): Behaviour => (typeof told === 'string' ? { name: told } : told);

/** What the coming requests get, as it was told, one after the other; afterwards what their descriptions ask for. */
export class Script {
  private readonly told: Behaviour[];
  private readonly toldOfLists: Behaviour[] = [];
  /** The descriptions whose `fewer` gave too few and has the error still to come. */
  private readonly short = new Set<string>();

  /** @param obeysDescriptions whether `[fail:…]` in a description counts. */
  constructor(
    first: readonly Told[],
    private readonly obeysDescriptions: boolean,
  ) {
    this.told = first.map(inFull);
  }

  tell(behaviours: readonly Told[]): void {
    this.told.push(...behaviours.map(inFull));
  }

  /** For requests for the list of models. */
  tellOfLists(behaviours: readonly Told[]): void {
    this.toldOfLists.push(...behaviours.map(inFull));
  }

  takeNext(): Behaviour | undefined {
    return this.told.shift();
  }

  takeNextOfLists(): Behaviour | undefined {
    return this.toldOfLists.shift();
  }

  /** Of one request for images; undefined: it is answered as it should be. @param told what was taken for it. */
  behaviourFor(order: ImageOrder | EditOrder | ApiError, told: Behaviour | undefined): Behaviour | undefined {
    if (!('prompt' in order)) return told;
    const asked = told ?? (this.obeysDescriptions ? behaviourIn(order.prompt) : undefined);
    return asked?.name === 'fewer' ? this.fewerFor(order) : asked;
  }

  reset(): void {
    this.told.length = 0;
    this.toldOfLists.length = 0;
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
