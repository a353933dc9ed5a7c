import { expect, it } from "vitest";

import { openedOf, wordOf } from "./opened";

it("reads what it wrote, and nothing else", () => {
  for (const opened of [
    { rank: 1, outcome: "lost" as const, before: false },
    { rank: 12, outcome: "entered" as const, before: true },
  ]) {
    expect(openedOf(wordOf(opened))).toEqual(opened);
  }
  for (const word of ["", "1", "0.lost", "x.lost", "1.found", "-1.lost"]) expect(openedOf(word)).toBeNull();
});
