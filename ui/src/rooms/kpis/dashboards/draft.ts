// What is a dashboard while it is edited, and how do its tiles come, move, grow and go? Pure functions.
import type { Metric } from "../queries";
import type { Dashboard, MetricTile, Tile } from "./queries";

export const WIDTHS = ["third", "half", "full"] as const;
export type Width = (typeof WIDTHS)[number];
export const MOST_TILES = 40;

export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly tiles: readonly Tile[];
}

export const EMPTY: Draft = { name: "", description: "", tiles: [] };

export function draftOf({ name, description, tiles }: Dashboard): Draft {
  return { name, description, tiles };
}

/** The smallest "t" with a number that no tile bears. */
export function freeId(tiles: readonly Tile[]): string {
  const taken = new Set(tiles.map(({ id }) => id));
  for (let n = 1; ; n += 1) if (!taken.has(`t${n}`)) return `t${n}`;
}

export function metricTile(id: string, metric: string): MetricTile {
  return { id, kind: "metric", metric, width: "third", period: { last_days: 30 }, unit: "day" };
}

/** The tile `id` by `steps` places towards the end, or the beginning; it stops at the ends. */
export function moved(tiles: readonly Tile[], id: string, steps: number): readonly Tile[] {
  const from = tiles.findIndex((tile) => tile.id === id);
  const tile = tiles[from];
  if (!tile) return tiles;
  const to = Math.min(tiles.length - 1, Math.max(0, from + steps));
  const rest = tiles.filter((_, place) => place !== from);
  return [...rest.slice(0, to), tile, ...rest.slice(to)];
}

/** The tile `id` where `onto` stands. */
export function dropped(tiles: readonly Tile[], id: string, onto: string): readonly Tile[] {
  const place = (of: string): number => tiles.findIndex((tile) => tile.id === of);
  return id === onto || place(id) < 0 || place(onto) < 0 ? tiles : moved(tiles, id, place(onto) - place(id));
}

export function replaced(tiles: readonly Tile[], tile: Tile): readonly Tile[] {
  return tiles.map((one) => (one.id === tile.id ? tile : one));
}

export function removed(tiles: readonly Tile[], id: string): readonly Tile[] {
  return tiles.filter((tile) => tile.id !== id);
}

/** A tile that was removed, at its place again. */
export function putBack(tiles: readonly Tile[], tile: Tile, place: number): readonly Tile[] {
  return tiles.some(({ id }) => id === tile.id) ? tiles : [...tiles.slice(0, place), tile, ...tiles.slice(place)];
}

const PROPOSED = [
  "new_users",
  "dau",
  "dau_mau",
  "retention_day_7",
  "repeat_purchase_rate",
  "average_order_value",
  "arpu",
  "ltv",
  "registration_conversion",
] as const;
const MOST_PROPOSED = 6;

/** A dashboard to begin with, of the shipped metrics that can be measured here. */
export function proposal(metrics: readonly Metric[], name: string): Draft {
  const ready = new Set(metrics.filter(({ missing }) => missing.length === 0).map(({ key }) => key));
  const chosen = PROPOSED.filter((key) => ready.has(key)).slice(0, MOST_PROPOSED);
  return { name, description: "", tiles: chosen.map((key, place) => metricTile(`t${place + 1}`, key)) };
}

/** A key for the address, of the name where it has letters for one. */
export function keyFor(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60);
  for (let n = 1; ; n += 1) {
    const key = n === 1 && plain !== "" ? plain : `${plain === "" ? "dashboard" : plain}_${n}`;
    if (!taken.has(key)) return key;
  }
}
