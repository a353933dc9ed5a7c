// How is a step set? A form drawn from the JSON schema of its kind; conditions have the parts of the segment builder.
import { Button, Input, InputNumber, Select, Switch } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Field, Fields } from "@/parts/Field";
import { useEventNames } from "@/rooms/segments/names";
import { FilterEditor, PeopleEditor } from "./Conditions";
import { TemplateField } from "./TemplateField";
import { fieldsOf, type ConfigField } from "./schema";
import type { Kind } from "./queries";

type Config = Readonly<Record<string, unknown>>;
type Change = (config: Config, as?: string) => void;

export function ConfigForm({ kind, config, onChange }: { kind: Kind; config: Config; onChange: Change }): ReactNode {
  return <FieldsOf fields={fieldsOf(kind.config_schema)} config={config} onChange={onChange} />;
}

interface FieldsOfProps {
  readonly fields: readonly ConfigField[];
  readonly config: Config;
  readonly onChange: Change;
}

export function FieldsOf({ fields, config, onChange }: FieldsOfProps): ReactNode {
  return (
    <Fields>
      {fields.map((field) => (
        <One
          key={field.name}
          field={field}
          value={config[field.name] ?? field.fallback}
          events={Array.isArray(config.events) ? config.events.map(String) : []}
          onChange={(value) => onChange({ ...config, [field.name]: value }, `config.${field.name}`)}
        />
      ))}
    </Fields>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

interface OneProps {
  readonly field: ConfigField;
  readonly value: unknown;
  readonly events: readonly string[];
  readonly onChange: (value: unknown) => void;
}

function One({ field, value, events, onChange }: OneProps): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const label = words(`flows.config.${field.name}`) ?? field.name;
  if (field.kind === "people") return <PeopleEditor label={label} value={value} onChange={onChange} />;
  if (field.kind === "filter") return <FilterEditor label={label} value={value} events={events} onChange={onChange} />;
  if (field.kind === "rows") return <Rows field={field} value={value} label={label} onChange={onChange} />;
  const wide =
    field.kind === "words" ||
    field.name === "url" ||
    field.name === "instructions" ||
    field.kind === "events" ||
    field.kind === "weekdays" ||
    field.name === "template";
  return (
    <Field label={label} note={words(`flows.configNotes.${field.name}`) ?? undefined} wide={wide}>
      {(id, note) => {
        const named = { id, "aria-describedby": note };
        if (field.kind === "flag") return <Switch {...named} aria-label={label} checked={value === true} onChange={onChange} />;
        if (field.kind === "number") {
          return (
            <InputNumber
              {...named}
              value={typeof value === "number" ? value : null}
              onChange={(next) => onChange(next ?? field.fallback)}
              {...(field.low === null ? {} : { min: field.low })}
              {...(field.high === null ? {} : { max: field.high })}
              style={{ width: "100%" }}
            />
          );
        }
        if (field.kind === "choice") {
          const options = field.choices.map((each) => ({ value: each, label: words(`flows.choices.${each}`) ?? each }));
          return <Select<string> {...named} value={String(value)} onChange={onChange} options={options} />;
        }
        if (field.kind === "weekdays") {
          const options = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: day, label: words(`flows.weekdays.${day}`) ?? String(day) }));
          const days = Array.isArray(value) ? (value as number[]) : [];
          return (
            <Select<number[]>
              {...named}
              mode="multiple"
              value={days}
              onChange={onChange}
              options={options}
              placeholder={t("flows.anyDay")}
            />
          );
        }
        if (field.kind === "words") {
          const said = Array.isArray(value) ? value.map(String) : [];
          return <Select<string[]> {...named} mode="tags" open={false} value={said} onChange={onChange} />;
        }
        if (field.kind === "events") return <EventsSelect {...named} value={value} onChange={onChange} />;
        if (field.name === "event") return <EventSelect {...named} value={value} onChange={onChange} />;
        if (field.name === "template") return <TemplateField {...named} value={textOf(value)} onChange={onChange} />;
        return <Input {...named} value={textOf(value)} onChange={(e) => onChange(e.target.value)} />;
      }}
    </Field>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function EventsSelect({ value, onChange, ...named }: ChoiceProps): ReactNode {
  const { events } = useEventNames();
  const chosen = Array.isArray(value) ? value.map(String) : [];
  return (
    <Select<string[]> {...named} mode="tags" value={chosen} onChange={onChange} options={events.map(({ name }) => ({ value: name }))} />
  );
}

export function EventSelect({
  value,
  onChange,
  ...named
}: Omit<ChoiceProps, "onChange"> & { readonly onChange: (event: string) => void }): ReactNode {
  const { events } = useEventNames();
  const chosen = typeof value === "string" && value !== "" ? [value] : [];
  return (
    <Select<string[]>
      {...named}
      mode="tags"
      maxCount={2}
      value={chosen}
      onChange={(next) => onChange(next.at(-1) ?? "")}
      options={events.map(({ name }) => ({ value: name }))}
    />
  );
}

/** Parts of a split, cases of a branch: rows with fields of their own. */
function Rows({
  field,
  value,
  label,
  onChange,
}: {
  field: ConfigField;
  value: unknown;
  label: string;
  onChange: (value: unknown) => void;
}): ReactNode {
  const { t } = useTranslation();
  const rows = Array.isArray(value) ? (value as Config[]) : [];
  // What is added begins as the last one, under a name of its own.
  const [number, setNumber] = useState(rows.length);
  const add = (): void => {
    setNumber(number + 1);
    onChange([...rows, { ...rows.at(-1), way: `w${number + 1}` }]);
  };
  return (
    <fieldset style={{ gridColumn: "1 / -1", border: 0, padding: 0, margin: 0 }}>
      <legend>{label}</legend>
      {rows.map((row, at) => (
        <div key={at} style={{ display: "flex", gap: 8, alignItems: "start", marginBottom: 8 }}>
          <div style={{ flex: 1, minWidth: 0 }}>
            <FieldsOf fields={field.inner} config={row} onChange={(next) => onChange(rows.map((each, n) => (n === at ? next : each)))} />
          </div>
          <Button
            type="text"
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={t("flows.removeRow", { n: at + 1 })}
            disabled={rows.length <= field.least}
            onClick={() => onChange(rows.filter((_, n) => n !== at))}
          />
        </div>
      ))}
      <Button size="small" type="dashed" icon={<Plus size={14} aria-hidden />} onClick={add}>
        {t("flows.addRow")}
      </Button>
    </fieldset>
  );
}
