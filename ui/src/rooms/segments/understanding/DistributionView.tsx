// Which values of a tag or a trait do the people of a segment have, and how many of them?
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { ChartBar } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, useWorkspace } from "@/shell/workspace";
import { useTagNames, useTraitNames } from "../names";
import { useChosen } from "./address";
import { DistributionNumbers } from "./DistributionNumbers";
import { DistributionValues } from "./DistributionValues";
import { distributionQuery, type Asked, type Distribution } from "./queries";
import { SegmentSelect } from "./SegmentSelect";
import styles from "./Understanding.module.css";

/** So many different numbers are worth a list of them; more are a histogram. */
const FEW = 15;

/** As the address has it: "tag:lifecycle". */
function askedOf(text: string): Asked | null {
  const [, of, name] = /^(tag|trait):(.+)$/s.exec(text) ?? [];
  return name && (of === "tag" || of === "trait") ? { of, name } : null;
}

export default function DistributionView(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [[segment = ""], choose] = useChosen();
  const [of, setOf] = useParam("of");
  const asked = askedOf(of);
  const query = useQuery({ ...distributionQuery(slug, asked ?? { of: "tag", name: "" }, segment || null), enabled: asked !== null });
  return (
    <>
      <div className={styles.choices}>
        <WhatSelect value={of} onChange={setOf} />
        <SegmentSelect
          label={t("distribution.among")}
          value={segment}
          none={t("understanding.everybody")}
          onChange={(key) => choose(key ? [key] : [])}
        />
      </div>
      {asked ? (
        <Ready query={{ ...query, data: query.error ? undefined : query.data }}>{(found) => <Shown found={found} />}</Ready>
      ) : (
        <Card>
          <Notice icon={ChartBar} title={t("distribution.pick.title")} text={t("distribution.pick.text")} />
        </Card>
      )}
    </>
  );
}

function WhatSelect({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const { t } = useTranslation();
  const may = useMay("people:read"); // values of traits may be names and addresses
  const tags = useTagNames().map(({ name, label = name }) => ({ value: `tag:${name}`, label }));
  const traits = useTraitNames().map(({ name }) => ({ value: `trait:${name}`, label: name }));
  const known = [...tags, ...traits].some((each) => each.value === value);
  const own = askedOf(value);
  const groups = [
    { label: t("distribution.tags"), options: tags },
    ...(may ? [{ label: t("distribution.traits"), options: traits }] : []),
    ...(own && !known ? [{ label: "…", options: [{ value, label: own.name }] }] : []),
  ];
  return (
    <label className={styles.field}>
      <span>{t("distribution.of")}</span>
      <Select<string>
        className={styles.select ?? ""}
        value={own ? value : null}
        options={groups}
        onChange={onChange}
        showSearch={{ optionFilterProp: ["label", "value"] }}
        placeholder={t("distribution.of")}
        aria-label={t("distribution.of")}
      />
    </label>
  );
}

function Shown({ found }: { found: Distribution }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  if (found.known === 0) {
    return (
      <Card>
        <Notice icon={ChartBar} title={t("distribution.none.title")} text={t("distribution.none.text")} />
      </Card>
    );
  }
  const share = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 }).format(found.known / Math.max(found.people, 1));
  const people = formatNumber(found.people, tag);
  return (
    <Stack>
      <p className={styles.known}>{t("distribution.known", { known: formatNumber(found.known, tag), people, share })}</p>
      {found.numbers ? <DistributionNumbers found={found} numbers={found.numbers} /> : null}
      {found.values.length && (!found.numbers || found.distinct <= FEW) ? <DistributionValues found={found} /> : null}
    </Stack>
  );
}
