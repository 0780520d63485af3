import { Canvas, lengthOf, mix } from './canvas.js';
import { abstractPalettes, color, type Hour, hours, type Palette } from './palette.js';
import { type SeededRandom, seededRandom } from './seeded-random.js';
import { fir, subjects } from './subjects.js';

const hourWords: readonly (readonly [RegExp, Hour])[] = [
  [/night|moon|midnight|stars?\b|starry|space|galaxy/i, 'night'],
  [/sunset|dusk|evening|golden hour|twilight/i, 'sunset'],
  [/dawn|sunrise|morning|mist|fog/i, 'dawn'],
];
const landWords: readonly (readonly [RegExp, Land])[] = [
  [/lighthouse|sea\b|ocean|beach|coast|wave|harbou?r|boat|ship|sail|lake|island|water/i, 'sea'],
  [/mountain|alps|peak|summit|hills?\b|snow|glacier/i, 'mountains'],
  [/forest|wood|jungle|pine|fir\b|trees\b/i, 'forest'],
  [/city|skyline|town|street|skyscraper|office|building/i, 'city'],
  [/desert|dune|sahara|camel|canyon/i, 'desert'],
  [/meadow|field|garden|flower|park|farm|house|cat\b|dog\b|spring|tree\b|balloon|rocket/i, 'meadow'],
];
type Land = 'sea' | 'mountains' | 'forest' | 'city' | 'desert' | 'meadow';

const find = <T>(words: readonly (readonly [RegExp, T])[], text: string): T | undefined =>
  words.find(([pattern]) => pattern.test(text))?.[1];

/** Draws a picture of a description: a scene where its words name one, an abstract composition otherwise. */
export function paint(description: string, seed: string, width: number, height: number): Canvas {
  const canvas = new Canvas(width, height);
  const random = seededRandom(seed);
  const wanted = subjects.filter(({ words }) => words.test(description)).slice(0, 2);
  const hour = find(hourWords, description);
  const land = find(landWords, description) ?? (wanted.length > 0 || hour ? 'meadow' : undefined);
  if (!land) {
    abstract(canvas, random);
    return canvas;
  }
  const palette = hours[hour ?? 'day'];
  const horizon = height * random.between(0.56, 0.64);
  paintSky(canvas, palette, horizon, random);
  lands[land](canvas, palette, horizon, random);
  for (const [index, subject] of wanted.entries()) {
    const x = width * (wanted.length > 1 ? 0.3 + index * 0.4 : random.between(0.36, 0.64));
    const y = {
      ground: height * 0.93,
      water: horizon + height * random.between(0.1, 0.18),
      sky: height * random.between(0.52, 0.62),
    }[subject.on];
    const size = height * subject.size * random.between(0.92, 1.06);
    if (land === 'sea' && subject.on === 'ground') cliff(canvas, x, height, palette, random);
    subject.draw(canvas, { x, y: land === 'sea' && subject.on === 'ground' ? height * 0.86 : y, size }, palette, random);
  }
  if (/snow|winter|christmas/i.test(description))
    scatter(canvas, random, 260, (x, y) => canvas.circle(x, y, random.between(1.5, 5), [255, 255, 255], 0.85));
  if (/rain|storm/i.test(description))
    scatter(canvas, random, 320, (x, y) => canvas.stroke(x, y, x - 8, y + 30, 2, palette.light, 0.35));
  return canvas;
}

function scatter(
  canvas: Canvas,
  random: SeededRandom,
  count: number,
  draw: (x: number, y: number) => void,
  bottom = canvas.height,
): void {
  for (let index = 0; index < count; index += 1) draw(random.between(0, canvas.width), random.between(0, bottom));
}

function paintSky(canvas: Canvas, palette: Palette, horizon: number, random: SeededRandom): void {
  const { width, height } = canvas;
  canvas.gradient(palette.sky, 0, horizon + 2);
  canvas.gradient([palette.sky.at(-1) ?? palette.far, palette.far], horizon, height);
  if (palette.dark)
    scatter(
      canvas,
      random,
      170,
      (x, y) => canvas.circle(x, y, random.between(0.7, 2.3), [255, 255, 255], random.between(0.4, 1)),
      horizon,
    );
  const x = width * random.between(0.18, 0.82);
  const y = palette.dark ? horizon * random.between(0.2, 0.42) : horizon * random.between(0.35, 0.8);
  const radius = height * random.between(0.055, 0.085);
  canvas.glow(x, y, radius * 5.5, palette.light, 0.75);
  const disc = (px: number, py: number): number => lengthOf(px - x, py - y) - radius;
  const shadow = (px: number, py: number): number => radius * 0.86 - lengthOf(px - x - radius * 0.42, py - y + radius * 0.18);
  const bounds = { left: x - radius - 1, top: y - radius - 1, right: x + radius + 1, bottom: y + radius + 1 };
  canvas.fill(palette.dark ? (px, py) => Math.max(disc(px, py), shadow(px, py)) : disc, palette.light, bounds);
  if (!palette.dark) {
    for (let cloud = 0; cloud < 3; cloud += 1) {
      const cx = width * random.between(0.05, 0.95);
      const cy = horizon * random.between(0.12, 0.55);
      const size = height * random.between(0.03, 0.06);
      for (const [dx, dy, scale] of [
        [-1.3, 0.2, 0.7],
        [0, -0.2, 1],
        [1.2, 0.15, 0.8],
        [0, 0.35, 1.3],
      ] as const) {
        canvas.ellipse(
          cx + dx * size,
          cy + dy * size,
          size * scale * 1.3,
          size * scale * 0.62,
          mix(palette.light, [255, 255, 255], 0.5),
          0.55,
        );
      }
    }
  }
}

function ridges(
  canvas: Canvas,
  palette: Palette,
  from: number,
  to: number,
  layers: number,
  rough: number,
  random: SeededRandom,
): void {
  for (let layer = 0; layer < layers; layer += 1) {
    const depth = layer / Math.max(1, layers - 1);
    const line = random.ridge(canvas.width * random.between(0.5, 1.1));
    const tone = mix(palette.far, palette.near, depth);
    canvas.below(
      (x) => from + (to - from) * depth - line(x) * rough * (1 - depth * 0.4),
      tone,
      mix(tone, palette.light, 0.16),
      canvas.height * 0.4,
    );
  }
}

const lands: Record<Land, (canvas: Canvas, palette: Palette, horizon: number, random: SeededRandom) => void> = {
  sea: (canvas, palette, horizon, random) => {
    canvas.gradient(palette.water, horizon, canvas.height);
    for (let row = 0; row < 60; row += 1) {
      const depth = (row / 60) ** 1.6;
      const y = horizon + 4 + depth * (canvas.height - horizon);
      const x = random.between(0, canvas.width);
      const reach = random.between(20, 60) * (0.5 + depth * 2.5);
      canvas.stroke(x - reach, y, x + reach, y, 1.2 + depth * 3, palette.light, random.between(0.12, 0.4));
    }
  },
  mountains: (canvas, palette, horizon, random) => {
    const { width, height } = canvas;
    for (let peak = 0; peak < 5; peak += 1) {
      const x = width * (peak / 4) + random.between(-60, 60);
      const top = horizon - height * random.between(0.16, 0.38);
      const half = (horizon + height * 0.12 - top) * random.between(0.7, 0.95);
      const tone = mix(palette.far, palette.near, random.between(0.15, 0.45));
      canvas.polygon(
        [x - half, height, x - half, horizon + height * 0.12, x, top, x + half, horizon + height * 0.12, x + half, height],
        tone,
      );
      canvas.polygon([x, top, x + half, horizon + height * 0.12, x + half * 0.2, horizon + height * 0.12], [0, 0, 0], 0.12);
      const cap = half * 0.26;
      const snow = top + (horizon + height * 0.12 - top) * 0.26;
      canvas.polygon(
        [x, top, x + cap, snow, x + cap * 0.4, snow - 14, x, snow + 12, x - cap * 0.45, snow - 10, x - cap, snow],
        mix([255, 255, 255], palette.light, 0.4),
      );
    }
    ridges(canvas, palette, horizon + height * 0.1, height * 0.86, 3, height * 0.04, random);
  },
  forest: (canvas, palette, horizon, random) => {
    ridges(canvas, palette, horizon - canvas.height * 0.08, horizon, 2, canvas.height * 0.05, random);
    for (let layer = 0; layer < 3; layer += 1) {
      const tone = { ...palette, near: mix(palette.far, palette.near, 0.45 + layer * 0.27) };
      const foot = horizon + canvas.height * (0.06 + layer * 0.15);
      const trees = 16 - layer * 4;
      for (let index = 0; index <= trees; index += 1) {
        const place = {
          x: (canvas.width * index) / trees + random.between(-22, 22),
          y: foot + 8,
          size: canvas.height * random.between(0.16, 0.24) * (1 + layer * 0.35),
        };
        fir(canvas, place, tone, random);
      }
      const line = random.ridge(canvas.width);
      canvas.below((x) => foot - line(x) * 10, tone.near, mix(tone.near, palette.light, 0.08));
    }
  },
  city: (canvas, palette, horizon, random) => {
    const { width, height } = canvas;
    for (let layer = 0; layer < 2; layer += 1) {
      const tone = mix(palette.far, palette.near, 0.35 + layer * 0.5);
      for (let x = -20; x < width; ) {
        const wide = width * random.between(0.05, 0.1);
        const top = horizon - height * random.between(0.04, 0.34 - layer * 0.08) + layer * height * 0.1;
        canvas.polygon([x, height, x, top, x + wide, top, x + wide, height], tone);
        for (let wy = top + 16; wy < horizon + height * 0.2; wy += 26) {
          for (let wx = x + 10; wx < x + wide - 14; wx += 20) {
            if (random.between(0, 1) > 0.45)
              canvas.polygon([wx, wy, wx + 9, wy, wx + 9, wy + 13, wx, wy + 13], palette.accent, palette.dark ? 0.9 : 0.45);
          }
        }
        x += wide + random.between(2, 14);
      }
    }
    canvas.below(() => height * 0.86, mix(palette.near, [0, 0, 0], 0.25));
  },
  desert: (canvas, palette, horizon, random) => {
    const sand = { ...palette, far: mix(palette.far, color('e9c07f'), 0.7), near: mix(palette.near, color('b9773a'), 0.75) };
    ridges(canvas, sand, horizon, canvas.height * 0.84, 4, canvas.height * 0.05, random);
  },
  meadow: (canvas, palette, horizon, random) => {
    const green = palette.dark ? palette : { ...palette, near: mix(palette.near, color('5f9e54'), 0.7) };
    ridges(canvas, green, horizon - canvas.height * 0.03, canvas.height * 0.8, 4, canvas.height * 0.035, random);
  },
};

function cliff(canvas: Canvas, x: number, height: number, palette: Palette, random: SeededRandom): void {
  const line = random.ridge(220);
  const half = canvas.width * 0.3;
  canvas.below(
    (at) => {
      const away = Math.abs(at - x) / half;
      return height * 0.845 + (away > 0.45 ? (away - 0.45) ** 1.5 * height * 0.4 : 0) + line(at) * 7;
    },
    mix(palette.near, color('4b4038'), 0.5),
    mix(palette.near, [0, 0, 0], 0.35),
    height * 0.3,
  );
}

function abstract(canvas: Canvas, random: SeededRandom): void {
  const colors = random.pick(abstractPalettes);
  const ground = colors[0] ?? color('ffffff');
  const { width, height } = canvas;
  canvas.gradient([ground, mix(ground, colors[1] ?? ground, 0.28)]);
  for (let layer = 0; layer < 4; layer += 1) {
    const line = random.ridge(width * random.between(0.8, 1.6));
    const base = height * (0.42 + layer * 0.14);
    const tone = colors[1 + (layer % 4)] ?? ground;
    canvas.below((x) => base - line(x) * height * 0.09, tone, mix(tone, ground, 0.35), height * 0.5);
  }
  for (let shape = 0; shape < 7; shape += 1) {
    const tone = colors[1 + (shape % 4)] ?? ground;
    canvas.circle(
      width * random.between(0.08, 0.92),
      height * random.between(0.06, 0.7),
      height * random.between(0.03, 0.16),
      tone,
      random.between(0.45, 0.85),
    );
  }
}
