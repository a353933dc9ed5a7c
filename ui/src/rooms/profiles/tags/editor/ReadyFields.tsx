// Which ready-made rule, and how is it set? A form drawn from the settings that the rule says it has.
import { useQuery } from "@tanstack/react-query";
import { Input, InputNumber, Select, Switch } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useWords } from "@/i18n/useWords";
import { Field, Fields } from "@/parts/Field";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import type { Json } from "@/rooms/segments/dump";
import { usePath, useWorkspace } from "@/shell/workspace";
import { rolesQuery, tagRulesQuery, type TagRule } from "../queries";
import { useSpoken } from "../words";
import type { Draft } from "./draft";
import styles from "./Editor.module.css";
import { fieldsOf, type SettingField } from "./settings";

interface ReadyFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly wrong: boolean;
}

export function ReadyFields({ draft, onChange, wrong }: ReadyFieldsProps): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(tagRulesQuery(slug));
  return <Ready query={query}>{({ items }) => <Chosen draft={draft} onChange={onChange} wrong={wrong} rules={items} />}</Ready>;
}

function Chosen({ draft, onChange, wrong, rules }: ReadyFieldsProps & { rules: readonly TagRule[] }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const rule = rules.find((each) => each.key === draft.rule);
  const choose = (key: string): void => {
    const next = rules.find((each) => each.key === key);
    if (!next) return;
    onChange({
      ...draft,
      rule: key,
      settings: next.sample as Draft["settings"],
      family: next.family,
      valueType: next.value_type,
      allowed: null,
      refresh: next.whole ? "nightly" : draft.refresh,
      label: draft.label.zh || draft.label.en ? draft.label : { zh: next.label.zh ?? "", en: next.label.en ?? "" },
      description: draft.description.zh || draft.description.en ? draft.description : { zh: next.text.zh ?? "", en: next.text.en ?? "" },
    });
  };
  return (
    <div className={styles.computed}>
      <Select<string>
        value={draft.rule || null}
        onChange={choose}
        options={rules.map((each) => ({ value: each.key, label: spoken(each.label, each.key) }))}
        showSearch={{ optionFilterProp: ["label", "value"] }}
        placeholder={t("tagEditor.pickRule")}
        aria-label={t("tagEditor.rule")}
        style={{ maxWidth: 360 }}
        {...(wrong ? { status: "error" as const } : {})}
      />
      {rule ? (
        <>
          <p className="soft">{spoken(rule.text)}</p>
          <Needs rule={rule} />
          <Fields>
            {fieldsOf(rule.settings).map((field) => (
              <Setting
                key={field.name}
                field={field}
                value={draft.settings[field.name]}
                onChange={(value) => onChange({ ...draft, settings: { ...draft.settings, [field.name]: value } })}
              />
            ))}
          </Fields>
        </>
      ) : null}
    </div>
  );
}

/** The roles that it cannot do without. */
function Needs({ rule }: { rule: TagRule }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const spoken = useSpoken();
  const path = usePath();
  const roles = useQuery(rolesQuery(slug));
  if (rule.needs.length === 0) return null;
  return (
    <p className={styles.needs}>
      <Link to={path("tag-roles")}>{t("tagEditor.needs")}</Link>
      {rule.needs.map((key) => {
        const role = roles.data?.items.find((each) => each.role === key);
        const missing = role?.events.length === 0 && role.property === "";
        return (
          <Pill key={key} tone={missing ? "warn" : "plain"}>
            {role ? spoken(role.label, key) : key}
          </Pill>
        );
      })}
    </p>
  );
}

function Setting({ field, value, onChange }: { field: SettingField; value: Json | undefined; onChange: (value: Json) => void }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const said = (what: string): string => words(`tagEditor.settings.${what}`) ?? what;
  const note = field.low !== null && field.high !== null ? t("tags.range", { low: field.low, high: field.high }) : undefined;
  return (
    <Field label={said(field.name)} note={note}>
      {(id, described) => {
        const common = { id, "aria-describedby": described };
        if (field.kind === "choice") {
          return (
            <Select<string>
              {...common}
              value={typeof value === "string" ? value : null}
              onChange={onChange}
              options={field.choices.map((each) => ({ value: each, label: words(`tagEditor.choices.${each}`) ?? each }))}
            />
          );
        }
        if (field.kind === "flag")
          return <Switch id={id} aria-label={said(field.name)} size="small" checked={value === true} onChange={onChange} />;
        if (field.kind === "number") {
          return (
            <InputNumber
              {...common}
              value={typeof value === "number" ? value : null}
              onChange={(next) => {
                if (next !== null) onChange(next);
              }}
              {...(field.whole ? { precision: 0 } : {})}
              {...(field.low === null ? {} : { min: field.low })}
              {...(field.high === null ? {} : { max: field.high })}
              style={{ width: "100%" }}
            />
          );
        }
        if (field.kind === "texts") {
          return (
            <Select<string[]>
              {...common}
              mode="tags"
              value={Array.isArray(value) ? (value as readonly Json[]).map(String) : []}
              onChange={onChange}
              open={false}
              suffix={null}
            />
          );
        }
        return <Input {...common} value={typeof value === "string" ? value : ""} onChange={(event) => onChange(event.target.value)} />;
      }}
    </Field>
  );
}
