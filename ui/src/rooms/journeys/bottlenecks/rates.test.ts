import { expect, it } from "vitest";

import { lineOf, placeOf, topOf } from "./rates";

const day = (people: number, onward: number) => ({ day: "2026-01-01", people, onward });

it("draws the share of each day below a round top, with a gap where nobody was", () => {
  const line = lineOf([day(10, 5), day(10, 4), day(0, 0), day(10, 3)]);
  expect(line.top).toBe(0.6);
  expect(line.parts).toEqual(["0.00,16.67 33.33,33.33", "100.00,50.00"]);
});

it("takes the next round share as top, and all at most", () => {
  expect([topOf([]), topOf([day(100, 3)]), topOf([day(10, 10)])]).toEqual([0.05, 0.05, 1]);
});

it("puts a single day in the middle", () => {
  expect([placeOf(0, 1), placeOf(0, 3), placeOf(2, 3)]).toEqual([50, 0, 100]);
});
