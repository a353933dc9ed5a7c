// When? Ever, in the last so many days, this week, or between two moments; by whose clock, where that matters.
import { Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWorkspace } from "@/shell/workspace";
import { lastDays, UNITS, type Test, type Unit, type Zone } from "../condition";
import { isMoment, momentsOf } from "../tests";
import { MomentField, MomentsField, UnitSelect } from "./MomentField";
import { NumberField } from "./NumberField";

const WINDOWS = ["ever", "last", "this", "after", "before", "between"] as const;
type Window = (typeof WINDOWS)[number];
const LONG_UNITS: readonly Unit[] = ["day", "week", "month", "year"];

function windowOf(test: Test | null): Window {
  if (test === null) return "ever";
  const { op, value } = test;
  if (op === "after" && typeof value === "object" && value !== null && "ago" in value) {
    if (value.whole && value.ago === 0 && LONG_UNITS.includes(value.unit)) return "this";
    if (!value.whole && value.ago > 0) return "last";
  }
  return op === "before" || op === "between" ? op : "after";
}

function testOf(window: Window): Test | null {
  switch (window) {
    case "ever":
      return null;
    case "last":
      return lastDays(30);
    case "this":
      return { op: "after", value: { ago: 0, unit: "month", whole: true }, ignoreCase: false };
    case "after":
      return { op: "after", value: { ago: 1, unit: "month", whole: true }, ignoreCase: false };
    case "before":
      return { op: "before", value: { ago: 30, unit: "day" }, ignoreCase: false };
    case "between":
      return {
        op: "between",
        value: [
          { ago: 60, unit: "day" },
          { ago: 30, unit: "day" },
        ],
        ignoreCase: false,
      };
  }
}

interface WindowFieldProps {
  readonly value: Test | null;
  readonly onChange: (value: Test | null) => void;
  readonly wrong?: boolean;
  /** Whether "ever" may be chosen. */
  readonly open?: boolean;
}

export function WindowField({ value, onChange, wrong = false, open = true }: WindowFieldProps): ReactNode {
  const { t } = useTranslation();
  const window = windowOf(value);
  const options = WINDOWS.filter((each) => open || each !== "ever").map((each) => ({ value: each, label: t(`builder.windows.${each}`) }));
  return (
    <>
      <Select<Window>
        value={window}
        onChange={(next) => onChange(testOf(next))}
        aria-label={t("builder.when")}
        options={options}
        popupMatchSelectWidth={false}
      />
      {value ? <Bounds window={window} test={value} onChange={onChange} wrong={wrong} /> : null}
    </>
  );
}

interface BoundsProps {
  readonly window: Window;
  readonly test: Test;
  readonly onChange: (value: Test) => void;
  readonly wrong: boolean;
}

function Bounds({ window, test, onChange, wrong }: BoundsProps): ReactNode {
  const { t } = useTranslation();
  const { value } = test;
  if (window === "between") {
    const moments = momentsOf(value);
    return moments ? <MomentsField value={moments} onChange={(next) => onChange({ ...test, value: next })} wrong={wrong} /> : null;
  }
  if (!isMoment(value)) return null;
  if (window === "after" || window === "before" || typeof value === "string") {
    return <MomentField value={value} onChange={(next) => onChange({ ...test, value: next })} wrong={wrong} />;
  }
  return (
    <>
      {window === "last" ? (
        <NumberField
          label={t("builder.amount")}
          value={value.ago}
          onChange={(amount) => onChange({ ...test, value: { ...value, ago: Math.max(1, amount ?? 1) } })}
          whole
          min={1}
          max={100_000}
          width={72}
          wrong={wrong}
        />
      ) : null}
      <UnitSelect
        value={value.unit}
        units={window === "last" ? UNITS : LONG_UNITS}
        count={window === "last" ? value.ago : 1}
        onChange={(unit) => onChange({ ...test, value: { ...value, unit } })}
      />
    </>
  );
}

export function ZoneSelect({ value, onChange }: { value: Zone | undefined; onChange: (zone: Zone) => void }): ReactNode {
  const { t } = useTranslation();
  const { zone } = useWorkspace();
  return (
    <Select<Zone>
      value={value ?? "workspace"}
      onChange={onChange}
      aria-label={t("builder.zone")}
      popupMatchSelectWidth={false}
      options={[
        { value: "workspace", label: t("builder.zones.workspace", { zone }) },
        { value: "person", label: t("builder.zones.person") },
      ]}
    />
  );
}
