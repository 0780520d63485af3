/** Numbers that look random and are the same for the same seed. */
export interface SeededRandom {
  /** From `low` up to `high`. */
  between(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** A smooth line around 0 with an amplitude of about 1, for hills and waves. */
  ridge(wavelength: number): (x: number) => number;
}

function seedOf(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  return hash >>> 0;
}

export function seededRandom(text: string): SeededRandom {
  let state = seedOf(text);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    between: (low, high) => low + (high - low) * next(),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    ridge: (wavelength) => {
      const waves = [1, 0.5, 0.25, 0.12].map((strength, octave) => ({
        strength,
        frequency: (2 ** octave * Math.PI * 2) / wavelength,
        phase: next() * Math.PI * 2,
      }));
      return (x) => waves.reduce((sum, wave) => sum + Math.sin(x * wave.frequency + wave.phase) * wave.strength, 0) / 1.6;
    },
  };
}
