// How many people are in exactly which of these segments? Every combination as a column that opens the people in it.
import { useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useWorkspace } from "@/shell/workspace";
import { useChosen } from "./address";
import { CombinationCard } from "./CombinationCard";
import { MOST, overlapQuery, type Overlap } from "./queries";
import { SegmentsSelect } from "./SegmentSelect";
import styles from "./Understanding.module.css";
import { UpSet } from "./UpSet";

export default function OverlapView(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [keys, choose] = useChosen();
  const asked = keys.slice(0, MOST);
  const enough = asked.length >= 2;
  const query = useQuery({ ...overlapQuery(slug, asked), enabled: enough });
  return (
    <>
      <div className={styles.choices}>
        <SegmentsSelect
          label={t("understanding.segments")}
          values={asked}
          most={MOST}
          onChange={choose}
          placeholder={t("understanding.choose")}
        />
      </div>
      {enough ? (
        <Ready query={{ ...query, data: query.error ? undefined : query.data }}>{(found) => <Shown found={found} />}</Ready>
      ) : (
        <Card>
          <Notice icon={Layers} title={t("upset.pick.title")} text={t("upset.pick.text", { most: MOST })} />
        </Card>
      )}
    </>
  );
}

function Shown({ found }: { found: Overlap }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const [wanted, choose] = useParam("combination");
  const known = new Set(found.segments.map((one) => one.key));
  const inside = wanted.split(",").filter((key) => known.has(key));
  const somewhere = formatNumber(found.total - found.nowhere, tag);
  return (
    <Stack>
      <Card title={t("upset.total", { somewhere, total: formatNumber(found.total, tag) })} note={t("upset.note")}>
        {found.combinations.length ? (
          <UpSet found={found} chosen={inside} onChoose={(keys) => choose(keys.join(","))} />
        ) : (
          <Notice compact icon={Layers} title={t("upset.empty.title")} text={t("upset.empty.text")} />
        )}
      </Card>
      {inside.length ? <CombinationCard key={inside.join()} found={found} inside={inside} onClose={() => choose("")} /> : null}
    </Stack>
  );
}
