// Who moved from which level to which within 30 days, and how did the levels stand on the first of each month?
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay, formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import type { TiesResult } from "./queries";
import styles from "./Ties.module.css";
import { useShare } from "./words";

const PLACES = ["strong", "medium", "weak", "away"] as const;
type Moved = TiesResult["moves"];

export function Moves({ result }: { result: TiesResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  return (
    <Card title={t("ties.moves")} note={t("ties.movesNote")}>
      <div className={styles.scroll}>
        <table className={`${styles.grid ?? ""} tabular`}>
          <caption className="visually-hidden">{t("ties.moves")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("ties.wasIs")}</th>
              {PLACES.map((to) => (
                <th key={to} scope="col">
                  {t(`ties.levels.${to}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PLACES.map((from) => (
              <tr key={from}>
                <th scope="row">{t(`ties.levels.${from}`)}</th>
                {PLACES.map((to) => (
                  <td key={to} className={from === to ? styles.same : undefined}>
                    {from === "away" && to === "away" ? "" : formatNumber(count(result.moves, from, to), tag)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

export function Months({ result }: { result: TiesResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const up = (moves: Moved | null): number | null =>
    moves === null ? null : sum(moves, (from, to) => to === "strong" && from !== "strong");
  const down = (moves: Moved | null): number | null =>
    moves === null ? null : sum(moves, (from, to) => from === "strong" && to !== "strong");
  const told = (value: number | null): string => (value === null ? "–" : formatNumber(value, tag));
  return (
    <Card title={t("ties.months")} note={t("ties.monthsNote")}>
      <div className={styles.scroll}>
        <table className={`${styles.grid ?? ""} tabular`}>
          <caption className="visually-hidden">{t("ties.months")}</caption>
          <thead>
            <tr>
              {(["day", "people", "strongShare", "up", "down"] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`ties.month.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...result.months].reverse().map((month) => (
              <tr key={month.cut}>
                <td>{formatDay(month.cut, tag)}</td>
                <td>{formatNumber(month.people, tag)}</td>
                <td>{share(month.people > 0 ? month.levels.strong / month.people : 0, 1)}</td>
                <td>{told(up(month.moves))}</td>
                <td>{told(down(month.moves))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function count(moves: Moved, from: string, to: string): number {
  return moves.find((move) => move.from === from && move.to === to)?.people ?? 0;
}

function sum(moves: Moved, counts: (from: string, to: string) => boolean): number {
  return moves.reduce((all, move) => all + (counts(move.from, move.to) ? move.people : 0), 0);
}
