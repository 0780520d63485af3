import type { Behaviour } from './behaviours.js';

/**
 * `fewer`: one image too few, then an error in place of the rest, then all that is asked for. Whoever asks once more for the rest keeps what
 * came, and whoever tries again later gets it.
 */
export class ScriptedFailures {
  private readonly short = new Set<string>();

  /** What the next request with these words gets; undefined: what it asks for. */
  next({ prompt, n }: { readonly prompt: string; readonly n: number }): Behaviour | undefined {
    if (this.short.delete(prompt)) return { name: 'error-500' };
    if (n === 1) return undefined;
    this.short.add(prompt);
    return { name: 'too-few' };
  }

  reset(): void {
    this.short.clear();
  }
}
