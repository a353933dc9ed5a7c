// Of which map? One that was saved; a report that brings its own drawing says so.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWorkspace } from "@/shell/workspace";
import type { JourneyMap } from "../../map/contract";
import { mapsQuery } from "../../map/queries";
import { textOf, withFields } from "../spec";
import { Part } from "./kit";
import type { FormProps } from "./types";

export function MapField({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(mapsQuery(slug));
  const value = textOf(spec.map);
  const own = value === "" && (Array.isArray(spec.stages) || Array.isArray(spec.steps));
  const known = (data?.items ?? []).map(({ key, name }) => ({ value: key, label: name }));
  // One that a link or a saved report names may be archived meanwhile.
  const missing = value !== "" && data !== undefined && known.every((one) => one.value !== value);
  return (
    <Part title={t("journeyMap.which")} note={own ? t("reports.ownMap") : data && known.length === 0 ? t("reports.noMap") : undefined}>
      <Select<string>
        value={value === "" ? null : value}
        onChange={(map) => onChange(withFields(spec, { map, stages: undefined, steps: undefined }))}
        options={[...known, ...(missing ? [{ value, label: value }] : [])]}
        placeholder={t("reports.pickMap")}
        aria-label={t("journeyMap.which")}
      />
    </Part>
  );
}

/** The events of a map, whose properties are worth offering. */
export function useEventsOfMap(map: JourneyMap | undefined): readonly string[] {
  return useMemo(() => {
    const points = (map?.drawing.stages ?? []).flatMap((stage) => stage.touchpoints ?? []);
    return [...new Set(points.flatMap(({ events }) => events.flatMap(({ event }) => event ?? [])))].sort();
  }, [map]);
}
