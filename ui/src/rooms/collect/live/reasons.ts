// Why was an event not simply accepted? The server's reason is made of codes; each code is said in the reader's language.
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";

export interface Reason {
  readonly code: string;
  /** English, for whoever looks into it. */
  readonly details: string;
}

export interface PlanBreach {
  readonly code: string;
  readonly property: string;
}

const PLAN = "plan:";

export function splitReason(reason: string): Reason {
  const at = reason.indexOf(": ");
  return at === -1 ? { code: reason, details: "" } : { code: reason.slice(0, at), details: reason.slice(at + 2) };
}

/** What breaks the tracking plan: `plan:<code>:<property>`, several joined by `;`. Empty for any other reason. */
export function planBreaches(reason: string): PlanBreach[] {
  if (!reason.startsWith(PLAN)) return [];
  return reason.split(";").map((part) => {
    const [, code = "", ...rest] = part.split(":");
    return { code, property: rest.join(":").replaceAll("%3B", ";").replaceAll("%25", "%") };
  });
}

export function useBreachWords(): (breach: PlanBreach) => string {
  const { i18n } = useTranslation();
  return ({ code, property }) => {
    const key = `plan.breaches.${code}`;
    return i18n.exists(key) ? i18n.t(key, { property, defaultValue: "" }) : code;
  };
}

/** The sentence for a reason; an unknown code is shown as it stands, which is still better than nothing. */
export function useReasonWords(): (reason: string) => string {
  const { t } = useTranslation();
  const words = useWords();
  const breachWords = useBreachWords();
  return (reason) => {
    const breaches = planBreaches(reason);
    if (breaches.length > 0) return breaches.map(breachWords).join(t("receipts.join"));
    const { code } = splitReason(reason);
    return code === "" ? t("receipts.noReason") : (words(`receipts.reasons.${code}`) ?? code);
  };
}
