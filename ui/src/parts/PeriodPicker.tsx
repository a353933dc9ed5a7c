// How is the period chosen? A preset, or two days from a calendar.
import { Button, Dropdown, Popover, Spin, type MenuProps } from "antd";
import { CalendarDays, Check, ChevronDown } from "lucide-react";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWorkspace } from "@/shell/workspace";
import { formatDay } from "./format";
import { PRESETS, rangeKey, readPeriod, type Period, type Preset } from "./period";
import styles from "./PeriodPicker.module.css";
import { useQuarter } from "./useNow";
import { useParam } from "./useParam";

const DayRange = lazy(() => import("./DayRange"));

/** The period that the address names; today is the workspace's today. */
export function usePeriod(): [Period, (key: string) => void] {
  const { zone } = useWorkspace();
  const [key, setKey] = useParam("period", "all");
  const now = useQuarter();
  const period = useMemo(() => readPeriod(key, now, zone), [key, now, zone]);
  return [period, setKey];
}

export function usePeriodName(period: Period): string {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  if (period.preset) return t(`period.${period.preset}`);
  return t("period.range", { from: formatDay(period.first ?? "", tag), to: formatDay(period.last ?? "", tag) });
}

interface PeriodPickerProps {
  readonly period: Period;
  readonly onChange: (key: string) => void;
  /** Those that make sense on this page; left out: all. */
  readonly presets?: readonly Preset[];
}

export function PeriodPicker({ period, onChange, presets = PRESETS }: PeriodPickerProps): ReactNode {
  const { t } = useTranslation();
  const [calendar, setCalendar] = useState(false);
  const name = usePeriodName(period);
  const items: MenuProps["items"] = [
    ...presets.map((preset) => ({
      key: preset,
      label: t(`period.${preset}`),
      icon: <span className={styles.tick}>{period.preset === preset ? <Check size={14} aria-hidden /> : null}</span>,
      onClick: () => onChange(preset),
    })),
    { type: "divider" },
    { key: "custom", label: t("period.custom"), icon: <span className={styles.tick} />, onClick: () => setCalendar(true) },
  ];
  const days = (
    <Suspense fallback={<Spin size="small" />}>
      <DayRange
        first={period.first}
        last={period.last}
        onChange={(first, last) => {
          setCalendar(false);
          onChange(rangeKey(first, last));
        }}
      />
    </Suspense>
  );
  return (
    <Popover
      open={calendar}
      onOpenChange={(open) => (open ? undefined : setCalendar(false))}
      content={days}
      placement="bottomRight"
      trigger="click"
    >
      <Dropdown menu={{ items, selectedKeys: [period.key] }} trigger={["click"]} placement="bottomRight">
        <Button icon={<CalendarDays size={14} aria-hidden />} aria-label={`${t("period.label")}: ${name}`}>
          {name}
          <ChevronDown size={13} aria-hidden className={styles.chevron} />
        </Button>
      </Dropdown>
    </Popover>
  );
}
