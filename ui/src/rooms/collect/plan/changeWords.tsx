// How is one difference between two versions of the plan said? Which thing, which field, and its values in words.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { wordsIn } from "./wordsIn";

type Change = Schemas["ChangeBody"];

interface ChangeWords {
  readonly subject: (change: Change) => ReactNode;
  readonly change: (change: Change) => string;
  readonly value: (change: Change, side: "before" | "after") => ReactNode;
}

export function useChangeWords(): ChangeWords {
  const { t } = useTranslation();
  const words = useWords();
  const { language } = useLanguage();
  const plain = (value: unknown, field: string): string => {
    if (value === null || value === undefined || value === "") return "–";
    if (typeof value === "boolean") return t(value ? "plan.history.yes" : "plan.history.no");
    if (Array.isArray(value)) return value.map(String).join(t("plan.history.join"));
    if (typeof value === "object") {
      const said = wordsIn({ zh: "", en: "", ...value }, language);
      return said === "" ? "–" : said;
    }
    const text = typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
    const group = field === "type" ? "types" : field === "status" ? "statuses" : isMode(field) ? "modes" : "";
    return group ? (words(`plan.${group}.${text}`) ?? text) : text;
  };
  return {
    subject: ({ event, property, is_trait }) => (
      <>
        {is_trait ? t("plan.traits") : event || t("plan.history.plan")}
        {property ? (
          <>
            {" · "}
            <code>{property}</code>
          </>
        ) : null}
      </>
    ),
    change: ({ field, before }) => {
      if (field === "") return t(before === null ? "plan.history.added" : "plan.history.removed");
      return words(`plan.history.fields.${field}`) ?? field;
    },
    // Of a whole thing that came or went, its name says it all.
    value: ({ field, ...change }, side) => (field === "" ? <span className="faint">–</span> : plain(change[side], field)),
  };
}

function isMode(field: string): boolean {
  return ["mode", "unknown_events", "unknown_properties"].includes(field);
}
