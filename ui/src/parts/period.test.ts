import { describe, expect, it } from "vitest";

import { rangeKey, readPeriod } from "./period";

const NOW = new Date("2026-03-02T02:00:00Z"); // still the first of March in New York

describe("a period", () => {
  it("counts back from the workspace's today, both days included", () => {
    expect(readPeriod("d7", NOW, "America/New_York")).toMatchObject({ first: "2026-02-23", last: "2026-03-01" });
    expect(readPeriod("d7", NOW, "UTC")).toMatchObject({ first: "2026-02-24", last: "2026-03-02" });
    expect(readPeriod("month", NOW, "UTC")).toMatchObject({ first: "2026-03-01", last: "2026-03-02" });
    expect(readPeriod("lastMonth", NOW, "UTC")).toMatchObject({ first: "2026-02-01", last: "2026-02-28" });
    expect(readPeriod("year", NOW, "UTC")).toMatchObject({ first: "2026-01-01", last: "2026-03-02" });
  });

  it("may be two days of the calendar", () => {
    expect(readPeriod("2017-01-01..2017-03-31", NOW, "UTC")).toMatchObject({ preset: null, first: "2017-01-01", last: "2017-03-31" });
    expect(rangeKey("2017-03-31", "2017-01-01")).toBe("2017-01-01..2017-03-31");
  });

  it("that cannot be read is all time", () => {
    for (const key of ["", "nonsense", "2017-02-30..2017-03-01", "2017-03-02..2017-03-01"]) {
      expect(readPeriod(key, NOW, "UTC")).toMatchObject({ preset: "all", first: null, last: null });
    }
  });
});
