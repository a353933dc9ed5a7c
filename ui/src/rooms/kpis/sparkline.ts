// Where does a small line run? Points within a box, parted where there is no value.

export const WIDTH = 120;
export const HEIGHT = 28;

export interface Strokes {
  /** Values that stay as they are; each stroke as the points of an SVG polyline. */
  readonly firm: readonly string[];
  /** What still grows, from the last firm point on. */
  readonly open: string | null;
}

/** firm: how many values from the first on are complete. */
export function strokesOf(values: readonly (number | null)[], firm: number): Strokes {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return { firm: [], open: null };
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const step = WIDTH / Math.max(1, values.length - 1);
  const at = (value: number, i: number): string => {
    const height = high === low ? HEIGHT / 2 : HEIGHT - 3 - ((value - low) / (high - low)) * (HEIGHT - 6);
    return `${(i * step).toFixed(1)},${height.toFixed(1)}`;
  };
  const strokes: string[][] = [[]];
  values.slice(0, firm).forEach((value, i) => {
    if (value === null) strokes.push([]);
    else strokes.at(-1)?.push(at(value, i));
  });
  const open = values
    .map((value, i) => (value === null ? null : at(value, i)))
    .slice(Math.max(0, firm - 1))
    .filter((point) => point !== null);
  return {
    firm: strokes.filter((stroke) => stroke.length > 1).map((stroke) => stroke.join(" ")),
    open: firm < values.length && open.length > 1 ? open.join(" ") : null,
  };
}
