// Which map is searched, from where to where, and by which dimensions, properties, segments and tags?
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWorkspace } from "@/shell/workspace";
import { AxesField } from "../../../bottlenecks/AxesField";
import { LEVELS } from "../../../bottlenecks/queries";
import { mapsQuery } from "../../../map/queries";
import { Choice } from "../../form/kit";
import { MapField, useEventsOfMap } from "../../form/MapField";
import type { FormProps } from "../../form/types";
import { textOf, withFields } from "../../spec";

export function BottlenecksForm({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(mapsQuery(slug));
  const events = useEventsOfMap(data?.items.find(({ key }) => key === spec.map));
  const level = LEVELS.find((one) => one === textOf(spec.level)) ?? "touchpoints";
  return (
    <>
      <MapField spec={spec} onChange={onChange} />
      <Choice
        title={t("bottlenecks.level")}
        value={level}
        options={LEVELS.map((value) => ({ value, label: t(`bottlenecks.levels.${value}`) }))}
        onChange={(next) => onChange(withFields(spec, { level: next }))}
      />
      <AxesField spec={spec} events={events} onChange={onChange} />
    </>
  );
}
