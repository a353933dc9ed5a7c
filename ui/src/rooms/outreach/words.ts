// Which words stand for the states, reasons and kinds of messages? The server says one word of the program for each.
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import type { Tone } from "@/parts/Pill";
import type { MessageState } from "./queries";

export const STATES: readonly MessageState[] = [
  "queued",
  "claimed",
  "sending",
  "accepted",
  "failed",
  "unknown",
  "suppressed",
  "expired",
  "cancelled",
];

export const TONE: Record<MessageState, Tone> = {
  queued: "info",
  claimed: "info",
  sending: "info",
  accepted: "good",
  failed: "bad",
  unknown: "warn",
  suppressed: "plain",
  expired: "plain",
  cancelled: "plain",
};

/** Why it is so, in words; a reason that nobody has words for yet is shown as it is. */
export function useReason(): (reason: string, facts?: Readonly<Record<string, unknown>>) => string {
  const words = useWords();
  const { t } = useTranslation();
  return (reason, facts = {}) => {
    if (!reason) return "";
    const { sent, limit } = facts;
    const numbers = typeof sent === "number" && typeof limit === "number" ? t("messages.ofLimit", { sent, limit }) : "";
    return [words(`messages.reasons.${reason}`) ?? reason, numbers].filter(Boolean).join(" · ");
  };
}
