import { describe, expect, it } from "vitest";

import { strokesOf } from "./sparkline";

describe("a small line", () => {
  it("runs from the left to the right, the highest value on top", () => {
    expect(strokesOf([0, 10, 5], 3)).toEqual({ firm: ["0.0,25.0 60.0,3.0 120.0,14.0"], open: null });
  });

  it("is flat where nothing changed", () => {
    expect(strokesOf([7, 7], 2).firm).toEqual(["0.0,14.0 120.0,14.0"]);
  });

  it("is parted where there is no value, and not drawn of one", () => {
    expect(strokesOf([1, 2, null, 2, 1], 5).firm).toHaveLength(2);
    expect(strokesOf([null, 3, null], 3)).toEqual({ firm: [], open: null });
  });

  it("ends open where the last values still grow", () => {
    const { firm, open } = strokesOf([1, 2, 3], 2);
    expect(firm).toEqual(["0.0,25.0 60.0,14.0"]);
    expect(open).toBe("60.0,14.0 120.0,3.0");
  });
});
