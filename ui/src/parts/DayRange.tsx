// Which two days? A module of its own, because the calendar is heavy and seldom opened.
import { DatePicker } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface DayRangeProps {
  readonly first: string | null;
  readonly last: string | null;
  readonly onChange: (first: string, last: string) => void;
}

export default function DayRange({ first, last, onChange }: DayRangeProps): ReactNode {
  const { t } = useTranslation();
  return (
    <DatePicker.RangePicker
      {...(first && last ? { defaultValue: [dayjs(first), dayjs(last)] as [Dayjs, Dayjs] } : {})}
      allowClear={false}
      placeholder={[t("period.from"), t("period.to")]}
      aria-label={t("period.label")}
      onChange={(days) => {
        const [from, to] = days ?? [];
        if (from && to) onChange(from.format("YYYY-MM-DD"), to.format("YYYY-MM-DD"));
      }}
    />
  );
}
