// How is a report asked whose form nobody made by hand? By one that is drawn from the schema of its spec, in the reader's language.
import { useQuery } from "@tanstack/react-query";
import { AutoComplete } from "antd";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Ready } from "@/parts/states";
import { usePropertyNames } from "@/rooms/segments/names";
import { useWorkspace } from "@/shell/workspace";
import { formsQuery } from "../queries";
import { isObject, listOf, numberOf, textOf, withFields, type Json, type Spec } from "../spec";
import { BreakdownField } from "./DimensionField";
import { DurationField } from "./DurationField";
import styles from "./Form.module.css";
import { Amount, Choice, Fold, Part, WordsInput } from "./kit";
import { fieldsOf, numbersOf, type Field } from "./schema";
import { StepField } from "./StepField";
import { StepsField } from "./StepsField";
import type { FormProps } from "./types";

export function SchemaForm({ report, ...props }: FormProps & { readonly report: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(formsQuery(slug));
  return (
    <Ready query={query} rows={4}>
      {({ items }) => <Drawn schema={(items.find(({ name }) => name === report)?.spec_schema ?? {}) as Spec} {...props} />}
    </Ready>
  );
}

function Drawn({ schema, spec, onChange }: FormProps & { readonly schema: Spec }): ReactNode {
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  return fields.map((field) => <One key={field.name} field={field} spec={spec} onChange={onChange} />);
}

/** The events that the spec names, whose properties are worth offering. */
function eventsIn(spec: Spec): string[] {
  const steps = Object.values(spec).flatMap((value) => (Array.isArray(value) ? listOf(value) : isObject(value) ? [value] : []));
  return [...new Set(steps.map(({ event }) => textOf(event)).filter((event) => event !== ""))];
}

function useFieldWords(): (name: string) => string {
  const words = useWords();
  return (name) => words(`reports.fields.${name}`) ?? name;
}

function One({ field, spec, onChange }: FormProps & { readonly field: Field }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const title = useFieldWords()(field.name);
  const note = words(`reports.fieldNotes.${field.name}`) ?? undefined;
  const value = spec[field.name];
  const set = (next: Json | undefined): void => onChange(withFields(spec, { [field.name]: next }));
  switch (field.kind) {
    case "step": {
      const step = isObject(value) ? value : isObject(field.usual) ? withFields(field.usual, {}) : {};
      return (
        <Part title={title} note={note}>
          <StepField step={step} onChange={set} title={title} />
        </Part>
      );
    }
    case "steps":
      return (
        <StepsField
          title={title}
          note={note}
          steps={listOf(value)}
          onChange={set}
          most={field.most}
          named={(place) => `${title} ${place}`}
          add={t("reports.addEvent")}
        />
      );
    case "breakdown":
      return <BreakdownField title={title} value={value} events={eventsIn(spec)} onChange={set} note={note} />;
    case "choice": {
      const chosen = textOf(value) || field.usual;
      const options = field.options.map((one) => ({ value: one, label: words(`reports.options.${field.name}.${one}`) ?? one }));
      // Only a sum is of a property.
      const change = (next: string): void =>
        onChange(withFields(spec, { [field.name]: next, ...(field.name === "measure" ? { property: undefined } : {}) }));
      return <Choice title={title} value={chosen} options={options} onChange={change} note={note} />;
    }
    case "duration":
      return <DurationField title={title} seconds={numberOf(value) ?? field.usual} most={field.most} onChange={set} note={note} />;
    case "amount":
      return <Amount title={title} value={numberOf(value) ?? field.usual} min={field.least} max={field.most} onChange={set} note={note} />;
    case "property":
      return spec.measure === "sum" ? <PropertyField title={title} value={textOf(value)} events={eventsIn(spec)} onChange={set} /> : null;
    case "numbers":
      return <NumbersField title={title} value={value} onChange={set} note={note} />;
    case "object":
      return (
        <Fold title={title}>
          {note ? <span className={styles.note}>{note}</span> : null}
          {field.fields.map((inner) => (
            <One
              key={inner.name}
              field={inner}
              spec={isObject(value) ? value : {}}
              onChange={(next) => set(Object.keys(next).length > 0 ? next : undefined)}
            />
          ))}
        </Fold>
      );
  }
}

interface PropertyFieldProps {
  readonly title: string;
  readonly value: string;
  readonly events: readonly string[];
  readonly onChange: (property: string | undefined) => void;
}

function PropertyField({ title, value, events, onChange }: PropertyFieldProps): ReactNode {
  const { t } = useTranslation();
  const properties = usePropertyNames(events).filter(({ type }) => type === "number" || type === "any");
  return (
    <Part title={title}>
      <AutoComplete
        key={value}
        defaultValue={value}
        onSelect={(property: string) => onChange(property)}
        onBlur={(event) => {
          const typed = (event.target as HTMLInputElement).value.trim();
          if (typed !== value) onChange(typed || undefined);
        }}
        options={properties.map(({ name }) => ({ value: name }))}
        placeholder={t("reports.property")}
        aria-label={title}
        {...(value === "" ? { status: "error" as const } : {})}
      />
    </Part>
  );
}

interface NumbersFieldProps {
  readonly title: string;
  readonly value: Json | undefined;
  readonly note: string | undefined;
  readonly onChange: (numbers: readonly number[] | undefined) => void;
}

function NumbersField({ title, value, note, onChange }: NumbersFieldProps): ReactNode {
  const { t } = useTranslation();
  const [wrong, setWrong] = useState(false);
  const shown = Array.isArray(value) ? (value as readonly Json[]).map(String).join(", ") : "";
  const change = (text: string): void => {
    const numbers = numbersOf(text);
    setWrong(numbers === null);
    if (numbers !== null) onChange(numbers.length > 0 ? numbers : undefined);
  };
  return (
    <Part title={title} note={wrong ? t("reports.notAscending") : note}>
      <WordsInput title={title} value={shown} onChange={change} placeholder={t("reports.automatic")} />
    </Part>
  );
}
