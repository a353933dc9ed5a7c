// How is an overlap drawn? As an UpSet plot: a bar for each combination, and below it a dot for each segment that is part of it.
// Source: Lex, Gehlenborg, Strobelt, Vuillemot, Pfister, "UpSet: Visualization of Intersecting Sets", IEEE TVCG 20, 2014.
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatCompact, formatNumber } from "@/parts/format";
import type { Combination, Overlap } from "./queries";
import styles from "./UpSet.module.css";

const FIRST = 24;
const ROW = 32;
const MIDDLE = 19;

interface UpSetProps {
  readonly found: Overlap;
  readonly chosen: readonly string[];
  readonly onChoose: (keys: readonly string[]) => void;
}

export function UpSet({ found, chosen, onChoose }: UpSetProps): ReactNode {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const shown = all ? found.combinations : found.combinations.slice(0, FIRST);
  const most = Math.max(1, ...found.combinations.map((one) => one.size));
  const current = chosen.join();
  return (
    <>
      <div className={styles.plot}>
        <Names found={found} />
        <div className={styles.columns} role="group" aria-label={t("upset.chart")} tabIndex={-1}>
          {shown.map((one) => (
            <Column
              key={one.segments.join()}
              one={one}
              found={found}
              share={one.size / most}
              pressed={one.segments.join() === current}
              onClick={() => onChoose(one.segments.join() === current ? [] : one.segments)}
            />
          ))}
        </div>
      </div>
      {shown.length < found.combinations.length ? (
        <Button size="small" onClick={() => setAll(true)}>
          {t("upset.all", { count: found.combinations.length })}
        </Button>
      ) : null}
    </>
  );
}

/** The segments, each with its own size. */
function Names({ found }: { found: Overlap }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const most = Math.max(1, ...found.segments.map((one) => one.size));
  return (
    <ul className={styles.names}>
      {found.segments.map((one) => {
        const label = t("upset.size", { name: one.name, count: formatNumber(one.size, tag) });
        return (
          <li key={one.key} style={{ height: ROW }} title={label}>
            <span className={styles.name}>{one.name}</span>
            <span className={styles.size}>{formatCompact(one.size, tag)}</span>
            <span className={styles.sizeBar} aria-hidden>
              <span style={{ width: `${(one.size / most) * 100}%` }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

interface ColumnProps {
  readonly one: Combination;
  readonly found: Overlap;
  readonly share: number;
  readonly pressed: boolean;
  readonly onClick: () => void;
}

function Column({ one, found, share, pressed, onClick }: ColumnProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const names = found.segments.filter(({ key }) => one.segments.includes(key)).map(({ name }) => name);
  const [first] = names;
  const list = names.length === 1 && first ? t("upset.only", { names: first }) : new Intl.ListFormat(tag).format(names);
  const label = t("upset.combination", { names: list, count: formatNumber(one.size, tag) });
  return (
    <button type="button" className={styles.column} aria-pressed={pressed} aria-label={label} title={label} onClick={onClick}>
      <span className={styles.bar}>
        <span className="tabular">{formatCompact(one.size, tag)}</span>
        <span className={styles.fill} style={{ height: `${Math.max(share * 100, 1)}%` }} />
      </span>
      <Dots found={found} one={one} />
    </button>
  );
}

function Dots({ found, one }: { found: Overlap; one: Combination }): ReactNode {
  const rows = found.segments.map(({ key }) => one.segments.includes(key));
  const y = (row: number): number => row * ROW + ROW / 2;
  return (
    <svg className={styles.dots} width={MIDDLE * 2} height={rows.length * ROW} aria-hidden>
      <line x1={MIDDLE} x2={MIDDLE} y1={y(rows.indexOf(true))} y2={y(rows.lastIndexOf(true))} />
      {rows.map((inside, row) => (
        <circle key={found.segments[row]?.key} cx={MIDDLE} cy={y(row)} r={5.5} className={inside ? styles.in : styles.out} />
      ))}
    </svg>
  );
}
