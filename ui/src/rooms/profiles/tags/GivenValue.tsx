// Which value is given by hand? One that the tag allows.
import { Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Tag } from "./queries";
import { useTagValue } from "./words";

export function GivenValue({ tag, value, onChange }: { tag: Tag; value: unknown; onChange: (value: unknown) => void }): ReactNode {
  const { t } = useTranslation();
  const shown = useTagValue();
  const label = t("tags.value");
  if (tag.value_type === "boolean") {
    return (
      <Select
        value={value === false ? "no" : "yes"}
        onChange={(next) => onChange(next === "yes")}
        aria-label={label}
        options={[
          { value: "yes", label: t("tags.yes") },
          { value: "no", label: t("tags.no") },
        ]}
      />
    );
  }
  if (tag.allowed && tag.value_type !== "list") {
    return (
      <Select
        value={value === null ? null : JSON.stringify(value)}
        onChange={(json: string) => onChange(JSON.parse(json) as unknown)}
        aria-label={label}
        placeholder={label}
        options={tag.allowed.map((each) => ({ value: JSON.stringify(each), label: shown(tag, each) }))}
      />
    );
  }
  if (tag.value_type === "number") {
    return (
      <InputNumber value={typeof value === "number" ? value : null} onChange={onChange} aria-label={label} style={{ width: "100%" }} />
    );
  }
  if (tag.value_type === "list") {
    return (
      <Select
        mode="tags"
        value={Array.isArray(value) ? value.map(String) : []}
        onChange={(next: string[]) => onChange(next)}
        aria-label={label}
        placeholder={label}
        options={(tag.allowed ?? []).map((each) => ({ value: String(each), label: shown(tag, each) }))}
      />
    );
  }
  return (
    <Input
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.target.value)}
      aria-label={label}
      placeholder={tag.value_type === "date" ? "2026-03-01" : label}
    />
  );
}
