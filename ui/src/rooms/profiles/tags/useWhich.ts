import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { useChangeParams } from "@/parts/useParam";
import type { Which } from "./queries";

/** Which part of the distribution is looked at; it stands in the address. */
export function useWhich(): { readonly which: Which; readonly choose: (which: Which) => void } {
  const [params] = useSearchParams();
  const change = useChangeParams();
  const which = useMemo((): Which => {
    const number = (name: string): number | undefined => {
      const text = params.get(name);
      return text === null || text === "" || !Number.isFinite(Number(text)) ? undefined : Number(text);
    };
    const [value, low, high] = [params.get("value"), number("low"), number("high")];
    if (value !== null) return { value };
    return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
  }, [params]);
  const choose = useCallback(
    ({ value, low, high }: Which) =>
      change((next) => {
        for (const name of ["value", "low", "high", "tab"]) next.delete(name);
        if (value !== undefined) next.set("value", value);
        if (low !== undefined) next.set("low", String(low));
        if (high !== undefined) next.set("high", String(high));
      }),
    [change],
  );
  return { which, choose };
}
