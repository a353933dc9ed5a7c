// By what is it grouped? By what events say or by what is known of people, and how many of its values have a group of their own.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { usePropertyNames, useTagNames, useTraitNames } from "@/rooms/segments/names";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import { isObject, numberOf, textOf, withFields, type Json, type Spec } from "../spec";
import styles from "./Form.module.css";
import { AmountInput, Line, Part } from "./kit";

/** Columns whose values are few enough to group by. */
export const COLUMNS = [
  "utm_source",
  "utm_medium",
  "utm_campaign",
  "utm_term",
  "utm_content",
  "channel",
  "device",
  "os",
  "browser",
  "country",
  "locale",
  "path",
  "title",
  "referrer",
  "currency",
  "event",
  "type",
  "library",
] as const;

const KINDS = ["column", "property", "tag", "trait", "segment"] as const;

interface DimensionPickProps {
  readonly value: Json | undefined;
  readonly onChange: (dimension: Spec | undefined) => void;
  readonly events: readonly string[];
  readonly title: string;
  readonly clear?: boolean;
  readonly placeholder?: string;
  /** Whether what is known of people can be chosen too. */
  readonly people?: boolean;
}

interface Choices {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

/** Tags, traits and segments. */
function usePeopleChoices(): readonly Choices[] {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const tags = useTagNames();
  const traits = useTraitNames();
  const { data } = useQuery({ ...segmentsQuery(slug), enabled: useMay("segments:read") });
  return useMemo(
    () => [
      {
        label: t("reports.tags"),
        options: tags.filter(({ type }) => type !== "list").map(({ name, label = name }) => ({ value: `tag:${name}`, label })),
      },
      { label: t("reports.traits"), options: traits.map(({ name }) => ({ value: `trait:${name}`, label: name })) },
      { label: t("reports.segments"), options: (data?.items ?? []).map(({ key, name }) => ({ value: `segment:${key}`, label: name })) },
    ],
    [tags, traits, data, t],
  );
}

export function DimensionPick({
  value,
  onChange,
  events,
  title,
  clear = true,
  placeholder,
  people = false,
}: DimensionPickProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const properties = usePropertyNames(events);
  const beings = usePeopleChoices();
  const now = isObject(value) ? value : {};
  const kind = KINDS.find((one) => textOf(now[one]) !== "");
  const chosen = kind ? `${kind}:${textOf(now[kind])}` : null;
  const options = useMemo(() => {
    const columns = COLUMNS.map((name) => ({ value: `column:${name}`, label: words(`builder.columns.${name}`) ?? name }));
    const known = properties.map(({ name }) => ({ value: `property:${name}`, label: name }));
    const all: Choices[] = [
      { label: t("reports.columns"), options: columns },
      { label: t("reports.properties"), options: known },
      ...(people ? beings.filter(({ options: some }) => some.length > 0) : []),
    ];
    const there = chosen === null || all.some(({ options: some }) => some.some((one) => one.value === chosen));
    return there
      ? all
      : [...all, { label: t("reports.chosen"), options: [{ value: chosen, label: chosen.split(":").slice(1).join(":") }] }];
  }, [properties, beings, people, chosen, words, t]);
  return (
    <Select<string | null>
      className={styles.grow ?? ""}
      value={chosen}
      onChange={(next) => {
        const [by = "", ...rest] = (next ?? "").split(":");
        const none = Object.fromEntries(KINDS.map((one) => [one, undefined]));
        onChange(next == null ? undefined : withFields(now, { ...none, [by]: rest.join(":") }));
      }}
      options={options.map(({ label, options: some }) => ({ label, options: [...some] }))}
      showSearch={{ optionFilterProp: "label" }}
      allowClear={clear}
      placeholder={placeholder ?? t("reports.noBreakdown")}
      aria-label={title}
      popupMatchSelectWidth={260}
    />
  );
}

interface BreakdownFieldProps extends DimensionPickProps {
  /** How many values unless said otherwise. */
  readonly usual?: number;
  readonly note?: ReactNode;
}

export function BreakdownField({ usual = 5, note, people = true, ...props }: BreakdownFieldProps): ReactNode {
  const { t } = useTranslation();
  const now = isObject(props.value) ? props.value : null;
  const ofPeople = now !== null && ["tag", "trait", "segment"].some((kind) => textOf(now[kind]) !== "");
  return (
    <Part title={props.title} note={ofPeople ? t("reports.asTheyAreNow") : note}>
      <Line>
        <DimensionPick {...props} people={people} />
        {now ? (
          <>
            <span className="soft">{t("reports.top")}</span>
            <AmountInput
              title={t("reports.topOf", { name: props.title })}
              value={numberOf(now.limit) ?? usual}
              min={1}
              max={50}
              onChange={(limit) => props.onChange({ ...now, limit })}
            />
          </>
        ) : null}
      </Line>
    </Part>
  );
}
