// Which time zones and currencies are there? Those the browser knows, named in the reader's language.
import { useMemo } from "react";

import { useLanguage } from "@/i18n/useLanguage";
import { useQuarter } from "@/parts/useNow";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export function useZones(): Choice[] {
  const { tag } = useLanguage();
  const now = useQuarter();
  return useMemo(() => {
    const offset = (zone: string): string =>
      new Intl.DateTimeFormat(tag, { timeZone: zone, timeZoneName: "shortOffset" })
        .formatToParts(now)
        .find((part) => part.type === "timeZoneName")?.value ?? "";
    return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => ({
      value: zone,
      label: zone === "UTC" ? zone : `${zone} (${offset(zone)})`,
    }));
  }, [now, tag]);
}

export function useCurrencies(): Choice[] {
  const { tag } = useLanguage();
  return useMemo(() => {
    const names = new Intl.DisplayNames(tag, { type: "currency" });
    return Intl.supportedValuesOf("currency").map((code) => ({ value: code, label: `${code} · ${names.of(code) ?? code}` }));
  }, [tag]);
}
