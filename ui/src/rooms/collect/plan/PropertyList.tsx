// Which properties does it have? One row each: name, type, required, allowed values; limits and description below.
import { Button, Checkbox, Form, Input, InputNumber, Select, type FormInstance } from "antd";
import { ChevronDown, Plus, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { PropertyType, Scalar } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { NEW_PROPERTY, readAllowed, TYPES } from "./edit";
import styles from "./Plan.module.css";

interface PropertyListProps {
  readonly name: string;
  readonly form: FormInstance;
  readonly may: boolean;
}

export function PropertyList({ name, form, may }: PropertyListProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <div className={styles.list}>
          {fields.map((field) => (
            <PropertyRow
              key={field.key}
              list={name}
              index={field.name}
              form={form}
              {...(may ? { onRemove: () => remove(field.name) } : {})}
            />
          ))}
          {may ? (
            <Button type="dashed" block icon={<Plus size={14} aria-hidden />} onClick={() => add(NEW_PROPERTY)}>
              {t("plan.addProperty")}
            </Button>
          ) : null}
        </div>
      )}
    </Form.List>
  );
}

interface RowProps {
  readonly list: string;
  readonly index: number;
  readonly form: FormInstance;
  readonly onRemove?: () => void;
}

function PropertyRow({ list, index, form, onRemove }: RowProps): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.property}>
      <div className={styles.row}>
        <Form.Item name={[index, "name"]} noStyle rules={[{ required: true, whitespace: true, message: t("forms.needed") }]}>
          <Input className={styles.name ?? ""} placeholder={t("plan.propertyName")} aria-label={t("plan.propertyName")} maxLength={200} />
        </Form.Item>
        <Form.Item name={[index, "type"]} noStyle>
          <Select
            className={styles.type ?? ""}
            aria-label={t("plan.type")}
            options={TYPES.map((type) => ({ value: type, label: t(`plan.types.${type}`) }))}
          />
        </Form.Item>
        <Form.Item name={[index, "required"]} noStyle valuePropName="checked">
          <Checkbox>{t("plan.required")}</Checkbox>
        </Form.Item>
        <Button
          type="text"
          size="small"
          aria-expanded={open}
          aria-label={t("plan.moreLimits")}
          icon={<ChevronDown size={14} aria-hidden className={open ? styles.turned : ""} />}
          onClick={() => setOpen(!open)}
        />
        {onRemove ? (
          <Button type="text" size="small" aria-label={t("actions.remove")} icon={<X size={14} aria-hidden />} onClick={onRemove} />
        ) : null}
      </div>
      {open ? <Limits list={list} index={index} form={form} /> : null}
    </div>
  );
}

function Limits({ list, index, form }: Omit<RowProps, "onRemove">): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const type = (Form.useWatch([list, index, "type"], { form, preserve: true }) as PropertyType | undefined) ?? "text";
  return (
    <div className={styles.limits}>
      <Form.Item name={[index, "description", language]} label={t("plan.description")} className={styles.wide ?? ""}>
        <Input maxLength={2000} />
      </Form.Item>
      <Form.Item
        name={[index, "allowed"]}
        label={t("plan.allowed")}
        extra={t("plan.allowedNote")}
        className={styles.wide ?? ""}
        getValueProps={(value: readonly Scalar[] | null) => ({ value: (value ?? []).map(String) })}
        normalize={(texts: readonly string[]) => {
          const values = texts.map((text) => readAllowed(text, type)).filter((value) => value !== null);
          return values.length > 0 ? values : null;
        }}
      >
        <Select mode="tags" open={false} tokenSeparators={[","]} />
      </Form.Item>
      {type === "text" ? (
        <Form.Item name={[index, "pattern"]} label={t("plan.pattern")} className={styles.wide ?? ""}>
          <Input className="mono" maxLength={500} spellCheck={false} />
        </Form.Item>
      ) : null}
      <Form.Item name={[index, "minimum"]} label={t("plan.minimum")}>
        <InputNumber style={{ width: "100%" }} />
      </Form.Item>
      <Form.Item name={[index, "maximum"]} label={t("plan.maximum")}>
        <InputNumber style={{ width: "100%" }} />
      </Form.Item>
    </div>
  );
}
