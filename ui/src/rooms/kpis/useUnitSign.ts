import { useTranslation } from "react-i18next";

import { useWorkspace } from "@/shell/workspace";
import type { Measured } from "./figures";

/** What stands behind a field for a value of this unit; "" for plain numbers. */
export function useUnitSign(unit: Measured): string {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  if (unit === "money") return currency;
  if (unit === "share") return "%";
  return unit === "seconds" ? t("kpis.seconds") : "";
}
