// Why was an event not simply accepted? The server's reason is "code: details in English"; the code is said in the reader's language.
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";

export interface Reason {
  readonly code: string;
  readonly details: string;
}

export function splitReason(reason: string): Reason {
  const at = reason.indexOf(": ");
  return at === -1 ? { code: reason, details: "" } : { code: reason.slice(0, at), details: reason.slice(at + 2) };
}

/** The sentence for a reason; an unknown code is shown as it stands, which is still better than nothing. */
export function useReasonWords(): (reason: string) => string {
  const { t } = useTranslation();
  const words = useWords();
  return (reason) => {
    const { code } = splitReason(reason);
    return code === "" ? t("receipts.noReason") : (words(`receipts.reasons.${code}`) ?? code);
  };
}
