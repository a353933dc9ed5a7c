// Which day, or which minute of it? A module of its own, because the calendar is heavy and seldom opened.
import { DatePicker } from "antd";
import dayjs from "dayjs";
import type { ReactNode } from "react";

interface DayFieldProps {
  readonly label: string;
  /** "YYYY-MM-DD", with `time` "YYYY-MM-DDTHH:MM:SS"; "" for none. Both are wall clocks: whose, the caller knows. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  /** The last day that can be chosen. */
  readonly last?: string;
  readonly time?: boolean;
  readonly clearable?: boolean;
  readonly invalid?: boolean;
}

export default function DayField({
  label,
  value,
  onChange,
  placeholder,
  last,
  time = false,
  clearable = true,
  invalid = false,
}: DayFieldProps): ReactNode {
  const format = time ? "YYYY-MM-DDTHH:mm:ss" : "YYYY-MM-DD";
  return (
    <DatePicker
      value={value ? dayjs(value) : null}
      onChange={(day) => onChange(day ? day.format(format) : "")}
      showTime={time ? { format: "HH:mm" } : false}
      format={time ? "YYYY-MM-DD HH:mm" : "YYYY-MM-DD"}
      allowClear={clearable}
      aria-label={label}
      {...(placeholder ? { placeholder } : {})}
      {...(last ? { maxDate: dayjs(last) } : {})}
      {...(invalid ? { status: "error" as const } : {})}
    />
  );
}
