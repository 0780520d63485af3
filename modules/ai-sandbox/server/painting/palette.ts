import type { Color } from './canvas.js';

/** The colors of an hour of the day. */
export interface Palette {
  /** From the top of the picture to the horizon. */
  readonly sky: readonly Color[];
  readonly light: Color;
  readonly far: Color;
  readonly near: Color;
  readonly water: readonly Color[];
  readonly accent: Color;
  readonly dark: boolean;
}

const rgb = (hex: string): Color => [
  Number.parseInt(hex.slice(0, 2), 16),
  Number.parseInt(hex.slice(2, 4), 16),
  Number.parseInt(hex.slice(4, 6), 16),
];
export const color = rgb;

const palette = (
  sky: string,
  light: string,
  far: string,
  near: string,
  water: string,
  accent: string,
  dark = false,
): Palette => ({
  sky: sky.split(' ').map(rgb),
  light: rgb(light),
  far: rgb(far),
  near: rgb(near),
  water: water.split(' ').map(rgb),
  accent: rgb(accent),
  dark,
});

export const hours = {
  day: palette('3f8fd2 7db9e8 cfe8f5', 'fff6d6', 'a9c7d9', '2f6b4f', '5aa6c9 1f6f9c', 'e4572e'),
  sunset: palette('3b2a5a 8e3b6b e8735a ffc46b', 'ffe3a1', 'b5627a', '3a2245', 'e08a5f 4a2d57', 'ffd166'),
  dawn: palette('5b7fb5 b7a6cf f6c8c0 ffe9cf', 'fff1d0', 'c0a9c4', '4f5f7f', 'e5c9cf 6f86b0', 'ef767a'),
  night: palette('060b24 10204a 2a3f73', 'f4f1d8', '2b3c69', '0b1228', '22386b 091130', 'ffd97a', true),
} as const satisfies Record<string, Palette>;
export type Hour = keyof typeof hours;

/** For pictures without a scene. */
export const abstractPalettes: readonly [readonly Color[], ...(readonly Color[])[]] = [
  ['f7ede2', 'f28482', '84a59d', 'f6bd60', '3d405b'].map(rgb),
  ['0b132b', '1c2541', '3a506b', '5bc0be', 'f6f7eb'].map(rgb),
  ['fefae0', 'dda15e', 'bc6c25', '606c38', '283618'].map(rgb),
  ['f8f7ff', '9381ff', 'b8b8ff', 'ffd8be', '5e548e'].map(rgb),
  ['fff1e6', 'ef476f', 'ffd166', '06d6a0', '118ab2'].map(rgb),
];
