// How are the letters put together? A formula, with what it may hold and what is wrong with it.
import { Input } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Field } from "@/parts/Field";
import styles from "./Custom.module.css";
import type { Draft, Lack } from "./draft";

interface FormulaFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly lacks: { readonly trial: readonly Lack[]; readonly warns: readonly Lack[] };
}

const EXAMPLES = ["A / B", "A / B * 100", "(A - B) / A", "A"] as const;

export function FormulaFields({ draft, onChange, lacks }: FormulaFieldsProps): ReactNode {
  const { t } = useTranslation();
  const wrong = lacks.trial.find((lack) => lack === "formula" || lack === "signs" || lack === "letter");
  return (
    <>
      <Field
        label={t("customMetrics.formula")}
        wrong={wrong ? t(`customMetrics.lacks.${wrong}`) : undefined}
        note={lacks.warns.includes("unused") ? t("customMetrics.lacks.unused") : t("customMetrics.formulaNote")}
      >
        {(id, describedBy) => (
          <Input
            id={id}
            aria-describedby={describedBy}
            className="mono"
            value={draft.formula}
            maxLength={200}
            spellCheck={false}
            onChange={(change) => onChange({ ...draft, formula: change.target.value })}
            {...(wrong ? { status: "error" as const } : {})}
          />
        )}
      </Field>
      <div className={styles.examples}>
        <span className="faint">{t("customMetrics.examples")}</span>
        {EXAMPLES.map((example) => (
          <button key={example} type="button" className={styles.exampleButton} onClick={() => onChange({ ...draft, formula: example })}>
            <code>{example}</code>
          </button>
        ))}
      </div>
    </>
  );
}
