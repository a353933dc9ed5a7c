// What does one difference say in words, and what are its two numbers?
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatMoney } from "@/parts/format";
import { tagsQuery, type Tag } from "@/rooms/profiles/tags/queries";
import { useSpoken, useTagValue } from "@/rooms/profiles/tags/words";
import { useMay, useWorkspace } from "@/shell/workspace";
import type { Finding } from "./queries";

/** The tags by name, for their words; empty until they are there. */
export function useTags(): ReadonlyMap<string, Tag> {
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...tagsQuery(slug), enabled: useMay("tags:read") });
  return useMemo(() => new Map(data?.items.map((tag) => [tag.key, tag])), [data]);
}

/** A value of a tag or trait as people read it. */
export function useShownValue(): (of: string, name: string, value: unknown) => string {
  const tags = useTags();
  const shown = useTagValue();
  return (of, name, value) => {
    const tag = of === "tag" ? tags.get(name) : undefined;
    return shown(tag ?? { value_type: "text", unit: "" }, value);
  };
}

/** How a tag or trait is called. */
export function useShownName(): (of: string, name: string) => string {
  const tags = useTags();
  const spoken = useSpoken();
  return (of, name) => (of === "tag" ? spoken(tags.get(name)?.label, name) : name);
}

interface FindingWords {
  readonly what: (one: Finding) => string;
  readonly against: (one: Finding) => { readonly a: string; readonly b: string };
}

export function useFindingWords(): FindingWords {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const { currency } = useWorkspace();
  const tags = useTags();
  const nameOf = useShownName();
  const valueOf = useShownValue();
  const isMoney = ({ kind, name }: Finding): boolean =>
    kind === "activity" ? name === "revenue_minor" : kind === "tag" && tags.get(name)?.unit === "minor";
  const called = (one: Finding): string => {
    if (one.kind !== "activity") return nameOf(one.kind, one.name);
    const activity = (["events", "days", "revenue_minor"] as const).find((each) => each === one.name);
    return activity ? t(`comparison.activity.${activity}`) : one.name;
  };
  const what = (one: Finding): string => {
    const name = called(one);
    if (one.kind === "event") return t("comparison.did", { name });
    if (one.test === "welch") return t("comparison.mean", { name });
    if (one.value === null || one.value === undefined) return t("comparison.hasAny", { name });
    return t("comparison.is", { name, value: valueOf(one.kind, one.name, one.value) });
  };
  const number = (one: Finding, side: Finding["a"]): string => {
    if (side.share !== null) return new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: 3 }).format(side.share);
    if (isMoney(one)) return formatMoney(Math.round(side.mean ?? 0), currency, locale);
    return new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 }).format(side.mean ?? 0);
  };
  return { what, against: (one) => ({ a: number(one, one.a), b: number(one, one.b) }) };
}
