// How are a tag and its values called? In the reader's language where there are words, else as they are.
import { useTranslation } from "react-i18next";

import type { Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { formatDay, formatMoney, formatNumber } from "@/parts/format";
import { useWorkspace } from "@/shell/workspace";
import type { Tag, Words } from "./queries";

/** A text in a language; in the other one where it is not said, and `otherwise` where it is not said at all. */
export function spokenIn(language: Language, words: Words | null | undefined, otherwise = ""): string {
  const said = [words?.[language], words?.[language === "zh" ? "en" : "zh"]].find((text) => text !== undefined && text !== "");
  return said ?? otherwise;
}

export function useSpoken(): (words: Words | null | undefined, otherwise?: string) => string {
  const { language } = useLanguage();
  return (words, otherwise) => spokenIn(language, words, otherwise);
}

export type Valued = Pick<Tag, "value_type" | "unit"> & { readonly value_labels?: Tag["value_labels"] };

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A value of a tag as people read it. */
export function useTagValue(): (tag: Valued, value: unknown) => string {
  const spoken = useSpoken();
  const { tag: locale } = useLanguage();
  const { currency } = useWorkspace();
  const { t } = useTranslation();
  const one = (tag: Valued, value: unknown): string => {
    if (typeof value === "boolean") return t(value ? "tags.yes" : "tags.no");
    if (typeof value === "number") {
      if (tag.unit === "minor") return formatMoney(value, currency, locale);
      return formatNumber(value, locale);
    }
    if (typeof value === "string") {
      if (tag.value_type === "date" && DATE.test(value)) return formatDay(value, locale);
      return spoken(tag.value_labels?.[value], value);
    }
    return JSON.stringify(value);
  };
  return (tag, value) => (Array.isArray(value) ? value.map((each) => one(tag, each)).join(", ") : one(tag, value));
}
