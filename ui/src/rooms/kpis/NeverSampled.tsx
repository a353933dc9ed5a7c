// What can be done where a metric is too large to be measured? Ask for less; a metric is never made of a sample, and it says why.
import { Button } from "antd";
import { Scissors } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { Notice, Technical } from "@/parts/states";
import { useChangeParams, useParam } from "@/parts/useParam";

const LIMITS: readonly string[] = ["warehouse_timeout", "warehouse_memory", "warehouse_rows"];

export function isTooLarge(error: unknown): boolean {
  return error !== null && LIMITS.includes(asApiError(error).code);
}

export function NeverSampled({ error, retry }: { readonly error: unknown; readonly retry: () => void }): ReactNode {
  const { t } = useTranslation();
  const change = useChangeParams();
  const [by] = useParam("by");
  const [period] = useParam("period");
  return (
    <Notice
      icon={Scissors}
      title={t("reports.tooLarge")}
      text={
        <>
          {t("kpis.neverSampled")}
          <Technical error={asApiError(error)} />
        </>
      }
      action={
        <>
          {by === "" ? null : <Button onClick={() => change((params) => params.delete("by"))}>{t("kpis.withoutParts")}</Button>}
          {period === "d30" || period === "" ? null : (
            <Button onClick={() => change((params) => params.set("period", "d30"))}>{t("period.d30")}</Button>
          )}
          <Button onClick={retry}>{t("states.retry")}</Button>
        </>
      }
    />
  );
}
