import { expect, test } from "vitest";

import type { Metric } from "../queries";
import { dropped, freeId, keyFor, metricTile, moved, proposal, putBack, removed } from "./draft";

const tiles = ["t1", "t2", "t3"].map((id) => metricTile(id, "dau"));
const ids = (found: readonly { readonly id: string }[]): string => found.map(({ id }) => id).join(" ");

test("a tile moves by places and stops at the ends", () => {
  expect(ids(moved(tiles, "t1", 1))).toBe("t2 t1 t3");
  expect(ids(moved(tiles, "t1", -1))).toBe("t1 t2 t3");
  expect(ids(moved(tiles, "t2", 9))).toBe("t1 t3 t2");
  expect(ids(moved(tiles, "no", 1))).toBe("t1 t2 t3");
});

test("a tile that is dropped stands where the other stood", () => {
  expect(ids(dropped(tiles, "t3", "t1"))).toBe("t3 t1 t2");
  expect(ids(dropped(tiles, "t1", "t3"))).toBe("t2 t3 t1");
  expect(ids(dropped(tiles, "t1", "t1"))).toBe("t1 t2 t3");
});

test("a removed tile comes back where it was, once", () => {
  const without = removed(tiles, "t2");
  const back = putBack(without, metricTile("t2", "dau"), 1);
  expect(ids(back)).toBe("t1 t2 t3");
  expect(ids(putBack(back, metricTile("t2", "dau"), 1))).toBe("t1 t2 t3");
});

test("a new tile takes the first free id", () => {
  expect(freeId([])).toBe("t1");
  expect(freeId(removed(tiles, "t2"))).toBe("t2");
});

test("only what can be measured is proposed", () => {
  const metric = (key: string, missing: string[]): Metric => ({ key, missing }) as unknown as Metric;
  const found = proposal([metric("dau", []), metric("arpu", ["purchase"]), metric("own", [])], "Daily");
  expect(found.tiles).toEqual([metricTile("t1", "dau")]);
});

test("a key is made of the name, or numbered", () => {
  expect(keyFor("Weekly Board!", new Set())).toBe("weekly_board");
  expect(keyFor("Weekly Board!", new Set(["weekly_board"]))).toBe("weekly_board_2");
  expect(keyFor("每周看板", new Set(["dashboard_1"]))).toBe("dashboard_2");
});
