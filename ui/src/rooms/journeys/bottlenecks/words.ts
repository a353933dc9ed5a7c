// How are the people of a finding called? By the label of the dimension and its value, by the segment, or as everybody.
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import type { Axis, Slice } from "./queries";

export interface SliceWords {
  readonly axis: (kind: string | undefined, name: string | undefined) => string;
  readonly slice: (slice: Slice | null) => string;
}

export function sliceWords(axes: readonly Axis[], t: TFunction, language: Language): SliceWords {
  const axis = (kind: string | undefined, name: string | undefined): string => {
    const found = axes.find((one) => one.kind === kind && one.name === name);
    return (found && (language === "zh" ? found.label_zh : found.label_en)) ?? name ?? "";
  };
  const slice = (one: Slice | null): string => {
    if (one === null) return t("bottlenecks.everybody");
    const name = axis(one.kind, one.name);
    if (one.kind === "segment") return t("bottlenecks.inSegment", { name });
    return t("bottlenecks.is", { name, value: one.value ?? t("bottlenecks.notSet") });
  };
  return { axis, slice };
}

export function useSliceWords(axes: readonly Axis[]): SliceWords {
  const { t } = useTranslation();
  const { language } = useLanguage();
  return sliceWords(axes, t, language);
}
