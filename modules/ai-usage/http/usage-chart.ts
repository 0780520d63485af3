import type { UsageSum } from '../services/report/usage-report.js';

/** A bar of the chart, in units of its view box. */
export interface ChartBar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly label: string;
}
export interface UsageChart {
  readonly width: number;
  readonly height: number;
  readonly most: number;
  /** What the top of the chart stands for, and its middle: whole numbers. */
  readonly top: number;
  readonly half: number;
  readonly first: string;
  readonly last: string;
  readonly bars: readonly ChartBar[];
}

const height = 120;
const step = 20;
const dayMillis = 86_400_000;

/** Length of each sum's bar in hundredths of the longest one. */
export function shares(sums: readonly UsageSum[]): readonly number[] {
  const most = Math.max(1, ...sums.map(({ images }) => images));
  return sums.map(({ images }) => Math.round((images / most) * 100));
}

/** Images by day, with the days on which nothing was made. */
export function usageChart(days: readonly UsageSum[], from: string, until: string): UsageChart {
  const byDay = new Map(days.map((day) => [day.key, day.images]));
  const most = Math.max(0, ...byDay.values());
  const top = evenAbove(most);
  const names: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(until) && names.length < 400; at += dayMillis)
    names.push(new Date(at).toISOString().slice(0, 10));
  return {
    width: names.length * step,
    height,
    most,
    top,
    half: top / 2,
    first: names[0] ?? from,
    last: names.at(-1) ?? from,
    bars: names.map((day, index) => {
      const images = byDay.get(day) ?? 0;
      const tall = Math.round((images / top) * height);
      return { x: index * step + 2, y: height - tall, width: step - 4, height: tall, label: `${day}: ${images}` };
    }),
  };
}

const evenAbove = (count: number): number => Math.max(2, count + (count % 2));
