// Which value? One of the type of the tag.
import { Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Scalar } from "@/rooms/segments/condition";
import type { ValueType } from "./draft";

interface ScalarFieldProps {
  readonly id?: string;
  readonly label: string;
  readonly type: ValueType;
  readonly value: Scalar | null;
  readonly onChange: (value: Scalar | null) => void;
  readonly wrong?: boolean;
  /** Whether there may be none. */
  readonly open?: boolean;
}

export function ScalarField({ id, label, type, value, onChange, wrong = false, open = false }: ScalarFieldProps): ReactNode {
  const { t } = useTranslation();
  const status = wrong ? { status: "error" as const } : {};
  const named = { ...(id ? { id } : {}), "aria-label": label };
  if (type === "boolean") {
    return (
      <Select<string>
        {...named}
        value={value === null ? null : value === true ? "yes" : "no"}
        onChange={(next: string | undefined) => onChange(next === undefined ? null : next === "yes")}
        options={[
          { value: "yes", label: t("tags.yes") },
          { value: "no", label: t("tags.no") },
        ]}
        allowClear={open}
        placeholder={open ? t("tagEditor.noValue") : null}
        style={{ minWidth: 110 }}
        {...status}
      />
    );
  }
  if (type === "number") {
    return (
      <InputNumber
        {...named}
        value={typeof value === "number" ? value : null}
        onChange={onChange}
        placeholder={open ? t("tagEditor.noValue") : ""}
        style={{ width: 140 }}
        {...status}
      />
    );
  }
  return (
    <Input
      {...named}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
      placeholder={open ? t("tagEditor.noValue") : type === "date" ? "2026-03-01" : ""}
      maxLength={500}
      style={{ width: 220, maxWidth: "100%" }}
      {...status}
    />
  );
}
