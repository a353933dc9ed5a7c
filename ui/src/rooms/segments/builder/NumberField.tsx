import { InputNumber } from "antd";
import type { ReactNode } from "react";

interface NumberFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly wrong?: boolean;
  readonly whole?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly width?: number;
  readonly suffix?: string;
}

export function NumberField({
  label,
  value,
  onChange,
  wrong = false,
  whole = false,
  min,
  max,
  width = 96,
  suffix,
}: NumberFieldProps): ReactNode {
  return (
    <InputNumber
      value={value}
      onChange={onChange}
      aria-label={label}
      style={{ width }}
      {...(whole ? { precision: 0 } : {})}
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      {...(suffix ? { suffix } : {})}
      {...(wrong ? { status: "error" as const } : {})}
    />
  );
}
