// By what is the metric broken down? A column or property of events, or segments; chosen in the address.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useCallback, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useParam } from "@/parts/useParam";
import { usePropertyNames } from "@/rooms/segments/names";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import { cutOf, readBroken, writeBroken, type Broken } from "./lines";
import styles from "./Metric.module.css";
import type { Cut } from "./queries";

const COLUMNS = ["device", "country", "utm_source", "utm_medium", "utm_campaign", "channel", "os", "browser", "locale"] as const;

/** The breakdown of the address, and how the API is asked for it. */
export function useBroken(): { readonly broken: Broken; readonly cut: Cut } {
  const [text] = useParam("by");
  return useMemo(() => {
    const broken = readBroken(text);
    return { broken, cut: cutOf(broken) };
  }, [text]);
}

function useSegments(): readonly { readonly key: string; readonly name: string; readonly state: string }[] {
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...segmentsQuery(slug, false), enabled: useMay("segments:read") });
  return useMemo(() => data?.items ?? [], [data]);
}

/** How a group of a breakdown is called. */
export function useGroupName(): (group: Schemas["KpiGroup"]) => string {
  const { t } = useTranslation();
  const segments = useSegments();
  const [none, others] = [t("kpis.by.none"), t("kpis.by.others")];
  return useCallback(
    ({ value, other, segment }) => {
      if (segment !== null) return segments.find((each) => each.key === segment)?.name ?? segment;
      if (other) return others;
      return value === null || value === "" ? none : value;
    },
    [segments, none, others],
  );
}

export function BreakdownPicker(): ReactNode {
  const { broken } = useBroken();
  const [, setBy] = useParam("by");
  return <BreakdownFields broken={broken} onChange={(next) => setBy(writeBroken(next))} />;
}

interface BreakdownFieldsProps {
  readonly broken: Broken;
  readonly onChange: (broken: Broken) => void;
}

export function BreakdownFields({ broken, onChange }: BreakdownFieldsProps): ReactNode {
  const { t } = useTranslation();
  const properties = usePropertyNames([]);
  const segments = useSegments();
  const choose = (kind: Broken["kind"], names: readonly string[]): void => onChange({ kind, names });
  const first = broken.kind === "segments" ? "segments" : writeBroken(broken);
  const known = new Set([...COLUMNS.map((name) => `column:${name}`), ...properties.map(({ name }) => `property:${name}`), "segments", ""]);
  const options = [
    { value: "", label: t("kpis.by.whole") },
    { label: t("kpis.by.columns"), options: COLUMNS.map((name) => ({ value: `column:${name}`, label: t(`kpis.columns.${name}`) })) },
    ...(properties.length > 0
      ? [{ label: t("kpis.by.properties"), options: properties.map(({ name }) => ({ value: `property:${name}`, label: name })) }]
      : []),
    ...(segments.length > 0 ? [{ value: "segments", label: t("kpis.by.segments") }] : []),
    ...(known.has(first) ? [] : [{ value: first, label: broken.names[0] ?? first }]),
  ];
  return (
    <>
      <Select
        className={styles.by ?? ""}
        value={first}
        options={options}
        onChange={(value: string) =>
          value === "segments"
            ? choose(
                "segments",
                segments
                  .filter(({ state }) => state === "live")
                  .slice(0, 2)
                  .map(({ key }) => key),
              )
            : onChange(readBroken(value))
        }
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("kpis.by.label")}
        popupMatchSelectWidth={false}
      />
      {broken.kind === "segments" ? (
        <Select<string[]>
          mode="multiple"
          className={styles.bySegments ?? ""}
          value={[...broken.names]}
          onChange={(names) => choose("segments", names.slice(0, 10))}
          options={segments.map(({ key, name }) => ({ value: key, label: name }))}
          showSearch={{ optionFilterProp: "label" }}
          aria-label={t("kpis.by.which")}
          maxTagCount="responsive"
        />
      ) : null}
    </>
  );
}
