import { describe, expect, it } from "vitest";

import type { Metric } from "./queries";
import { topicsOf } from "./topics";

function metric(key: string, horizon: Metric["horizon"], custom = false): Metric {
  return {
    key,
    horizon,
    custom,
    label_zh: key,
    label_en: key,
    formula_zh: "",
    formula_en: "",
    unit: "people",
    good: "up",
    needs: [],
    missing: [],
    ripens_days: 0,
    config_schema: {},
    setup: {},
  };
}

describe("topics", () => {
  it("put what is short beside what lasts, in the order that is told", () => {
    const found = topicsOf([metric("ltv_cac", "long"), metric("cac", "short"), metric("new_users", "short")]);
    expect(found.map(({ key, short, long }) => [key, short.map((one) => one.key), long.map((one) => one.key)])).toEqual([
      ["acquisition", ["new_users", "cac"], ["ltv_cac"]],
    ]);
  });

  it("lose no metric that nobody sorted, and keep those of the workspace apart", () => {
    const found = topicsOf([metric("brand_new", "long"), metric("dau", "short"), metric("nps_2", "short", true)]);
    expect(found.map(({ key }) => key)).toEqual(["activity", "more", "own"]);
  });
});
