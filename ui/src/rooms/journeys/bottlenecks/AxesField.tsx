// By which dimensions, properties, segments and tags are losses compared? Picked from what there is.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { usePropertyNames, useTagNames } from "@/rooms/segments/names";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import { COLUMNS } from "../reports/form/DimensionField";
import { Part } from "../reports/form/kit";
import type { Spec } from "../reports/spec";
import { ALL, axesOf, MOST, picked, withAxes, type Axes } from "./axes";

interface AxesFieldProps {
  readonly spec: Spec;
  /** Whose properties are offered. */
  readonly events: readonly string[];
  readonly onChange: (spec: Spec) => void;
}

export function AxesField({ spec, events, onChange }: AxesFieldProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const { slug } = useWorkspace();
  const properties = usePropertyNames(events);
  const tags = useTagNames();
  const mayTags = useMay("tags:read");
  const maySegments = useMay("segments:read");
  const { data } = useQuery({ ...segmentsQuery(slug), enabled: maySegments });
  const axes = axesOf(spec);
  const set = (change: Partial<Axes>): void => onChange(withAxes(spec, { ...axes, ...change }));
  const all = { value: ALL, label: t("bottlenecks.allOfThem") };
  return (
    <>
      <Many
        title={t("bottlenecks.columns")}
        value={axes.columns}
        options={COLUMNS.map((name) => ({ value: name, label: words(`builder.columns.${name}`) ?? name }))}
        most={MOST - axes.properties.length}
        onChange={(columns) => set({ columns })}
      />
      <Many
        title={t("bottlenecks.properties")}
        value={axes.properties}
        options={properties.map(({ name }) => ({ value: name, label: name }))}
        most={MOST - axes.columns.length}
        typed
        onChange={(chosen) => set({ properties: chosen })}
      />
      {maySegments ? (
        <Many
          title={t("bottlenecks.segments")}
          value={axes.segments}
          options={[all, ...(data?.items ?? []).map(({ key, name }) => ({ value: key, label: name }))]}
          onChange={(segments) => set({ segments: picked(axes.segments, segments) })}
        />
      ) : null}
      {mayTags ? (
        <Many
          title={t("bottlenecks.tags")}
          value={axes.tags}
          options={[all, ...tags.map(({ name, label = name }) => ({ value: name, label }))]}
          onChange={(chosen) => set({ tags: picked(axes.tags, chosen) })}
        />
      ) : null}
    </>
  );
}

interface ManyProps {
  readonly title: string;
  readonly value: readonly string[];
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: readonly string[]) => void;
  readonly most?: number;
  /** Whether one that is not offered can be typed. */
  readonly typed?: boolean;
}

function Many({ title, value, options, onChange, most, typed = false }: ManyProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Part title={title}>
      <Select<string[]>
        mode={typed ? "tags" : "multiple"}
        value={[...value]}
        onChange={onChange}
        options={[...options]}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("bottlenecks.noneOfThem")}
        aria-label={title}
        maxTagCount={6}
        allowClear
        {...(most === undefined ? {} : { maxCount: most })}
      />
    </Part>
  );
}
