// How many of the smallest unit make one of a currency, and what is an amount in whole units, exactly? As the server has it: ISO 4217.

/**
 * Digits after the point, where they are not two. Browsers cannot be asked: what they print of some currencies has fewer digits than
 * there are (ISK, PKR, HUF), and amounts would be read a hundred times too large. A test holds this against the server's table.
 */
const DIGITS: Readonly<Record<string, number>> = {
  ...of(0, "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
  ...of(3, "BHD IQD JOD KWD LYD OMR TND"),
  ...of(4, "CLF UYW"),
};

function of(digits: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(" ").map((code) => [code, digits]));
}

export function digitsOf(currency: string): number {
  return DIGITS[currency] ?? 2;
}

/** 100 cents, 1 yen. */
export function minorPerUnit(currency: string): number {
  return 10 ** digitsOf(currency);
}

/** 430 cents are "4.30", 1200 yen "1200", and the average of 350.5 cents is "3.505": the point moves, nothing is rounded. */
export function amountText(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  const written = String(Math.abs(minor));
  if (!/^\d+(\.\d+)?$/.test(written)) return String(minor / 10 ** digits);
  const [whole = "0", part = ""] = written.split(".");
  const padded = whole.padStart(digits + 1, "0");
  const point = padded.length - digits;
  const behind = padded.slice(point) + part;
  return `${minor < 0 ? "-" : ""}${padded.slice(0, point)}${behind === "" ? "" : `.${behind}`}`;
}
