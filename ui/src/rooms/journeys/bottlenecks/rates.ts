// How does the share that goes on move from day to day, as a line to be drawn? Days without anybody are gaps.
import type { DayCount } from "./queries";

export interface RateLine {
  /** Parts of the line, each as SVG points; the width is 100 and the height 100. */
  readonly parts: readonly string[];
  /** Top of the picture, as a share. */
  readonly top: number;
}

/** Round and a little above the highest day, so that the line is never at the edge. */
export function topOf(series: readonly DayCount[]): number {
  const highest = Math.max(0, ...series.map(({ people, onward }) => (people > 0 ? onward / people : 0)));
  return [0.05, 0.1, 0.2, 0.4, 0.6, 0.8].find((step) => highest <= step) ?? 1;
}

export function lineOf(series: readonly DayCount[]): RateLine {
  const top = topOf(series);
  const parts: string[][] = [[]];
  series.forEach(({ people, onward }, place) => {
    if (people === 0) {
      parts.push([]);
      return;
    }
    parts.at(-1)?.push(`${placeOf(place, series.length).toFixed(2)},${(100 - (onward / people / top) * 100).toFixed(2)}`);
  });
  return { parts: parts.filter((part) => part.length > 0).map((part) => part.join(" ")), top };
}

/** Where a day stands on the width of 100. */
export function placeOf(place: number, days: number): number {
  return days > 1 ? (place / (days - 1)) * 100 : 50;
}
