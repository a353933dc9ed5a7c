import { describe, expect, it } from "vitest";

import { bucketName, bucketOf, daysOf, lastDayOf, readFrame, stretchName } from "./frame";

const NOW = new Date("2026-03-02T12:00:00Z");

describe("a frame", () => {
  it("is thirty days by day unless the address says otherwise", () => {
    expect(readFrame("", "", NOW, "UTC")).toMatchObject({ first: "2026-02-01", last: "2026-03-02", unit: "day" });
    expect(readFrame("all", "", NOW, "UTC")).toMatchObject({ first: "2026-02-01", last: "2026-03-02" });
    expect(readFrame("lastMonth", "week", NOW, "UTC")).toMatchObject({ first: "2026-02-01", last: "2026-02-28", unit: "week" });
  });

  it("takes a longer unit where the days would be too many", () => {
    expect(readFrame("2025-06-01..2026-02-28", "", NOW, "UTC").unit).toBe("week");
    expect(readFrame("2024-06-01..2026-02-28", "day", NOW, "UTC").unit).toBe("month");
    expect(readFrame("2024-06-01..2026-02-28", "week", NOW, "UTC").unit).toBe("week");
  });

  it("is never longer than the server takes", () => {
    const { first, last } = readFrame("2020-01-01..2026-02-28", "", NOW, "UTC");
    expect([last, daysOf(first, last)]).toEqual(["2026-02-28", 1_100]);
  });
});

describe("a bucket", () => {
  it("begins on Monday or on the first", () => {
    expect(bucketOf("2026-03-01", "week")).toBe("2026-02-23");
    expect(bucketOf("2026-03-02", "week")).toBe("2026-03-02");
    expect(bucketOf("2026-03-31", "month")).toBe("2026-03-01");
    expect(bucketOf("2026-03-31", "day")).toBe("2026-03-31");
  });

  it("ends on Sunday or on the last of the month", () => {
    expect(lastDayOf("2026-02-23", "week")).toBe("2026-03-01");
    expect(lastDayOf("2024-02-01", "month")).toBe("2024-02-29");
    expect(lastDayOf("2025-12-01", "month")).toBe("2025-12-31");
  });

  it("is called as people call it", () => {
    expect(bucketName("2026-03-01", "month", "en-US")).toBe("March 2026");
    expect(bucketName("2026-03-01", "month", "zh-CN")).toBe("2026年3月");
    expect(bucketName("2026-03-02", "day", "en-US")).toBe("Mar 2, 2026");
    expect(bucketName("2026-03-02", "week", "zh-CN")).toBe("2026年3月2日 – 3月8日");
    expect(stretchName("2025-12-29", "2026-01-04", "zh-CN")).toBe("2025年12月29日 – 2026年1月4日");
  });
});
