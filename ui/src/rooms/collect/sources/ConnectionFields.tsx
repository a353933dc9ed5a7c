// What does this kind of database need to know? Drawn from the JSON schema that the kind declares.
import { Form, Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWords } from "@/i18n/useWords";
import styles from "./Sources.module.css";

interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly writeOnly?: boolean;
}

export interface ConfigSchema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

function Control({ property }: { property: Property }): ReactNode {
  // Form.Item hands value, onChange and id to its child, so each control stands alone there.
  if (property.enum) return <Select options={property.enum.map((value) => ({ value, label: value }))} />;
  if (property.type === "integer") return <InputNumber precision={0} style={{ width: "100%" }} />;
  if (property.format === "password" || property.writeOnly) return <Input.Password autoComplete="new-password" />;
  return <Input spellCheck={false} />;
}

export function ConnectionFields({ schema, keepsSecret }: { schema: ConfigSchema; keepsSecret: boolean }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const required = new Set(schema.required);
  return (
    <div className={styles.grid}>
      {Object.entries(schema.properties ?? {}).map(([name, property]) => {
        const secret = property.format === "password" || property.writeOnly === true;
        return (
          <Form.Item
            key={name}
            name={["connection", name]}
            label={words(`sources.fields.${name}`) ?? name}
            extra={secret && keepsSecret ? t("sources.secretKept") : undefined}
            {...(property.default !== undefined && !secret ? { initialValue: property.default } : {})}
            rules={required.has(name) ? [{ required: true, message: t("forms.needed") }] : []}
          >
            {Control({ property })}
          </Form.Item>
        );
      })}
    </div>
  );
}
