// Which trait, property or tag? One that is known, with its type beside it, or any name typed.
import { AutoComplete } from "antd";
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
