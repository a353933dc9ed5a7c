// Which values may it have, of which type and unit, and how often are they computed?
import { Input, Select, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { useWorkspace } from "@/shell/workspace";
import type { Scalar } from "@/rooms/segments/condition";
import { canBeLive, typesOf, type Draft, type Family, type Refresh, type ValueType } from "./draft";

const FAMILIES: readonly Family[] = ["behaviour", "attribute", "psychological"];
const ALL_TYPES: readonly ValueType[] = ["text", "number", "boolean", "date", "list"];

/** Types that a tag made in this way can have. */
export function typesFor({ way, computed }: Draft): readonly ValueType[] {
  if (way === "computed") return typesOf(computed.measure);
  return way === "rule" ? ["boolean", "text", "number", "date"] : ALL_TYPES;
}

interface ValueFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** The ready-made rule looks at everybody at once. */
  readonly whole: boolean;
  readonly wrongAllowed: string | undefined;
}

export function ValueFields({ draft, onChange, whole, wrongAllowed }: ValueFieldsProps): ReactNode {
  const { t } = useTranslation();
  const live = canBeLive({ ...draft, whole });
  const given = draft.way === "manual" || draft.way === "imported";
  const types = typesFor(draft);
  const named = draft.valueType === "boolean" || draft.way === "ready";
  return (
    <Card title={t("tagEditor.values")}>
      <Fields>
        <Field label={t("tags.familyLabel")}>
          {(id) => (
            <Select<Family>
              id={id}
              value={draft.family}
              onChange={(family) => onChange({ ...draft, family })}
              options={FAMILIES.map((value) => ({ value, label: t(`tags.families.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t("tags.type")}>
          {(id) => (
            <Select<ValueType>
              id={id}
              value={draft.valueType}
              onChange={(valueType) => onChange(retyped(draft, valueType))}
              disabled={types.length === 1 || draft.way === "model"}
              options={types.map((value) => ({ value, label: t(`tags.types.${value}`) }))}
            />
          )}
        </Field>
        {given ? null : (
          <Field label={t("tags.policy")} {...(live ? {} : { note: t("tagEditor.onlyNightly") })}>
            {(id, note) => (
              <Select<Refresh>
                id={id}
                aria-describedby={note}
                value={live ? draft.refresh : "nightly"}
                onChange={(refresh) => onChange({ ...draft, refresh })}
                disabled={!live}
                options={(["nightly", "live"] as const).map((value) => ({ value, label: t(`tags.refreshes.${value}`) }))}
              />
            )}
          </Field>
        )}
        {draft.valueType === "number" ? <Unit draft={draft} onChange={onChange} /> : null}
        {named ? null : (
          <Field label={t("tags.allowed")} note={t("tagEditor.allowedNote")} {...(wrongAllowed ? { wrong: wrongAllowed } : {})} wide>
            {(id, note) => (
              <Select<string[]>
                id={id}
                aria-describedby={note}
                mode="tags"
                value={(draft.allowed ?? []).map(String)}
                onChange={(texts) =>
                  onChange({ ...draft, allowed: texts.length === 0 ? null : texts.map((text) => scalarOf(draft.valueType, text)) })
                }
                tokenSeparators={[",", "，", "\n"]}
                placeholder={t("tags.anyValue")}
                open={false}
                suffix={null}
                {...(wrongAllowed ? { status: "error" as const } : {})}
              />
            )}
          </Field>
        )}
        <Toggle
          label={t("tagEditor.keepsHistory")}
          value={draft.keepsHistory}
          onChange={(keepsHistory) => onChange({ ...draft, keepsHistory })}
        />
        <Toggle label={t("tagEditor.enabled")} value={draft.enabled} onChange={(enabled) => onChange({ ...draft, enabled })} />
      </Fields>
    </Card>
  );
}

function Unit({ draft, onChange }: Pick<ValueFieldsProps, "draft" | "onChange">): ReactNode {
  const { t } = useTranslation();
  const { currency } = useWorkspace();
  const money = draft.unit === "minor";
  return (
    <Field label={t("tags.unit")} note={t("tagEditor.unitNote")}>
      {(id, note) => (
        <span style={{ display: "flex", gap: 6 }}>
          <Select<"plain" | "minor">
            aria-label={t("tagEditor.unitKind")}
            value={money ? "minor" : "plain"}
            onChange={(next) => onChange({ ...draft, unit: next === "minor" ? "minor" : "" })}
            options={[
              { value: "plain", label: t("tagEditor.plain") },
              { value: "minor", label: t("tagEditor.money", { currency }) },
            ]}
            popupMatchSelectWidth={false}
          />
          {money ? null : (
            <Input
              id={id}
              aria-describedby={note}
              value={draft.unit}
              onChange={(event) => onChange({ ...draft, unit: event.target.value })}
              maxLength={40}
            />
          )}
        </span>
      )}
    </Field>
  );
}

function Toggle({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }): ReactNode {
  return (
    <Field label={label}>
      {(id) => (
        <span>
          <Switch id={id} aria-label={label} checked={value} onChange={onChange} size="small" />
        </span>
      )}
    </Field>
  );
}

function scalarOf(type: ValueType, text: string): Scalar {
  return type === "number" && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The draft with values of another type; those that do not fit it are taken out. */
export function retyped(draft: Draft, valueType: ValueType): Draft {
  if (valueType === draft.valueType) return draft;
  const first = valueType === "boolean" ? true : null;
  return {
    ...draft,
    valueType,
    allowed: null,
    unit: valueType === "number" ? draft.unit : "",
    cases: draft.cases.map((each) => ({ ...each, value: first })),
    otherwise: null,
  };
}
