// By what is it grouped? A column of events or one of their properties, and how many of its values have a group of their own.
import { Select } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { usePropertyNames } from "@/rooms/segments/names";
import { isObject, numberOf, textOf, withFields, type Json, type Spec } from "../spec";
import styles from "./Form.module.css";
import { AmountInput, Line, Part } from "./kit";

/** Columns whose values are few enough to group by. */
const COLUMNS = [
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

interface DimensionPickProps {
  readonly value: Json | undefined;
  readonly onChange: (dimension: Spec | undefined) => void;
  readonly events: readonly string[];
  readonly title: string;
  readonly clear?: boolean;
  readonly placeholder?: string;
}

export function DimensionPick({ value, onChange, events, title, clear = true, placeholder }: DimensionPickProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const properties = usePropertyNames(events);
  const now = isObject(value) ? value : {};
  const chosen = now.column ? `column:${textOf(now.column)}` : now.property ? `property:${textOf(now.property)}` : null;
  const options = useMemo(() => {
    const columns = COLUMNS.map((name) => ({ value: `column:${name}`, label: words(`builder.columns.${name}`) ?? name }));
    const known = properties.map(({ name }) => ({ value: `property:${name}`, label: name }));
    const all = [
      { label: t("reports.columns"), options: columns },
      { label: t("reports.properties"), options: known },
    ];
    const there = chosen === null || [...columns, ...known].some((one) => one.value === chosen);
    return there
      ? all
      : [...all, { label: t("reports.chosen"), options: [{ value: chosen, label: chosen.split(":").slice(1).join(":") }] }];
  }, [properties, chosen, words, t]);
  return (
    <Select<string | null>
      className={styles.grow ?? ""}
      value={chosen}
      onChange={(next) => {
        const [kind = "", ...rest] = (next ?? "").split(":");
        onChange(next == null ? undefined : withFields(now, { column: undefined, property: undefined, [kind]: rest.join(":") }));
      }}
      options={options}
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

export function BreakdownField({ usual = 5, note, ...props }: BreakdownFieldProps): ReactNode {
  const { t } = useTranslation();
  const now = isObject(props.value) ? props.value : null;
  return (
    <Part title={props.title} note={note}>
      <Line>
        <DimensionPick {...props} />
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
