import { describe, expect, it } from "vitest";

import { formatMoney } from "./format";
import { amountText, minorPerUnit } from "./money";

describe("an amount", () => {
  it("is written in whole units, exactly", () => {
    expect([430, 5, -5, 0, 459_603_958].map((minor) => amountText(minor, "USD"))).toEqual(["4.30", "0.05", "-0.05", "0.00", "4596039.58"]);
    expect([amountText(1200, "JPY"), amountText(-7, "JPY"), amountText(5, "KWD"), amountText(1, "CLF")]).toEqual([
      "1200",
      "-7",
      "0.005",
      "0.0001",
    ]);
  });

  it("keeps the parts of a smallest unit that an average has", () => {
    expect([amountText(350.5, "CNY"), amountText(350.5, "JPY"), amountText(1e21, "CNY")]).toEqual([
      "3.505",
      "350.5",
      "10000000000000000000",
    ]);
  });

  it("has as many digits as the currency, also where browsers print fewer", () => {
    expect([minorPerUnit("PKR"), minorPerUnit("ISK"), minorPerUnit("IQD")]).toEqual([100, 1, 1000]);
    expect(formatMoney(1250, "PKR", "en-US")).toMatch(/12\.50$/);
    expect(formatMoney(1250, "IQD", "en-US")).toMatch(/1\.250$/);
  });
});
