import { describe, expect, it } from "vitest";

import { BAR, fallingPath, layOut, RIVER, roundBelow, sparkOf, widthFor } from "./layout";
import type { PictureOfMap, Stage } from "./joined";
import { widthOf, wrapped } from "./text";

function stage(key: string, people: number, onward: { to: string; people: number } | null, points = 0): Stage {
  const told = onward && { ...onward, lost: people - onward.people, conversion: onward.people / people, median_seconds: 1 };
  const numbers = { key, name: key, people, events: people, series: [], onward: told };
  const visits = { visits: 0, ended: 0, bounce_rate: null };
  const dwell = { touches: 0, median_seconds: null, average_seconds: null };
  const point = (n: number) => ({ before: null, numbers: { ...numbers, channels: [], key: `${key}_${n}`, visits, dwell } });
  return { numbers, before: null, points: Array.from({ length: points }, (_, n) => point(n)) };
}

function picture(...stages: Stage[]): PictureOfMap {
  return { people: 1000, windowSeconds: 1, stages };
}

describe("the river", () => {
  it("draws people, those who go on and those who are lost to one scale", () => {
    const { columns, perPerson, riverTop } = layOut(picture(stage("a", 1000, { to: "b", people: 250 }), stage("b", 400, null)));
    expect(perPerson).toBe(RIVER / 1000);
    const [a, b] = columns;
    expect(a?.bar).toBeCloseTo(RIVER);
    expect(a?.going?.height).toBeCloseTo(RIVER * 0.25);
    expect(a?.falling?.size).toBeCloseTo(RIVER * 0.75);
    // Together they leave the bar from its top to its bottom.
    expect(a?.falling?.top).toBeCloseTo(riverTop + (a?.going?.height ?? 0));
    expect(a?.falling?.bottom).toBeCloseTo(riverTop + (a?.bar ?? 0));
    expect(b?.bar).toBeCloseTo(RIVER * 0.4);
    expect([b?.going, b?.falling]).toEqual([null, null]);
  });

  it("passes over a stage without touchpoints, and stays within its column", () => {
    const { columns } = layOut(picture(stage("a", 100, { to: "c", people: 0 }), stage("empty", 0, null), stage("c", 7, null)));
    expect(columns[0]?.going).toMatchObject({ x1: BAR, x2: columns[2]?.x, height: 0 });
    const falling = columns[0]?.falling;
    expect((falling?.x ?? 0) + (falling?.size ?? 0)).toBeLessThan(columns[1]?.x ?? 0);
    expect(fallingPath({ x0: 0, x: 10, top: 5, bottom: 15, size: 10 }, 40)).toMatch(/^M0\.00 5\.00C.*L10\.00 40\.00C.*0\.00 15\.00Z$/);
  });

  it("keeps the scale where more go on within the window than are seen in the period", () => {
    const { columns } = layOut(picture(stage("a", 10, { to: "b", people: 10 }), stage("b", 4, null)));
    expect(columns[0]?.going?.height).toBeCloseTo(RIVER);
    expect(columns[1]?.bar).toBeCloseTo(RIVER * 0.4);
  });

  it("has no scale without anybody", () => {
    const { columns, perPerson, perPersonInCards } = layOut(picture(stage("a", 0, { to: "b", people: 0 }, 1), stage("b", 0, null, 1)));
    expect([perPerson, perPersonInCards]).toEqual([0, 0]);
    expect(columns.map((column) => column.bar)).toEqual([0, 0]);
  });
});

describe("the columns", () => {
  it("share the width, and the tallest decides on the height", () => {
    const two = picture(stage("a", 1, null, 3), stage("b", 1, null, 1));
    const narrow = layOut(two);
    expect(narrow.width).toBe(widthFor(2));
    const wide = layOut(two, 900);
    expect(wide.width).toBeCloseTo(900);
    expect(wide.columns[1]?.x).toBeCloseTo(wide.column + 14);
    const [, , last] = narrow.columns[0]?.cards ?? [];
    expect(narrow.height).toBe((last?.y ?? 0) + (last?.height ?? 0) + 2);
  });
});

it("names round numbers for the scale", () => {
  expect([0.4, 1, 4, 5, 19, 20, 99, 4999, 5000].map(roundBelow)).toEqual([0, 1, 2, 5, 10, 20, 50, 2000, 5000]);
});

it("draws a flat line in the middle, and otherwise from the lowest to the highest", () => {
  expect(sparkOf([3, 3, 3], 10, 4)).toBe("0.0,2.0 5.0,2.0 10.0,2.0");
  expect(sparkOf([1, 3], 10, 4)).toBe("0.0,4.0 10.0,0.0");
});

describe("a text in the picture", () => {
  it("breaks at blanks, Chinese anywhere, and ends with an ellipsis", () => {
    expect(wrapped("Payment details", 10, 60, 2)).toEqual(["Payment", "details"]);
    expect(wrapped("填写支付信息", 10, 40, 2)).toEqual(["填写支付", "信息"]);
    expect(wrapped("one two three four", 10, 45, 2).at(-1)).toMatch(/…$/);
    expect(wrapped("Unbreakablelongword", 10, 40, 2)).toEqual([expect.stringMatching(/^Unb.*…$/)]);
    expect(wrapped("", 10, 40, 2)).toEqual([""]);
  });

  it("never is wider than its place", () => {
    for (const text of ["Visit by a campaign of the spring", "经广告访问并且浏览了很多商品的人", "MMMMMMMMMM WWWWWWWWWW"]) {
      for (const line of wrapped(text, 13, 90, 2, true)) expect(widthOf(line, 13, true)).toBeLessThanOrEqual(90);
    }
  });
});
