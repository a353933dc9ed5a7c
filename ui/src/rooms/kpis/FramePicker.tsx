// Over which days, cut how? The period and the unit, both in the address.
import { Segmented } from "antd";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { PeriodPicker } from "@/parts/PeriodPicker";
import { useQuarter } from "@/parts/useNow";
import { useParam } from "@/parts/useParam";
import { useWorkspace } from "@/shell/workspace";
import { isUnit, KPI_PRESETS, readFrame, UNITS, type Frame } from "./frame";

export function useFrame(): Frame {
  const { zone } = useWorkspace();
  const [period] = useParam("period", "d30");
  const [unit] = useParam("unit");
  const now = useQuarter();
  return useMemo(() => readFrame(period, unit, now, zone), [period, unit, now, zone]);
}

/** The part of an address that brings another page to the same days. */
export function useFrameSearch(): string {
  const [period] = useParam("period", "d30");
  const [unit] = useParam("unit");
  const given = [["period", period === "d30" ? "" : period] as const, ["unit", unit] as const].filter(([, value]) => value !== "");
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, value])).toString()}` : "";
}

export function FramePicker({ frame }: { frame: Frame }): ReactNode {
  const { t } = useTranslation();
  const [, setPeriod] = useParam("period", "d30");
  const [, setUnit] = useParam("unit");
  return (
    <>
      <Segmented
        options={UNITS.map((value) => ({ value, label: t(`kpis.units.${value}`) }))}
        value={frame.unit}
        onChange={(value) => {
          if (isUnit(value)) setUnit(value);
        }}
        aria-label={t("kpis.unit")}
      />
      <PeriodPicker period={frame.period} onChange={setPeriod} presets={KPI_PRESETS} />
    </>
  );
}
