// What is asked of a value? An operator that fits its type, and what it compares with.
import { AutoComplete, Input, Select, Tooltip } from "antd";
import { CaseSensitive } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Scalar, Test } from "../condition";
import type { ValueType } from "../names";
import { choiceOf, choicesFor, isMoment, knowsCase, momentsOf, operandOf, withChoice, type Choice } from "../tests";
import styles from "./Builder.module.css";
import { MomentField, MomentsField } from "./MomentField";
import { NumberField } from "./NumberField";

interface TestFieldsProps {
  readonly test: Test;
  readonly onChange: (test: Test) => void;
  readonly type: ValueType;
  readonly wrong: boolean;
  /** Operators to choose from; those of the type unless given. */
  readonly choices?: readonly Choice[];
  readonly allowed?: readonly Scalar[];
  /** How people call the values. */
  readonly labels?: ReadonlyMap<string, string>;
  /** How many of what is stored make one of what is typed: 100 for money in cents. */
  readonly scale?: number;
  readonly suffix?: string;
}

export function TestFields(props: TestFieldsProps): ReactNode {
  const { test, onChange, type, choices = choicesFor(type) } = props;
  const { t } = useTranslation();
  const choice = choiceOf(test);
  const offered = choices.includes(choice) ? choices : [choice, ...choices];
  return (
    <>
      <Select<Choice>
        value={choice}
        onChange={(next) => onChange(withChoice(test, next))}
        aria-label={t("builder.operator")}
        popupMatchSelectWidth={false}
        options={offered.map((each) => ({ value: each, label: t(`builder.ops.${each}`) }))}
      />
      <Operand {...props} choice={choice} />
      {knowsCase(choice) && type !== "number" && type !== "boolean" ? <CaseToggle test={test} onChange={onChange} /> : null}
    </>
  );
}

function CaseToggle({ test, onChange }: Pick<TestFieldsProps, "test" | "onChange">): ReactNode {
  const { t } = useTranslation();
  return (
    <Tooltip title={t("builder.ignoreCase")}>
      <button
        type="button"
        className={styles.toggle}
        aria-pressed={test.ignoreCase}
        aria-label={t("builder.ignoreCase")}
        onClick={() => onChange({ ...test, ignoreCase: !test.ignoreCase })}
      >
        <CaseSensitive size={16} aria-hidden />
      </button>
    </Tooltip>
  );
}

function Operand(props: TestFieldsProps & { choice: Choice }): ReactNode {
  const { t } = useTranslation();
  const { test, onChange, wrong, choice } = props;
  const set = (value: Test["value"]): void => onChange({ ...test, value });
  switch (operandOf(choice)) {
    case "none":
      return null;
    case "scalars":
      return <Scalars {...props} />;
    case "scalar":
      return <One {...props} />;
    case "text":
      return (
        <Input
          className={`${styles.value ?? ""} ${choice.endsWith("regex") ? "mono" : ""}`}
          value={typeof test.value === "string" ? test.value : ""}
          onChange={(event) => set(event.target.value)}
          aria-label={t("builder.value")}
          status={wrong ? "error" : ""}
          maxLength={2000}
          spellCheck={false}
        />
      );
    case "number":
      return <Amount {...props} value={test.value} label={t("builder.value")} onChange={set} />;
    case "numbers": {
      const [low, high] = Array.isArray(test.value) ? (test.value as readonly (Scalar | null)[]) : [];
      return (
        <>
          <Amount {...props} value={low} label={t("builder.from")} onChange={(next) => set([next, high ?? null])} />
          <span className="soft">{t("builder.between")}</span>
          <Amount {...props} value={high} label={t("builder.to")} onChange={(next) => set([low ?? null, next])} />
        </>
      );
    }
    case "moment":
      return isMoment(test.value) ? <MomentField value={test.value} onChange={set} wrong={wrong} /> : null;
    case "moments": {
      const moments = momentsOf(test.value);
      return moments ? <MomentsField value={moments} onChange={set} wrong={wrong} /> : null;
    }
  }
}

interface AmountProps extends Pick<TestFieldsProps, "wrong" | "scale" | "suffix"> {
  readonly value: unknown;
  readonly label: string;
  readonly onChange: (value: number | null) => void;
}

function Amount({ value, label, onChange, wrong, scale = 1, suffix }: AmountProps): ReactNode {
  return (
    <NumberField
      label={label}
      value={typeof value === "number" ? value / scale : null}
      // Money is typed in its unit and kept in its smallest one; rounding takes off what binary fractions add.
      onChange={(next) => onChange(next === null ? null : scale === 1 ? next : Math.round(next * scale))}
      wrong={wrong}
      width={suffix ? 132 : 104}
      {...(suffix ? { suffix } : {})}
    />
  );
}

function One(props: TestFieldsProps): ReactNode {
  const { test, onChange, type, wrong, allowed = [], labels, scale } = props;
  const { t } = useTranslation();
  const { value } = test;
  const set = (next: Scalar | null): void => onChange({ ...test, value: next });
  if (type === "boolean" || typeof value === "boolean") {
    return (
      <Select<"yes" | "no">
        value={value === true ? "yes" : "no"}
        onChange={(next) => set(next === "yes")}
        aria-label={t("builder.value")}
        options={[
          { value: "yes", label: t("builder.yes") },
          { value: "no", label: t("builder.no") },
        ]}
      />
    );
  }
  if (type === "number" || scale !== undefined) return <Amount {...props} value={value} label={t("builder.value")} onChange={set} />;
  if (labels && labels.size > 0) {
    const own = typeof value === "string" || typeof value === "number" ? value : null;
    const shown = own === null || allowed.some((each) => String(each) === String(own)) ? allowed : [...allowed, own];
    return (
      <Select<string>
        className={styles.value ?? ""}
        value={own === null ? null : String(own)}
        onChange={(next) => set(allowed.find((each) => String(each) === next) ?? next)}
        options={shown.map((each) => ({ value: String(each), label: labels.get(String(each)) ?? String(each) }))}
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("builder.value")}
        popupMatchSelectWidth={false}
        {...(wrong ? { status: "error" as const } : {})}
      />
    );
  }
  return (
    <AutoComplete
      className={styles.value ?? ""}
      value={typeof value === "string" || typeof value === "number" ? String(value) : ""}
      onChange={(next: string) => set(next)}
      options={allowed.map((each) => ({ value: String(each) }))}
      showSearch={{ filterOption: (typed, option) => String(option?.value).toLowerCase().includes(typed.toLowerCase()) }}
      aria-label={t("builder.value")}
      status={wrong ? "error" : ""}
    />
  );
}

function Scalars({ test, onChange, type, wrong, allowed = [], labels }: TestFieldsProps): ReactNode {
  const { t } = useTranslation();
  const values = Array.isArray(test.value) ? (test.value as readonly unknown[]).filter((each) => each !== null) : [];
  const read = (text: string): Scalar => (type === "number" && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
  return (
    <Select<string[]>
      mode={labels && labels.size > 0 ? "multiple" : "tags"}
      className={styles.values ?? ""}
      value={values.map(String)}
      onChange={(texts) => onChange({ ...test, value: texts.map(read) })}
      options={allowed.map((each) => ({ value: String(each), label: labels?.get(String(each)) ?? String(each) }))}
      showSearch={{ optionFilterProp: "label" }}
      tokenSeparators={[",", "\n"]}
      aria-label={t("builder.values")}
      maxTagCount={20}
      {...(wrong ? { status: "error" as const } : {})}
      {...(allowed.length === 0 ? { open: false, suffix: null } : {})}
    />
  );
}
