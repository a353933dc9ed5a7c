// Where does everything on the picture stand? Pure arithmetic: one scale for people in the river, one for the bars of the cards.
import type { PictureOfMap, Stage } from "./joined";
import { wrapped } from "./text";

export const COLUMN = 184;
export const GAP = 14;
export const PAD = 12;
export const BAR = 14;
/** Height of the largest stage in the river. */
export const RIVER = 124;
const HEAD = 50;
const RIVER_TOP = HEAD + 50;
const LOSS_END = RIVER_TOP + RIVER + 16;
const CARDS_TOP = LOSS_END + 44;
const CARD = 132;
export const LINE = 16;
const CARD_GAP = 10;
const EMPTY_CARD = 64;

/** Who goes from a stage to the next: a straight band, as high as they are many. */
export interface Going {
  readonly x1: number;
  readonly x2: number;
  readonly height: number;
}

/** Who is lost after a stage: they leave its bar between `top` and `bottom`, turn down and end at `x`, as wide as they were high. */
export interface Falling {
  readonly x0: number;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly size: number;
}

export interface Column {
  readonly x: number;
  /** Height of the bar of everybody of the stage. */
  readonly bar: number;
  readonly going: Going | null;
  readonly falling: Falling | null;
  readonly cards: readonly Box[];
}

export interface Box {
  readonly y: number;
  readonly height: number;
  readonly name: readonly string[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly column: number;
  readonly riverTop: number;
  readonly lossEnd: number;
  readonly cardsTop: number;
  readonly headHeight: number;
  /** Units of height that one person takes in the river; 0 without anybody. */
  readonly perPerson: number;
  /** Units of width that one person takes in the bars of the cards. */
  readonly perPersonInCards: number;
  readonly columns: readonly Column[];
}

/** The most people that any bar or band stands for. */
function most(stages: readonly Stage[]): number {
  return Math.max(0, ...stages.flatMap(({ numbers }) => [numbers.people, numbers.onward?.people ?? 0]));
}

export function widthFor(stages: number): number {
  return stages * (COLUMN + GAP) - GAP;
}

/** `width`: at least that of `widthFor`; columns share what is more. */
export function layOut({ stages }: PictureOfMap, width = widthFor(stages.length)): Layout {
  const column = (Math.max(width, widthFor(stages.length)) + GAP) / stages.length - GAP;
  const largest = most(stages);
  const perPerson = largest === 0 ? 0 : RIVER / largest;
  const inCards = Math.max(0, ...stages.flatMap((stage) => stage.points.map((point) => point.numbers.people)));
  const x = (place: number): number => place * (column + GAP);
  const columns = stages.map(({ numbers, points }, place): Column => {
    const target = stages.findIndex((stage) => stage.numbers.key === numbers.onward?.to);
    const bar = numbers.people * perPerson;
    return {
      x: x(place),
      bar,
      going: numbers.onward && target !== -1 ? { x1: x(place) + BAR, x2: x(target), height: numbers.onward.people * perPerson } : null,
      falling: numbers.onward ? fallingOf(x(place) + BAR, bar, numbers.onward.lost * perPerson, column) : null,
      cards: boxes(
        points.map((point) => point.numbers.name),
        column,
      ),
    };
  });
  const ends = columns.map(({ cards }) => {
    const last = cards.at(-1);
    return last ? last.y + last.height : CARDS_TOP + EMPTY_CARD;
  });
  return {
    width: columns.length * (column + GAP) - GAP,
    height: Math.max(CARDS_TOP, ...ends) + 2,
    column,
    riverTop: RIVER_TOP,
    lossEnd: LOSS_END,
    cardsTop: CARDS_TOP,
    headHeight: HEAD,
    perPerson,
    perPersonInCards: inCards === 0 ? 0 : (column - 2 * PAD) / inCards,
    columns,
  };
}

function fallingOf(x0: number, bar: number, size: number, column: number): Falling {
  // They end within the column, however many they are.
  const x = x0 + Math.min(20, Math.max(4, column - BAR - size));
  return { x0, x, top: RIVER_TOP + bar - size, bottom: RIVER_TOP + bar, size };
}

function boxes(names: readonly string[], column: number): Box[] {
  let y = CARDS_TOP;
  return names.map((text) => {
    const name = wrapped(text, 13, column - 2 * PAD, 2, true);
    const box = { y, height: CARD + (name.length - 1) * LINE, name };
    y += box.height + CARD_GAP;
    return box;
  });
}

/** The outline of who is lost: out of the bar, in a turn, and down. */
export function fallingPath({ x0, x, top, bottom, size }: Falling, end: number): string {
  const r = (value: number): string => value.toFixed(2);
  const right = x + size;
  return [
    `M${r(x0)} ${r(top)}`,
    `C${r(right)} ${r(top)} ${r(right)} ${r(top)} ${r(right)} ${r(end)}`,
    `L${r(x)} ${r(end)}`,
    `C${r(x)} ${r(bottom)} ${r(x)} ${r(bottom)} ${r(x0)} ${r(bottom)}`,
    "Z",
  ].join("");
}

/** A round number of people, and at most so many, for the scale: 1, 2 or 5 times a power of ten. */
export function roundBelow(limit: number): number {
  if (limit < 1) return 0;
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((step) => step * power).find((step) => step <= limit) ?? power;
}

/** A line through the values, as SVG points; flat in the middle where nothing changed. */
export function sparkOf(values: readonly number[], width: number, height: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const step = width / Math.max(1, values.length - 1);
  const y = (value: number): number => (high === low ? height / 2 : height - ((value - low) / (high - low)) * height);
  return values.map((value, place) => `${(place * step).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
}
