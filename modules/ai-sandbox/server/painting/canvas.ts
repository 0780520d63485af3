/** Red, green, blue: 0 to 255. */
export type Color = readonly [number, number, number];
/** Signed distance to the edge of a shape in pixels: negative inside. */
export type Shape = (x: number, y: number) => number;
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const mix = (a: Color, b: Color, share: number): Color => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** `Math.hypot` guards against numbers that no picture has, and takes ten times as long. */
export const lengthOf = (x: number, y: number): number => Math.sqrt(x * x + y * y);
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
/** A fine fixed pattern keeps soft gradients from showing bands, and still compresses well. */
const dither = [0, 0.5, 0.125, 0.625, 0.75, 0.25, 0.875, 0.375].map((value) => value - 0.4375);

/** Raw RGB pixels with soft edges. */
export class Canvas {
  readonly pixels: Uint8ClampedArray;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.pixels = new Uint8ClampedArray(width * height * 3);
  }

  blend(x: number, y: number, color: Color, share: number): void {
    if (share <= 0) return;
    const at = (y * this.width + x) * 3;
    const { pixels } = this;
    const red = pixels[at] ?? 0;
    const green = pixels[at + 1] ?? 0;
    const blue = pixels[at + 2] ?? 0;
    pixels[at] = red + (color[0] - red) * share;
    pixels[at + 1] = green + (color[1] - green) * share;
    pixels[at + 2] = blue + (color[2] - blue) * share;
  }

  /** Stops from top to bottom, spread evenly between two heights; everything outside takes the nearest stop. */
  gradient(stops: readonly Color[], top = 0, bottom = this.height): void {
    const last = stops.length - 1;
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(this.height, bottom); y += 1) {
      const place = clamp((y - top) / (bottom - top), 0, 1) * last;
      const index = Math.min(last - 1, Math.floor(place));
      const color = mix(stops[index] ?? [0, 0, 0], stops[index + 1] ?? [0, 0, 0], place - index);
      for (let x = 0; x < this.width; x += 1) {
        const at = (y * this.width + x) * 3;
        const nudge = dither[((x & 3) + (y & 1) * 4 + (y & 2)) & 7] ?? 0;
        this.pixels[at] = color[0] + nudge;
        this.pixels[at + 1] = color[1] + nudge;
        this.pixels[at + 2] = color[2] + nudge;
      }
    }
  }

  fill(shape: Shape, color: Color, bounds: Bounds, opacity = 1): void {
    const right = Math.min(this.width, Math.ceil(bounds.right));
    const bottom = Math.min(this.height, Math.ceil(bounds.bottom));
    for (let y = Math.max(0, Math.floor(bounds.top)); y < bottom; y += 1) {
      for (let x = Math.max(0, Math.floor(bounds.left)); x < right; x += 1) {
        this.blend(x, y, color, clamp(0.5 - shape(x + 0.5, y + 0.5), 0, 1) * opacity);
      }
    }
  }

  /** Everything below a line of hills or waves, from one color at the line to another far below it. */
  below(line: (x: number) => number, near: Color, far: Color = near, depth = this.height): void {
    for (let x = 0; x < this.width; x += 1) {
      const edge = line(x);
      for (let y = Math.max(0, Math.floor(edge)); y < this.height; y += 1) {
        this.blend(x, y, mix(near, far, clamp((y - edge) / depth, 0, 1)), clamp(y + 1 - edge, 0, 1));
      }
    }
  }

  /** Light around a point, fading out. */
  glow(centerX: number, centerY: number, radius: number, color: Color, strength: number): void {
    const right = Math.min(this.width, centerX + radius);
    const bottom = Math.min(this.height, centerY + radius);
    for (let y = Math.max(0, Math.floor(centerY - radius)); y < bottom; y += 1) {
      for (let x = Math.max(0, Math.floor(centerX - radius)); x < right; x += 1) {
        const left = 1 - lengthOf(x - centerX, y - centerY) / radius;
        if (left > 0) this.blend(x, y, color, left * left * strength);
      }
    }
  }

  circle(x: number, y: number, radius: number, color: Color, opacity = 1): void {
    this.fill((px, py) => lengthOf(px - x, py - y) - radius, color, around(x, y, radius + 1), opacity);
  }

  ellipse(x: number, y: number, radiusX: number, radiusY: number, color: Color, opacity = 1, turn = 0): void {
    const cos = Math.cos(turn);
    const sin = Math.sin(turn);
    const scale = Math.min(radiusX, radiusY);
    const shape: Shape = (px, py) => {
      const dx = px - x;
      const dy = py - y;
      return (lengthOf((dx * cos + dy * sin) / radiusX, (dy * cos - dx * sin) / radiusY) - 1) * scale;
    };
    this.fill(shape, color, around(x, y, Math.max(radiusX, radiusY) + 1), opacity);
  }

  /** A line with round ends. */
  stroke(x1: number, y1: number, x2: number, y2: number, width: number, color: Color, opacity = 1): void {
    const dx = x2 - x1;
    const dy = y2 - y1;
    const squared = dx * dx + dy * dy || 1;
    const shape: Shape = (px, py) => {
      const along = clamp(((px - x1) * dx + (py - y1) * dy) / squared, 0, 1);
      return lengthOf(px - x1 - dx * along, py - y1 - dy * along) - width / 2;
    };
    const bounds = boundsOf([x1, y1, x2, y2], width);
    this.fill(shape, color, bounds, opacity);
  }

  /** A polygon of points `x1, y1, x2, y2, …`. */
  polygon(points: readonly number[], color: Color, opacity = 1): void {
    this.fill((x, y) => distanceToPolygon(points, x, y), color, boundsOf(points, 1), opacity);
  }
}

const around = (x: number, y: number, radius: number): Bounds => ({
  left: x - radius,
  top: y - radius,
  right: x + radius,
  bottom: y + radius,
});

function boundsOf(points: readonly number[], margin: number): Bounds {
  const xs = points.filter((_, index) => index % 2 === 0);
  const ys = points.filter((_, index) => index % 2 === 1);
  return {
    left: Math.min(...xs) - margin,
    top: Math.min(...ys) - margin,
    right: Math.max(...xs) + margin,
    bottom: Math.max(...ys) + margin,
  };
}

function distanceToPolygon(points: readonly number[], x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  let inside = false;
  for (let at = 0, before = points.length - 2; at < points.length; before = at, at += 2) {
    const ax = points[at] ?? 0;
    const ay = points[at + 1] ?? 0;
    const ex = (points[before] ?? 0) - ax;
    const ey = (points[before + 1] ?? 0) - ay;
    const along = clamp(((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey || 1), 0, 1);
    nearest = Math.min(nearest, (x - ax - ex * along) ** 2 + (y - ay - ey * along) ** 2);
    if (ay > y !== ay + ey > y && x < (ex * (y - ay)) / ey + ax) inside = !inside;
  }
  return Math.sqrt(nearest) * (inside ? -1 : 1);
}
