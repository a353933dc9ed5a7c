// How are the groups of a report called? Those of a tag as its catalogue calls its values, those of a segment in words, others as they are.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useTagNames } from "@/rooms/segments/names";
import { isObject, textOf, type Spec } from "./spec";
import type { Saying } from "./view";

export function useGroupWords(spec: Spec): Saying["word"] {
  const { t } = useTranslation();
  const tags = useTagNames();
  const by = isObject(spec.breakdown) ? spec.breakdown : {};
  const inSegment = textOf(by.segment) !== "";
  const labels = tags.find(({ name }) => name === by.tag)?.labels;
  return useMemo(() => {
    if (inSegment) return (value: string) => t(value === "in" ? "reports.inSegment" : "reports.outOfSegment");
    return labels && ((value: string) => labels.get(value) ?? value);
  }, [inSegment, labels, t]);
}

/** What an answer is made into words with, for ``view`` of its kind. */
export function useSaying(spec: Spec): Saying {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const word = useGroupWords(spec);
  return useMemo(() => ({ spec, t, language, ...(word ? { word } : {}) }), [spec, t, language, word]);
}
