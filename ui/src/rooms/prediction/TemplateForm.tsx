// How is a template set, and under which key shall its model stand?
import { Button, Input, InputNumber, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import { Field, Fields } from "@/parts/Field";
import { Card } from "@/parts/Page";
import { Refusal } from "@/parts/Refusal";
import { fieldsOf, type SettingField } from "@/rooms/profiles/tags/editor/settings";
import { useEventNames } from "@/rooms/segments/names";
import type { Template } from "./queries";
import { useCreating } from "./useCreating";

export function TemplateForm({ template }: { template: Template }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const [key, setKey] = useState(template.key);
  const [config, setConfig] = useState<Readonly<Record<string, unknown>>>(template.sample);
  const { create, busy, error } = useCreating();
  return (
    <>
      <Refusal error={error} />
      <Card title={t("models.settings")} note={words(`models.templates.${template.key}`) ?? undefined}>
        <Fields>
          <Field label={t("tagEditor.key")} note={t("models.keyNote")}>
            {(id, note) => (
              <Input
                id={id}
                aria-describedby={note}
                className="mono"
                value={key}
                onChange={(event) => setKey(event.target.value)}
                maxLength={63}
                spellCheck={false}
              />
            )}
          </Field>
          {fieldsOf(template.config_schema).map((field) => (
            <Setting
              key={field.name}
              field={field}
              value={config[field.name]}
              onChange={(value) => setConfig({ ...config, [field.name]: value })}
            />
          ))}
        </Fields>
        <div style={{ marginTop: 16 }}>
          <Button
            type="primary"
            loading={busy}
            disabled={key.trim() === ""}
            onClick={() => create({ key: key.trim(), template: template.key, config })}
          >
            {t("models.create")}
          </Button>
        </div>
      </Card>
    </>
  );
}

function Setting({ field, value, onChange }: { field: SettingField; value: unknown; onChange: (value: unknown) => void }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const { events } = useEventNames();
  const label = words(`models.config.${field.name}`) ?? field.name;
  return (
    <Field label={label} note={words(`models.configNotes.${field.name}`) ?? undefined} wide={field.kind === "texts"}>
      {(id, note) =>
        field.kind === "texts" ? (
          <Select<string[]>
            id={id}
            aria-describedby={note}
            mode="multiple"
            value={Array.isArray(value) ? value.map(String) : []}
            onChange={onChange}
            options={events.map((event) => ({ value: event.name }))}
            placeholder={t("models.usual")}
          />
        ) : (
          <InputNumber
            id={id}
            aria-describedby={note}
            value={typeof value === "number" ? value : null}
            onChange={onChange}
            placeholder={t("models.usual")}
            precision={0}
            {...(field.low === null ? {} : { min: field.low })}
            {...(field.high === null ? {} : { max: field.high })}
            style={{ width: "100%" }}
          />
        )
      }
    </Field>
  );
}
