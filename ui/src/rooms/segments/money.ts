/** How many of the smallest unit make one of the currency: 100 cents, 1 yen. */
export function minorPerUnit(currency: string): number {
  return (
    10 ** (new Intl.NumberFormat("en", { style: "currency", currency: currency || "USD" }).resolvedOptions().maximumFractionDigits ?? 2)
  );
}
