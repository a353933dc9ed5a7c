// How are models, what they foretell and their figures said?
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import type { Definition, Model, Run } from "./queries";

interface Labelled {
  readonly label_zh: string;
  readonly label_en: string;
}

/** The label of a model, template or feature in the reader's language. */
export function useLabel(): (of: Labelled) => string {
  const { language } = useLanguage();
  return ({ label_zh, label_en }) => (language === "zh" ? label_zh : label_en);
}

/** Why a run came to nothing, with the numbers that stand in the way where they are known. */
export function useWhyFailed(): (run: Run) => string {
  const { t } = useTranslation();
  const words = useWords();
  return ({ error }) => {
    const code = typeof error?.code === "string" ? error.code : "";
    const details =
      typeof error?.details === "object" && error.details !== null ? (error.details as Readonly<Record<string, unknown>>) : {};
    const { positives, negatives, windows, needed } = details;
    if (code === "not_enough_outcomes" && typeof positives === "number" && typeof negatives === "number" && typeof needed === "number") {
      return t("models.tooFew", { positives, negatives, needed });
    }
    if (code === "not_enough_history" && typeof windows === "number" && typeof needed === "number") {
      return t("models.tooShort", { windows, needed });
    }
    return words(`errors.${code}`) ?? t("errors.server");
  };
}

export function definitionOf(model: Pick<Model, "definition">): Definition {
  return model.definition as unknown as Definition;
}

/** What is foretold, in one line. */
export function useTargetWords(): (definition: Definition) => string {
  const { t } = useTranslation();
  return ({ target }) => (target.kind === "outcome" ? t("models.targetOutcome", { count: target.days }) : t("models.targetSeed"));
}

export function useShare(): (share: number, digits?: number) => string {
  const { tag } = useLanguage();
  return (share, digits = 1) => new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: digits }).format(share);
}

export function useFigure(): (value: number, digits?: number) => string {
  const { tag } = useLanguage();
  return (value, digits = 3) => new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}
