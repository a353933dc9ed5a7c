// Which other flags must answer what before this counts?
import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useWorkspace } from "@/shell/workspace";
import styles from "./Flags.module.css";
import { flagsQuery, type FlagLine, type Prerequisite } from "./queries";

interface PrerequisitesProps {
  readonly flag: string;
  readonly value: readonly Prerequisite[];
  readonly onChange: (value: Prerequisite[]) => void;
}

export function Prerequisites({ flag, value, onChange }: PrerequisitesProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(flagsQuery(slug));
  const others = (data?.items ?? []).filter((one) => one.key !== flag && one.value_type !== "json");
  const put = (at: number, changed: Prerequisite): void => onChange(value.map((one, each) => (each === at ? changed : one)));
  const first = others[0];
  return (
    <div className={styles.steps}>
      {value.map((one, at) => (
        <div key={at} className={styles.step}>
          <Select<string>
            aria-label={t("featureFlags.prerequisite")}
            showSearch
            style={{ minWidth: 180 }}
            value={one.flag}
            options={others.map((each) => ({ value: each.key, label: each.name }))}
            onChange={(key) => put(at, { flag: key, values: firstOf(others, key) })}
          />
          <span>{t("featureFlags.answers")}</span>
          <Values
            kind={others.find((each) => each.key === one.flag)?.value_type ?? "string"}
            value={one.values}
            onChange={(values) => put(at, { ...one, values })}
          />
          <Button
            type="text"
            aria-label={t("featureFlags.remove")}
            icon={<X size={14} aria-hidden />}
            onClick={() => onChange(value.filter((_, each) => each !== at))}
          />
        </div>
      ))}
      {first ? (
        <div>
          <Button
            size="small"
            icon={<Plus size={13} aria-hidden />}
            disabled={value.length >= 10}
            onClick={() => onChange([...value, { flag: first.key, values: firstOf(others, first.key) }])}
          >
            {t("featureFlags.addPrerequisite")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

type Values = Prerequisite["values"];

function firstOf(flags: readonly FlagLine[], key: string): Values {
  const kind = flags.find((one) => one.key === key)?.value_type;
  return kind === "boolean" ? [true] : kind === "number" ? [1] : ["on"];
}

function Values({ kind, value, onChange }: { kind: FlagLine["value_type"]; value: Values; onChange: (value: Values) => void }): ReactNode {
  const { t } = useTranslation();
  if (kind === "boolean") {
    return (
      <Select<string>
        aria-label={t("featureFlags.answers")}
        style={{ minWidth: 90 }}
        value={String(value[0] === true)}
        onChange={(one) => onChange([one === "true"])}
        options={["true", "false"].map((one) => ({ value: one, label: one }))}
      />
    );
  }
  return (
    <Select<string[]>
      aria-label={t("featureFlags.answers")}
      mode="tags"
      open={false}
      suffix={null}
      style={{ minWidth: 160 }}
      value={value.map(String)}
      onChange={(texts) => {
        const values = kind === "number" ? texts.map(Number).filter((one) => !Number.isNaN(one)) : texts;
        if (values.length > 0) onChange(values);
      }}
    />
  );
}
