// Which map, by day, week or month, and compared with the stretch before?
import { Checkbox } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Choice } from "../../form/kit";
import { MapField } from "../../form/MapField";
import type { FormProps } from "../../form/types";
import { textOf, withFields } from "../../spec";

const UNITS = ["day", "week", "month"] as const;

export function JourneyMapForm({ spec, onChange }: FormProps): ReactNode {
  const { t } = useTranslation();
  const unit = UNITS.find((one) => one === textOf(spec.unit)) ?? "day";
  return (
    <>
      <MapField spec={spec} onChange={onChange} />
      <Choice
        title={t("reports.fields.unit")}
        value={unit}
        options={UNITS.map((value) => ({ value, label: t(`reports.options.unit.${value}`) }))}
        onChange={(next) => onChange(withFields(spec, { unit: next }))}
      />
      <Checkbox
        checked={spec.compare === "previous_period"}
        onChange={({ target }) => onChange(withFields(spec, { compare: target.checked ? "previous_period" : undefined }))}
      >
        {t("reports.mapCompare")}
      </Checkbox>
    </>
  );
}
