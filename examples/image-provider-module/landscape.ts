import { createHash } from 'node:crypto';

type Color = readonly [red: number, green: number, blue: number];

/** Sheets of paper from the sky down to the nearest hill. */
const papers: readonly (readonly Color[])[] = [
  [
    [253, 240, 213],
    [247, 197, 159],
    [239, 138, 98],
    [178, 74, 90],
    [92, 45, 84],
    [45, 30, 62],
  ],
  [
    [226, 240, 247],
    [168, 208, 219],
    [104, 163, 180],
    [58, 112, 137],
    [34, 72, 98],
    [18, 40, 60],
  ],
  [
    [249, 246, 224],
    [214, 222, 164],
    [158, 187, 110],
    [98, 146, 84],
    [54, 98, 74],
    [28, 58, 54],
  ],
  [
    [246, 232, 240],
    [229, 190, 209],
    [200, 141, 177],
    [148, 98, 147],
    [96, 66, 116],
    [52, 40, 78],
  ],
];

const light = 18;
/** Where the shadow of a sheet ends, as a part of the side. */
const shadowReach = 0.018;

/** Raw RGB pixels of a square landscape. @param chance any text; another one gives other hills. @param chosen the paper; left out: the words choose it. */
export function landscape(words: string, chance: string, side: number, chosen?: number): Buffer {
  const suggested = createHash('sha256').update(words).digest()[0] ?? 0;
  const paper = papers[(chosen ?? suggested) % papers.length] as readonly Color[];
  const dice = createHash('sha256').update(chance).digest();
  const roll = (at: number): number => (dice[at] ?? 0) / 255;
  const [sky, ...hills] = paper as readonly [Color, ...Color[]];
  const sun = { x: 0.2 + 0.6 * roll(0), y: 0.18 + 0.14 * roll(1), radius: 0.07 + 0.05 * roll(2) };
  const edges = hills.map((_, layer) => edgeOf(layer, hills.length, roll));
  const pixels = Buffer.alloc(side * side * 3);
  for (let x = 0; x < side; x += 1) {
    const heights = edges.map((edge) => edge(x / side));
    for (let y = 0; y < side; y += 1) {
      const color = colorAt(x / side, y / side, { sky, hills, heights, sun });
      pixels.set(color, (y * side + x) * 3);
    }
  }
  return pixels;
}

interface Scene {
  readonly sky: Color;
  readonly hills: readonly Color[];
  readonly heights: readonly number[];
  readonly sun: { readonly x: number; readonly y: number; readonly radius: number };
}

function colorAt(x: number, y: number, { sky, hills, heights, sun }: Scene): Color {
  for (let layer = hills.length - 1; layer >= 0; layer -= 1) {
    const color = hills[layer] as Color;
    if (y >= (heights[layer] ?? 1)) return shaded(color, y, heights[layer + 1]);
  }
  const isSun = Math.hypot(x - sun.x, y - sun.y) < sun.radius;
  return shaded(isSun ? brighter(sky) : sky, y, heights[0]);
}

/** The sheet in front throws a soft shadow upwards. */
function shaded(color: Color, y: number, front: number | undefined): Color {
  const distance = (front ?? 2) - y;
  const shadow = distance < shadowReach ? 1 - 0.35 * (1 - distance / shadowReach) : 1;
  return color.map((part) => Math.round(part * shadow)) as unknown as Color;
}

const brighter = (color: Color): Color => color.map((part) => Math.min(255, part + light)) as unknown as Color;

/** The upper edge of a sheet: two waves, flatter and higher in the distance. */
function edgeOf(layer: number, layers: number, roll: (at: number) => number): (x: number) => number {
  const base = 0.38 + (0.52 * layer) / layers;
  const swell = 0.05 + 0.05 * roll(4 + layer * 4);
  const [long, short] = [1 + 2 * roll(5 + layer * 4), 4 + 5 * roll(6 + layer * 4)];
  const shift = 2 * Math.PI * roll(7 + layer * 4);
  return (x) =>
    base - swell * Math.sin(2 * Math.PI * long * x + shift) - 0.25 * swell * Math.sin(2 * Math.PI * short * x + 2 * shift);
}
