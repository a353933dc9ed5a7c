import { describe, expect, it } from "vitest";

import { endOfDay, instantOf, wallClock } from "./zone";

const at = (clock: string, zone: string): string => instantOf(clock, zone).toISOString();

describe("the clock of a zone", () => {
  it("is read and found again", () => {
    expect(wallClock(new Date("2026-03-01T16:00:05Z"), "Asia/Shanghai")).toBe("2026-03-02T00:00:05");
    expect(at("2026-03-02T00:00:05", "Asia/Shanghai")).toBe("2026-03-01T16:00:05.000Z");
    expect(at("2026-07-01T12:00:00", "Asia/Kolkata")).toBe("2026-07-01T06:30:00.000Z");
  });

  it("takes the first of two, and steps over what is skipped, on the days of the change", () => {
    expect(at("2026-11-01T01:30:00", "America/New_York")).toBe("2026-11-01T05:30:00.000Z");
    expect(at("2026-03-08T02:30:00", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
    expect(at("2026-03-08T03:30:00", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
    expect(at("2026-03-09T00:00:00", "America/New_York")).toBe("2026-03-09T04:00:00.000Z");
  });

  it("ends a day of 23 hours when that day ends", () => {
    expect(endOfDay("2026-03-08", "America/New_York").toISOString()).toBe("2026-03-09T03:59:59.999Z");
    expect(endOfDay("2026-12-31", "UTC").toISOString()).toBe("2026-12-31T23:59:59.999Z");
  });
});
