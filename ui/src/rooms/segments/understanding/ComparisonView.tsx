// What sets a segment apart from another one, or from everybody else?
import { useQuery } from "@tanstack/react-query";
import { Checkbox, Segmented, Spin } from "antd";
import { Scale } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay, formatNumber } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useWorkspace } from "@/shell/workspace";
import { useChosen } from "./address";
import { Findings } from "./Findings";
import { comparisonQuery, type Comparison, type Finding } from "./queries";
import { SegmentSelect } from "./SegmentSelect";
import styles from "./Understanding.module.css";

const DayRange = lazy(() => import("@/parts/DayRange"));
const KINDS = ["all", "event", "activity", "tag", "trait"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** From this corrected p on, a difference may be chance. */
const SURE = 0.05;

export default function ComparisonView(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [[one = "", other = ""], choose] = useChosen();
  const [first, setFirst] = useParam("first");
  const [last, setLast] = useParam("last");
  const days = DAY.test(first) && DAY.test(last) ? { first, last } : { first: null, last: null };
  const query = useQuery({ ...comparisonQuery(slug, one, other || null, days), enabled: one !== "" });
  return (
    <>
      <div className={styles.choices}>
        <SegmentSelect
          label={t("understanding.segment")}
          value={one}
          onChange={(key) => choose(key === other ? [key] : [key, other].filter(Boolean))}
          placeholder={t("understanding.choose")}
        />
        <SegmentSelect
          label={t("comparison.against")}
          value={other}
          without={one}
          none={t("comparison.others")}
          onChange={(key) => choose([one, key].filter(Boolean))}
        />
        <div className={styles.field}>
          <span>{t("comparison.days")}</span>
          <Suspense fallback={<Spin size="small" />}>
            <DayRange
              first={days.first ?? query.data?.first_day ?? null}
              last={days.last ?? query.data?.last_day ?? null}
              key={query.data ? "known" : "unknown"}
              onChange={(from, to) => {
                setFirst(from);
                setLast(to);
              }}
            />
          </Suspense>
        </div>
      </div>
      {one === "" ? (
        <Card>
          <Notice icon={Scale} title={t("comparison.pick.title")} text={t("comparison.pick.text")} />
        </Card>
      ) : (
        <Ready query={{ ...query, data: query.error ? undefined : query.data }}>{(found) => <Shown found={found} />}</Ready>
      )}
    </>
  );
}

function Shown({ found }: { found: Comparison }): ReactNode {
  const { t } = useTranslation();
  const [wanted, setKind] = useParam("kind", "all");
  const [chance, setChance] = useParam("chance");
  const kind = KINDS.find((each) => each === wanted) ?? "all";
  const sure = found.findings.filter((one) => one.q < SURE);
  const shown = (chance ? found.findings : sure).filter((one) => kind === "all" || one.kind === kind);
  return (
    <Stack>
      <Sides found={found} sure={sure.length} />
      {sure.length === 0 && !chance ? (
        <Card>
          <Notice icon={Scale} title={t("comparison.none.title")} text={t("comparison.none.text")} />
        </Card>
      ) : (
        <Card
          flush
          title={t("comparison.list")}
          actions={
            <>
              <Checkbox checked={chance !== ""} onChange={(change) => setChance(change.target.checked ? "1" : "")}>
                {t("comparison.chance")}
              </Checkbox>
              <Segmented
                size="small"
                options={KINDS.map((value) => ({ value, label: t(`comparison.kinds.${value}`) }))}
                value={kind}
                onChange={(next) => setKind(next)}
                aria-label={t("comparison.kind")}
              />
            </>
          }
        >
          {shown.length ? (
            <Findings findings={byEffect(shown)} found={found} />
          ) : (
            <p className={styles.quiet}>{t("comparison.noneOfKind")}</p>
          )}
        </Card>
      )}
      <details className={styles.how}>
        <summary>{t("comparison.how")}</summary>
        <p>{t("comparison.howText")}</p>
      </details>
    </Stack>
  );
}

/** The most over-represented first, the most under-represented last; without bound counts as the most. */
function byEffect(findings: readonly Finding[]): Finding[] {
  const size = (one: Finding): number => one.effect ?? (one.difference > 0 ? Infinity : -Infinity);
  return [...findings].sort((a, b) => (size(a) === size(b) ? 0 : size(b) - size(a)));
}

function Sides({ found, sure }: { found: Comparison; sure: number }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const words = {
    a: formatNumber(found.people_a, tag),
    b: formatNumber(found.people_b, tag),
    one: found.segment.name,
    first: formatDay(found.first_day, tag),
    last: formatDay(found.last_day, tag),
  };
  return (
    <div className={styles.sides}>
      <p>{found.other ? t("comparison.sides", { ...words, other: found.other.name }) : t("comparison.sidesOthers", words)}</p>
      {found.both > 0 ? <p className="soft">{t("comparison.both", { count: found.both, shown: formatNumber(found.both, tag) })}</p> : null}
      <p className="soft">
        {t("comparison.tested", { count: found.tested, shown: formatNumber(found.tested, tag), sure: formatNumber(sure, tag) })}
      </p>
    </div>
  );
}
