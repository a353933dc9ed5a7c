// How is a value of a flag typed in? By its kind: a switch between two words, a text, a number, or JSON.
import { Input, InputNumber, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { jsonOf, textOf } from "./draft";
import type { ValueType } from "./queries";

interface ValueFieldProps {
  readonly id?: string;
  readonly label?: string;
  readonly kind: ValueType;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

export function ValueField({ id, label, kind, value, onChange }: ValueFieldProps): ReactNode {
  const named = { ...(id ? { id } : {}), ...(label ? { "aria-label": label } : {}) };
  if (kind === "boolean") {
    return (
      <Select<string>
        {...named}
        value={String(value === true)}
        onChange={(one) => onChange(one === "true")}
        options={["true", "false"].map((one) => ({ value: one, label: one }))}
      />
    );
  }
  if (kind === "number") {
    return <InputNumber {...named} style={{ width: "100%" }} value={Number(value)} onChange={(given) => onChange(given ?? 0)} />;
  }
  if (kind === "string") {
    return <Input {...named} value={String(value)} maxLength={10_000} onChange={(event) => onChange(event.target.value)} />;
  }
  return <JsonField named={named} value={value} onChange={onChange} />;
}

/** Keeps what is typed while it is no JSON yet; what was JSON last is the value meanwhile. */
function JsonField({ named, value, onChange }: { named: object; value: unknown; onChange: (value: unknown) => void }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState(() => textOf(value));
  const wrong = jsonOf(text) === undefined || jsonOf(text) === null;
  const type = (typed: string): void => {
    setText(typed);
    const read = jsonOf(typed);
    if (read !== undefined && read !== null) onChange(read);
  };
  return (
    <>
      <Input.TextArea
        {...named}
        className="mono"
        autoSize={{ minRows: 1, maxRows: 10 }}
        value={text}
        status={wrong ? "error" : ""}
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
      />
      {wrong ? <span role="alert">{t("featureFlags.noJson")}</span> : null}
    </>
  );
}
