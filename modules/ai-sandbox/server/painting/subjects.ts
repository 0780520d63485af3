import type { Canvas, Color } from './canvas.js';
import { color, type Palette } from './palette.js';
import type { SeededRandom } from './seeded-random.js';

/** Where a subject stands: the middle of its foot, and how tall it may be, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}
type Draw = (canvas: Canvas, place: Place, palette: Palette, random: SeededRandom) => void;

const white = color('fbf7ef');
const red = color('d2403a');
const ink = color('20222e');

const lighthouse: Draw = (canvas, { x, y, size }, palette) => {
  const wide = size * 0.13;
  const narrow = size * 0.085;
  const top = y - size * 0.78;
  if (palette.dark || palette.sky.length > 3) {
    canvas.polygon([x, top - size * 0.07, x - size * 2, top - size * 0.35, x - size * 2, top + size * 0.12], palette.light, 0.22);
    canvas.polygon([x, top - size * 0.07, x + size * 2, top - size * 0.3, x + size * 2, top + size * 0.05], palette.light, 0.14);
  }
  const half = (share: number): number => wide + (narrow - wide) * share;
  for (let band = 0; band < 5; band += 1) {
    const low = band / 5;
    const high = (band + 1) / 5;
    const from = y - (y - top) * low;
    const to = y - (y - top) * high;
    const points = [x - half(low), from, x + half(low), from, x + half(high), to, x - half(high), to];
    canvas.polygon(points, band % 2 === 0 ? white : red);
  }
  canvas.polygon([x, y, x + wide, y, x + narrow, top, x, top], ink, 0.14);
  canvas.stroke(x - narrow * 1.5, top, x + narrow * 1.5, top, size * 0.02, ink);
  canvas.polygon(
    [x - narrow * 0.8, top, x + narrow * 0.8, top, x + narrow * 0.8, top - size * 0.12, x - narrow * 0.8, top - size * 0.12],
    color('ffe9a8'),
  );
  canvas.polygon([x - narrow * 1.2, top - size * 0.12, x + narrow * 1.2, top - size * 0.12, x, top - size * 0.22], red);
  canvas.glow(x, top - size * 0.06, size * 0.35, palette.light, 0.8);
};

const boat: Draw = (canvas, { x, y, size }, palette) => {
  const deck = y - size * 0.1;
  canvas.polygon(
    [x - size * 0.36, deck, x + size * 0.36, deck, x + size * 0.24, y + size * 0.06, x - size * 0.24, y + size * 0.06],
    color('7a3b2e'),
  );
  canvas.stroke(x, deck, x, y - size * 0.9, size * 0.02, ink);
  canvas.polygon(
    [x + size * 0.03, y - size * 0.86, x + size * 0.03, deck - size * 0.06, x + size * 0.4, deck - size * 0.06],
    white,
  );
  canvas.polygon(
    [x - size * 0.03, y - size * 0.74, x - size * 0.03, deck - size * 0.06, x - size * 0.3, deck - size * 0.06],
    palette.accent,
  );
};

const cat: Draw = (canvas, { x, y, size }, palette, random) => {
  const fur = random.pick([color('e08a3c'), color('2c2b33'), color('8d8f99'), color('f1e3cf')]);
  const shade: Color = [fur[0] * 0.8, fur[1] * 0.8, fur[2] * 0.8];
  for (let step = 0; step < 24; step += 1) {
    const turn = step / 24;
    canvas.circle(x + size * (0.22 + 0.2 * Math.sin(turn * 2.6)), y - size * (0.06 + 0.42 * turn), size * 0.04, shade);
  }
  canvas.ellipse(x, y - size * 0.26, size * 0.25, size * 0.28, fur);
  canvas.ellipse(x, y - size * 0.2, size * 0.12, size * 0.18, white, 0.55);
  for (const side of [-1, 1]) {
    canvas.polygon(
      [x + side * size * 0.06, y - size * 0.74, x + side * size * 0.2, y - size * 0.9, x + side * size * 0.21, y - size * 0.6],
      fur,
    );
    canvas.polygon(
      [x + side * size * 0.1, y - size * 0.73, x + side * size * 0.175, y - size * 0.82, x + side * size * 0.18, y - size * 0.66],
      color('e8a0a0'),
    );
    canvas.ellipse(x + side * size * 0.09, y - size * 0.03, size * 0.085, size * 0.05, fur);
  }
  canvas.circle(x, y - size * 0.6, size * 0.21, fur);
  for (const side of [-1, 1]) {
    canvas.ellipse(
      x + side * size * 0.085,
      y - size * 0.62,
      size * 0.042,
      size * 0.05,
      palette.dark ? color('ffe36e') : color('7fc36b'),
    );
    canvas.ellipse(x + side * size * 0.085, y - size * 0.62, size * 0.014, size * 0.042, ink);
    for (const lift of [-0.02, 0.01, 0.04]) {
      canvas.stroke(
        x + side * size * 0.06,
        y - size * 0.53,
        x + side * size * 0.27,
        y - size * (0.55 - lift),
        size * 0.006,
        white,
        0.8,
      );
    }
  }
  canvas.polygon([x - size * 0.025, y - size * 0.56, x + size * 0.025, y - size * 0.56, x, y - size * 0.53], color('d97a7a'));
};

const flower: Draw = (canvas, { x, y, size }, _palette, random) => {
  const petals = random.pick([5, 6, 8, 12]);
  const tint = random.pick([color('ef476f'), color('ffd166'), color('b388eb'), color('ff8fab'), color('f4a261')]);
  const top = y - size * 0.68;
  canvas.stroke(x, y, x, top, size * 0.03, color('4a7c43'));
  canvas.ellipse(x + size * 0.13, y - size * 0.26, size * 0.15, size * 0.05, color('5b9650'), 1, -0.6);
  canvas.ellipse(x - size * 0.13, y - size * 0.18, size * 0.15, size * 0.05, color('5b9650'), 1, 0.6);
  for (let petal = 0; petal < petals; petal += 1) {
    const turn = (petal / petals) * Math.PI * 2;
    canvas.ellipse(
      x + Math.cos(turn) * size * 0.17,
      top + Math.sin(turn) * size * 0.17,
      size * 0.16,
      (size * 0.68) / petals + size * 0.02,
      tint,
      0.92,
      turn,
    );
  }
  canvas.circle(x, top, size * 0.1, color('7b4b23'));
  canvas.circle(x, top, size * 0.075, color('f6bd60'));
};

const tree: Draw = (canvas, { x, y, size }, palette, random) => {
  const leaf = palette.dark ? palette.near : color('3f7d4e');
  canvas.stroke(x, y, x, y - size * 0.5, size * 0.07, color('5b3f2b'));
  for (const [dx, dy, radius] of [
    [0, 0.68, 0.26],
    [-0.19, 0.55, 0.19],
    [0.19, 0.56, 0.2],
    [0.03, 0.88, 0.16],
  ] as const) {
    canvas.circle(x + dx * size, y - dy * size, radius * size * random.between(0.92, 1.08), leaf);
    canvas.circle(x + dx * size - size * 0.04, y - dy * size - size * 0.04, radius * size * 0.7, palette.light, 0.1);
  }
};

export const fir: Draw = (canvas, { x, y, size }, palette) => {
  canvas.stroke(x, y, x, y - size * 0.2, size * 0.06, ink);
  for (const [low, high, half] of [
    [0.12, 0.5, 0.24],
    [0.34, 0.76, 0.19],
    [0.58, 1, 0.13],
  ] as const) {
    canvas.polygon([x - half * size, y - low * size, x + half * size, y - low * size, x, y - high * size], palette.near);
  }
};

const house: Draw = (canvas, { x, y, size }, palette) => {
  const half = size * 0.34;
  const eaves = y - size * 0.42;
  canvas.polygon([x - half, y, x + half, y, x + half, eaves, x - half, eaves], white);
  canvas.polygon(
    [
      x + size * 0.16,
      eaves - size * 0.1,
      x + size * 0.26,
      eaves - size * 0.1,
      x + size * 0.26,
      y - size * 0.8,
      x + size * 0.16,
      y - size * 0.8,
    ],
    color('8a4b3b'),
  );
  canvas.polygon([x - half * 1.2, eaves, x + half * 1.2, eaves, x, y - size * 0.82], color('b6523f'));
  canvas.polygon(
    [x - size * 0.07, y, x + size * 0.07, y, x + size * 0.07, y - size * 0.24, x - size * 0.07, y - size * 0.24],
    color('5c4033'),
  );
  for (const side of [-0.24, 0.14]) {
    const left = x + side * size;
    canvas.polygon(
      [left, y - size * 0.16, left + size * 0.1, y - size * 0.16, left + size * 0.1, y - size * 0.3, left, y - size * 0.3],
      palette.dark ? palette.accent : color('8fc1d9'),
    );
  }
};

const balloon: Draw = (canvas, { x, y, size }, _palette, random) => {
  const stripes = random.pick([
    [color('ef476f'), white],
    [color('118ab2'), color('ffd166')],
    [color('6a4c93'), color('ff924c')],
  ]);
  const middle = y - size * 0.66;
  for (const [index, half] of [0.3, 0.23, 0.15, 0.06].entries())
    canvas.ellipse(x, middle, size * half, size * 0.34, stripes[index % 2] ?? white);
  for (const side of [-1, 1])
    canvas.stroke(x + side * size * 0.14, middle + size * 0.3, x + side * size * 0.06, y - size * 0.1, size * 0.008, ink);
  canvas.polygon(
    [x - size * 0.08, y - size * 0.1, x + size * 0.08, y - size * 0.1, x + size * 0.06, y, x - size * 0.06, y],
    color('9a6b3f'),
  );
};

const rocket: Draw = (canvas, { x, y, size }) => {
  canvas.glow(x, y, size * 0.5, color('ffb347'), 0.9);
  canvas.polygon([x - size * 0.09, y - size * 0.14, x + size * 0.09, y - size * 0.14, x, y + size * 0.16], color('ff9f1c'));
  for (const side of [-1, 1])
    canvas.polygon(
      [x + side * size * 0.1, y - size * 0.4, x + side * size * 0.26, y - size * 0.08, x + side * size * 0.1, y - size * 0.14],
      red,
    );
  canvas.ellipse(x, y - size * 0.5, size * 0.15, size * 0.42, white);
  canvas.circle(x, y - size * 0.58, size * 0.075, color('34568b'));
  canvas.circle(x, y - size * 0.58, size * 0.052, color('8fd3ff'));
};

/** Every subject with the words that call it; the place it likes best. */
export const subjects: readonly {
  readonly words: RegExp;
  readonly draw: Draw;
  readonly on: 'ground' | 'water' | 'sky';
  readonly size: number;
}[] = [
  { words: /lighthouse|beacon|leuchtturm|phare/i, draw: lighthouse, on: 'ground', size: 0.62 },
  { words: /\bboats?\b|sail|ship|yacht/i, draw: boat, on: 'water', size: 0.3 },
  { words: /\bcats?\b|kitten|kitty/i, draw: cat, on: 'ground', size: 0.6 },
  { words: /flower|rose|tulip|daisy|sunflower|bloom|garden/i, draw: flower, on: 'ground', size: 0.55 },
  { words: /\bhouse|cottage|\bcabin|\bhome|\bfarm/i, draw: house, on: 'ground', size: 0.4 },
  { words: /\btrees?\b|\boak|apple/i, draw: tree, on: 'ground', size: 0.5 },
  { words: /balloon/i, draw: balloon, on: 'sky', size: 0.42 },
  { words: /rocket|space ?ship|launch/i, draw: rocket, on: 'sky', size: 0.5 },
];
