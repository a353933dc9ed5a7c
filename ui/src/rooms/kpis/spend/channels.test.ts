import { describe, expect, it } from "vitest";

import { amountText, channelsOf } from "./channels";

describe("spend by channel", () => {
  it("adds up the days, the most expensive channel first", () => {
    const rows = [
      { day: "2026-03-01", channel: "mail", amount_minor: 100 },
      { day: "2026-03-01", channel: "ads", amount_minor: 200 },
      { day: "2026-03-02", channel: "ads", amount_minor: 100 },
    ];
    expect(channelsOf(rows)).toEqual([
      { channel: "ads", amount: 300, share: 0.75, days: [rows[2], rows[1]] },
      { channel: "mail", amount: 100, share: 0.25, days: [rows[0]] },
    ]);
  });

  it("of nothing is nothing, and of free channels no share", () => {
    expect(channelsOf([])).toEqual([]);
    expect(channelsOf([{ day: "2026-03-01", channel: "word of mouth", amount_minor: 0 }])).toMatchObject([{ share: 0 }]);
  });
});

describe("an amount", () => {
  it("is sent in whole units of its currency", () => {
    expect(amountText(120_050, "USD")).toBe("1200.50");
    expect(amountText(5, "CNY")).toBe("0.05");
    expect(amountText(1200, "JPY")).toBe("1200");
  });
});
