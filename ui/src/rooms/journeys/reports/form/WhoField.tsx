// Of whom is the report? Of everybody, or of those who are in one segment now.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import { textOf, withFields, type Spec } from "../spec";
import { Part } from "./kit";

export function WhoField({ spec, onChange }: { readonly spec: Spec; readonly onChange: (spec: Spec) => void }): ReactNode {
  const { t } = useTranslation();
  const change = (segment: string): void => onChange(withFields(spec, { segment: segment === "" ? undefined : segment }));
  return (
    <Part title={t("reports.ofWhom")}>
      <WhoPick value={textOf(spec.segment)} onChange={change} />
    </Part>
  );
}

interface WhoPickProps {
  /** The key of a segment; empty for everybody. */
  readonly value: string;
  readonly onChange: (segment: string) => void;
  readonly className?: string;
}

export function WhoPick({ value, onChange, className = "" }: WhoPickProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { tag } = useLanguage();
  const { data } = useQuery({ ...segmentsQuery(slug), enabled: useMay("segments:read") });
  const known = (data?.items ?? []).map((one) => ({ value: one.key, label: `${one.name} (${formatNumber(one.size, tag)})` }));
  // One that a link or a saved report names may be archived meanwhile.
  const missing = value !== "" && data !== undefined && known.every((one) => one.value !== value);
  const options = [{ value: "", label: t("reports.everybody") }, ...known, ...(missing ? [{ value, label: value }] : [])];
  return (
    <Select<string>
      className={className}
      value={value}
      options={options}
      onChange={onChange}
      showSearch={{ optionFilterProp: "label" }}
      aria-label={t("reports.ofWhom")}
      popupMatchSelectWidth={false}
    />
  );
}
