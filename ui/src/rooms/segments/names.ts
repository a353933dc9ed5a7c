// Which events, properties and traits are there to choose from? Those that came in and those that are planned, each with its type.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, unwrap } from "@/api/client";
import type { PlanProperty, Scalar } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { readPeriod } from "@/parts/period";
import { useQuarter } from "@/parts/useNow";
import { planQuery } from "@/rooms/collect/plan/queries";
import { overviewQuery } from "@/rooms/journeys/queries";
import { tagsQuery, type Tag } from "@/rooms/profiles/tags/queries";
import { spokenIn } from "@/rooms/profiles/tags/words";
import { useMay, useWorkspace } from "@/shell/workspace";

/** What a value is; it decides which tests are offered. */
export type ValueType = "text" | "number" | "boolean" | "time" | "day" | "list" | "any";

export interface EventName {
  readonly name: string;
  /** How many people did it; null for one that is planned and was never seen. */
  readonly people: number | null;
}

export interface FieldName {
  readonly name: string;
  /** How people call it; its name where nobody said. */
  readonly label?: string;
  readonly type: ValueType;
  /** The values that it may have, where that is known. */
  readonly allowed: readonly Scalar[];
  /** How people call them. */
  readonly labels?: ReadonlyMap<string, string>;
  /** A number of it is money in the smallest unit. */
  readonly money?: boolean;
}

const TYPES: Record<PlanProperty["type"], ValueType> = {
  any: "any",
  text: "text",
  number: "number",
  integer: "number",
  boolean: "boolean",
  time: "time",
  list: "list",
  object: "any",
};

/** Events of all time, those that most people did first, then those that are only planned. */
export function useEventNames(): { readonly events: readonly EventName[]; readonly busy: boolean } {
  const { slug, zone } = useWorkspace();
  const now = useQuarter();
  const period = useMemo(() => readPeriod("all", now, zone), [now, zone]);
  const seen = useQuery({ ...overviewQuery(slug, period), refetchInterval: false, enabled: useMay("reports:read") });
  const plan = useQuery({ ...planQuery(slug), enabled: useMay("plan:read") });
  const events = useMemo(() => {
    const people = seen.data?.data.event_people ?? {};
    const known = Object.entries(people)
      .filter(([name]) => name !== "")
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]): EventName => ({ name, people: count }));
    const planned = (plan.data?.events ?? []).filter((event) => !(event.name in people));
    return [...known, ...planned.map(({ name }): EventName => ({ name, people: null }))];
  }, [seen.data, plan.data]);
  return { events, busy: seen.isPending };
}

/** What came in lately: the properties of these events, or the traits when none is named. */
function observedQuery(workspace: string, events: readonly string[]) {
  return queryOptions({
    queryKey: [workspace, "plan", "observed", ...events],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/workspaces/{workspace}/plan/draft", {
          params: { path: { workspace } },
          body: events.length ? { days: 90, events: [...events] } : { days: 90, limit: 1 },
          signal,
        }),
      ),
    staleTime: 600_000,
    retry: false,
  });
}

function merged(planned: readonly PlanProperty[], seen: readonly PlanProperty[]): FieldName[] {
  const known = new Set(planned.map((each) => each.name));
  const all = [...planned, ...seen.filter((each) => !known.has(each.name))];
  const found = new Map(all.map((each) => [each.name, { name: each.name, type: TYPES[each.type], allowed: each.allowed ?? [] }]));
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function definitions(items: readonly { readonly definition: unknown }[]): PlanProperty[] {
  return items.map((each) => each.definition as PlanProperty);
}

/** Properties of these events; of all planned ones when none is named. */
export function usePropertyNames(events: readonly string[]): readonly FieldName[] {
  const { slug } = useWorkspace();
  const plan = useQuery({ ...planQuery(slug), enabled: useMay("plan:read") });
  const seen = useQuery({ ...observedQuery(slug, events), enabled: useMay("plan:write") && events.length > 0 });
  return useMemo(() => {
    const wanted = (plan.data?.events ?? []).filter((event) => events.length === 0 || events.includes(event.name));
    const observed = events.length ? (seen.data?.events ?? []).flatMap((event) => definitions(event.properties)) : [];
    return merged(
      wanted.flatMap((event) => event.properties),
      observed,
    );
  }, [plan.data, seen.data, events]);
}

export function useTraitNames(): readonly FieldName[] {
  const { slug } = useWorkspace();
  const plan = useQuery({ ...planQuery(slug), enabled: useMay("plan:read") });
  const seen = useQuery({ ...observedQuery(slug, []), enabled: useMay("plan:write") });
  return useMemo(() => merged(plan.data?.traits ?? [], definitions(seen.data?.traits ?? [])), [plan.data, seen.data]);
}

const TAG_TYPES: Record<Tag["value_type"], ValueType> = { text: "text", number: "number", boolean: "boolean", list: "list", date: "time" };

export function useTagNames(): readonly FieldName[] {
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const { data } = useQuery({ ...tagsQuery(slug), enabled: useMay("tags:read") });
  return useMemo(
    () =>
      (data?.items ?? []).map((tag): FieldName => {
        const labels = Object.entries(tag.value_labels).map(([value, words]) => [value, spokenIn(language, words, value)] as const);
        return {
          name: tag.key,
          label: spokenIn(language, tag.label, tag.key),
          type: TAG_TYPES[tag.value_type],
          allowed: tag.allowed ?? labels.map(([value]) => value),
          labels: new Map(labels),
          money: tag.unit === "minor",
        };
      }),
    [data, language],
  );
}

/** What every event carries beside its properties. */
export const COLUMNS: readonly { readonly name: string; readonly type: ValueType }[] = [
  { name: "revenue_minor", type: "number" },
  { name: "currency", type: "text" },
  { name: "device", type: "text" },
  { name: "os", type: "text" },
  { name: "browser", type: "text" },
  { name: "country", type: "text" },
  { name: "locale", type: "text" },
  { name: "channel", type: "text" },
  { name: "url", type: "text" },
  { name: "path", type: "text" },
  { name: "title", type: "text" },
  { name: "referrer", type: "text" },
  { name: "utm_source", type: "text" },
  { name: "utm_medium", type: "text" },
  { name: "utm_campaign", type: "text" },
  { name: "utm_term", type: "text" },
  { name: "utm_content", type: "text" },
  { name: "active", type: "boolean" },
  { name: "event", type: "text" },
  { name: "type", type: "text" },
  { name: "ts", type: "time" },
  { name: "day", type: "day" },
  { name: "received_at", type: "time" },
  { name: "library", type: "text" },
  { name: "user_id", type: "text" },
  { name: "anonymous_id", type: "text" },
  { name: "group_id", type: "text" },
  { name: "message_id", type: "text" },
];
