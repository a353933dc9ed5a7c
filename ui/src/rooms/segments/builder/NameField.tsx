// Which trait, property or tag? One that is known; of traits and properties also any name typed.
import { AutoComplete, Select } from "antd";
import type { ReactNode } from "react";

import styles from "./Builder.module.css";

export interface NameOption {
  readonly value: string;
  readonly label?: string;
  readonly note?: string;
}

interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly NameOption[];
  readonly wrong: boolean;
}

/** Only what is known; one that is known no more is shown by its key. */
export function KnownField({ label, value, onChange, options, wrong }: NameFieldProps): ReactNode {
  const known = value === "" || options.some((each) => each.value === value);
  return (
    <Select<string>
      className={styles.name ?? ""}
      value={value === "" ? null : value}
      onChange={onChange}
      options={(known ? options : [...options, { value }]).map(({ value: key, label: words = key }) => ({ value: key, label: words }))}
      showSearch={{ optionFilterProp: ["label", "value"] }}
      placeholder={label}
      aria-label={label}
      popupMatchSelectWidth={false}
      {...(wrong ? { status: "error" as const } : {})}
    />
  );
}

export function NameField({ label, value, onChange, options, wrong }: NameFieldProps): ReactNode {
  return (
    <AutoComplete
      className={styles.name ?? ""}
      value={value}
      onChange={onChange}
      options={options.map((each) => ({
        value: each.value,
        label: (
          <span className={styles.option}>
            <span>{each.label ?? each.value}</span>
            {each.note ? <span className="faint">{each.note}</span> : null}
          </span>
        ),
        words: `${each.value} ${each.label ?? ""}`.toLowerCase(),
      }))}
      showSearch={{ filterOption: (typed, option) => option?.words.includes(typed.toLowerCase()) ?? false }}
      placeholder={label}
      aria-label={label}
      popupMatchSelectWidth={false}
      status={wrong ? "error" : ""}
      maxLength={200}
    />
  );
}
