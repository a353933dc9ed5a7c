// How are statuses, channels and waiting times said?
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import type { Tone } from "@/parts/Pill";
import { useChannelName } from "../useChannelName";
import type { Status } from "./queries";

export const TONES: Readonly<Record<Status, Tone>> = { open: "info", waiting_us: "warn", waiting_them: "plain", closed: "good" };

/** Channels of ours by their name, those of others by a word where there is one. */
export function useTalkChannel(): (key: string) => string {
  const ours = useChannelName();
  const words = useWords();
  return (key) => words(`inbox.channels.${key}`) ?? ours(key);
}

/** Office seconds in hours and minutes. */
export function useOfficeTime(): (seconds: number | null | undefined) => string {
  const { t } = useTranslation();
  return (seconds) => {
    if (seconds === null || seconds === undefined) return "–";
    const minutes = Math.round(seconds / 60);
    return minutes < 60 ? t("inbox.minutes", { minutes }) : t("inbox.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  };
}
