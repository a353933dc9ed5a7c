import { describe, expect, it } from "vitest";

import { addDays, dayOf, formatBytes, formatDay, formatDuration, formatMoney, formatNumber, formatRelative, formatTime } from "./format";

describe("numbers and amounts", () => {
  it("are grouped as the language groups them", () => {
    expect(formatNumber(1469307, "en-US")).toBe("1,469,307");
    expect(formatNumber(1469307, "zh-CN")).toBe("1,469,307");
  });

  it("of money come from minor units, however many a currency has", () => {
    expect(formatMoney(459_603_958, "USD", "en-US")).toBe("$4,596,039.58");
    expect(formatMoney(1250, "JPY", "en-US")).toBe("¥1,250");
    expect(formatMoney(1250, "KWD", "en-US")).toMatch(/1\.250$/);
  });

  it("of bytes are short", () => {
    expect(formatBytes(0, "en-US")).toBe("0 byte");
    expect(formatBytes(1_500_000, "en-US")).toBe("1.5 MB");
  });
});

describe("times", () => {
  it("are shown in the zone of the workspace, also across a change to summer time", () => {
    expect(formatTime("2017-03-12T06:59:59Z", "America/New_York", "en-US")).toBe("Mar 12, 2017, 01:59:59");
    expect(formatTime("2017-03-12T07:00:00Z", "America/New_York", "en-US")).toBe("Mar 12, 2017, 03:00:00");
  });

  it("are told relative to now, and a row from a second ahead reads as now", () => {
    const now = Date.parse("2026-03-02T09:30:00Z");
    expect(formatRelative("2026-03-02T09:27:00Z", now, "en-US")).toBe("3 minutes ago");
    expect(formatRelative("2026-03-02T09:30:05Z", now, "en-US")).toBe("now");
    expect(formatRelative("2026-03-01T09:00:00Z", now, "zh-CN")).toBe("昨天");
  });

  it("of day belong to a zone, a day itself to none", () => {
    expect(dayOf(new Date("2026-03-02T02:00:00Z"), "America/New_York")).toBe("2026-03-01");
    expect(formatDay("2017-01-01", "en-US")).toBe("Jan 1, 2017");
    expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
  });

  it("that last are told in their largest unit", () => {
    expect(formatDuration(42, "en-US")).toBe("42 seconds");
    expect(formatDuration(7300, "en-US")).toBe("2 hours");
  });
});
