import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";

/** Why a row is left out, in words; the server names it by a stable word. */
export function useProblemWords(): (what: string) => string {
  const { t } = useTranslation();
  const words = useWords();
  return (what) => words(`imports.what.${what}`) ?? t("imports.whatElse", { what });
}
