// Of whom is the report? Of everybody, or of those who are in one segment now.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useWorkspace } from "@/shell/workspace";
import { textOf, withFields, type Spec } from "../spec";
import { Part } from "./kit";

export function WhoField({ spec, onChange }: { readonly spec: Spec; readonly onChange: (spec: Spec) => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { tag } = useLanguage();
  const { data } = useQuery(segmentsQuery(slug));
  const chosen = textOf(spec.segment);
  const known = (data?.items ?? []).map((one) => ({ value: one.key, label: `${one.name} (${formatNumber(one.size, tag)})` }));
  // One that a link or a saved report names may be archived meanwhile.
  const missing = chosen !== "" && data !== undefined && known.every(({ value }) => value !== chosen);
  const options = [{ value: "", label: t("reports.everybody") }, ...known, ...(missing ? [{ value: chosen, label: chosen }] : [])];
  return (
    <Part title={t("reports.ofWhom")}>
      <Select<string>
        value={chosen}
        options={options}
        onChange={(segment) => onChange(withFields(spec, { segment: segment === "" ? undefined : segment }))}
        showSearch={{ optionFilterProp: "label" }}
        aria-label={t("reports.ofWhom")}
      />
    </Part>
  );
}
