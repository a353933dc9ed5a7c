// What is more common on one side, what less, and by how much? A bar to either side of the middle, each in words, the strongest at the ends.
import { Button } from "antd";
import { Blend } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { useMay } from "@/shell/workspace";
import type { JsonObject } from "../dump";
import { useAsking } from "../useAsking";
import type { Comparison, Finding } from "./queries";
import styles from "./Understanding.module.css";
import { useFindingWords } from "./useFindingWords";

const FIRST = 30;

interface FindingsProps {
  readonly findings: readonly Finding[];
  readonly found: Comparison;
}

export function Findings({ findings, found }: FindingsProps): ReactNode {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  // Of many, those at either end.
  const shown = all || findings.length <= FIRST ? findings : [...findings.slice(0, FIRST / 2), ...findings.slice(-FIRST / 2)];
  const most = Math.max(0.2, ...findings.map((one) => Math.abs(one.effect ?? 0)));
  return (
    <>
      <div className={styles.ends} aria-hidden>
        <span>{t("comparison.less")}</span>
        <span>{t("comparison.more")}</span>
      </div>
      <ol className={styles.findings} aria-label={t("comparison.list")}>
        {shown.map((one) => (
          <Row key={`${one.kind} ${one.name} ${JSON.stringify(one.value)} ${one.test}`} one={one} most={most} found={found} />
        ))}
      </ol>
      {shown.length < findings.length ? (
        <div className={styles.more}>
          <Button onClick={() => setAll(true)}>{t("comparison.all", { count: findings.length })}</Button>
        </div>
      ) : null}
    </>
  );
}

function strengthOf(effect: number | null): "large" | "medium" | "small" | "slight" {
  const size = Math.abs(effect ?? Infinity);
  return size >= 0.8 ? "large" : size >= 0.5 ? "medium" : size >= 0.2 ? "small" : "slight";
}

function Row({ one, most, found }: { one: Finding; most: number; found: Comparison }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { what, against } = useFindingWords();
  const up = one.difference > 0;
  const share = Math.min(1, Math.abs(one.effect ?? most) / most);
  const strength = t(`comparison.strengths.${strengthOf(one.effect)}`);
  const effect = new Intl.NumberFormat(tag, { maximumFractionDigits: 2, signDisplay: "always" }).format(one.effect ?? 0);
  const said = [
    one.effect === null ? t("comparison.unbounded") : t("comparison.strength", { effect, strength }),
    one.q < 0.05 ? t("comparison.q", { q: shortP(one.q, tag) }) : t("comparison.maybeChance"),
  ];
  return (
    <li className={styles.finding}>
      <div className={styles.findingWords}>
        <strong>{what(one)}</strong>
        <span>{t("comparison.shares", against(one))}</span>
      </div>
      <div className={styles.diverging} aria-hidden>
        <span className={up ? styles.up : styles.down} style={{ width: `${share * 50}%` }} />
      </div>
      <div className={styles.findingNumbers}>
        {said.map((text) => (
          <span key={text}>{text}</span>
        ))}
      </div>
      <MakeSegment one={one} found={found} words={what(one)} />
    </li>
  );
}

function shortP(p: number, tag: string): string {
  const write = (value: number): string => new Intl.NumberFormat(tag, { maximumFractionDigits: 3 }).format(value);
  return p < 0.001 ? `< ${write(0.001)}` : write(p);
}

/** Those of the segment who have it. */
function MakeSegment({ one, found, words }: { one: Finding; found: Comparison; words: string }): ReactNode {
  const { t } = useTranslation();
  const asking = useAsking();
  const may = useMay("segments:write");
  if (!may || one.condition === null || one.a.count === 0) return <span />;
  const inside: JsonObject = { segment: { key: found.segment.key } };
  return (
    <Link
      to={asking({ and: [inside, one.condition as JsonObject] })}
      aria-label={`${t("understanding.make")}: ${words}`}
      title={t("understanding.make")}
      className={styles.make}
    >
      <Blend size={15} aria-hidden />
    </Link>
  );
}
