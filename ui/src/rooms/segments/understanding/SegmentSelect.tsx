// Which of the segments in use? One, or several.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { ReactNode } from "react";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { useWorkspace } from "@/shell/workspace";
import { segmentsQuery } from "../queries";
import styles from "./Understanding.module.css";

interface Option {
  readonly value: string;
  readonly label: string;
}

function useOptions(without?: string): Option[] {
  const { slug } = useWorkspace();
  const { tag } = useLanguage();
  const { data } = useQuery(segmentsQuery(slug));
  return (data?.items ?? [])
    .filter((one) => one.key !== without)
    .map((one) => ({ value: one.key, label: `${one.name} (${formatNumber(one.size, tag)})` }));
}

interface OneProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (key: string) => void;
  /** What no segment means, where that is a choice. */
  readonly none?: string;
  readonly without?: string;
  readonly placeholder?: string;
}

export function SegmentSelect({ label, value, onChange, none, without, placeholder }: OneProps): ReactNode {
  const found = useOptions(without);
  const options = none === undefined ? found : [{ value: "", label: none }, ...found];
  return (
    <label className={styles.field}>
      <span>{label}</span>
      <Select<string>
        className={styles.select ?? ""}
        value={value === "" && none === undefined ? null : value}
        options={options}
        onChange={onChange}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={placeholder}
        aria-label={label}
      />
    </label>
  );
}

interface SeveralProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly most: number;
  readonly onChange: (keys: readonly string[]) => void;
  readonly placeholder: string;
}

export function SegmentsSelect({ label, values, most, onChange, placeholder }: SeveralProps): ReactNode {
  return (
    <label className={`${styles.field ?? ""} ${styles.wide ?? ""}`}>
      <span>{label}</span>
      <Select<string[]>
        mode="multiple"
        className={styles.select ?? ""}
        value={[...values]}
        options={useOptions()}
        onChange={onChange}
        maxCount={most}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={placeholder}
        aria-label={label}
      />
    </label>
  );
}
