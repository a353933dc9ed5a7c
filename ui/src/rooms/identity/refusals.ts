import { useTranslation } from "react-i18next";

import { useIdKind } from "@/rooms/profiles/useIdKind";

/** Why a merge was or would be refused, in words: `shared`, `limit:ids`, `limit:merges` or `limit:<kind of id>`. */
export function useRefusalWords(): (reason: string) => string {
  const { t } = useTranslation();
  const kindWord = useIdKind();
  return (reason) => {
    if (reason === "shared" || reason === "blocked" || reason === "same") return t(`merges.refusals.${reason}`);
    if (reason === "limit:ids" || reason === "limit:merges")
      return t(reason === "limit:ids" ? "merges.refusals.ids" : "merges.refusals.merges");
    if (reason.startsWith("limit:")) return t("merges.refusals.limit", { kind: kindWord(reason.slice("limit:".length)) });
    return reason;
  };
}
