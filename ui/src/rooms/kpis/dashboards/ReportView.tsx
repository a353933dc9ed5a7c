// What does a report come down to on a tile? Its figures first, then the picture of its own page, then a short table.
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { isKind } from "@/rooms/journeys/reports/kinds/names";
import { formatFigure, type Measured } from "../figures";
import styles from "./Dashboards.module.css";
import type { Summary, TileAnswer } from "./queries";

const ReportPicture = lazy(() => import("./ReportPicture"));
const SummaryChart = lazy(() => import("./SummaryChart"));
type Report = NonNullable<TileAnswer["report"]>;
type Grid = NonNullable<Summary["grid"]>;
type Cell = Grid["rows"][number][number];

export function ReportView({ report }: { report: Report }): ReactNode {
  const { t } = useTranslation();
  const { tag, language } = useLanguage();
  const { summary, currency } = report;
  const percent = report.data.sample_percent;
  if (summary === null) return <p className={styles.none}>{t("dashboards.noSummary")}</p>;
  const write = (value: number | null, unit: Measured): string => (value === null ? "–" : formatFigure(value, { unit, currency, tag }));
  const { picture = null, grid = null } = summary;
  const drawn = picture?.lines.some(({ values }) => values.some((value) => value !== null)) ? picture : null;
  return (
    <>
      <dl className={styles.figures}>
        {summary.figures.map(({ label, value, unit, whole = null }) => (
          <div key={label.en}>
            <dd className="tabular">{write(value, unit)}</dd>
            <dt>{label[language]}</dt>
            {whole === null ? null : <dt>{t("reports.inAll", { n: write(whole, unit) })}</dt>}
          </div>
        ))}
      </dl>
      {report.exact ? null : (
        <p className={styles.days}>{typeof percent === "number" ? t("dashboards.sampled", { percent }) : t("dashboards.estimated")}</p>
      )}
      {summary.lines && summary.lines.length > 0 ? (
        <ol className={styles.sentences}>
          {summary.lines.map((line) => (
            <li key={line.en}>{line[language]}</li>
          ))}
        </ol>
      ) : null}
      <Suspense fallback={<div className={styles.chart} />}>
        {isKind(report.report) ? (
          <ReportPicture kind={report.report} report={report} />
        ) : drawn ? (
          <SummaryChart picture={drawn} currency={currency} />
        ) : null}
      </Suspense>
      {grid && grid.rows.length > 0 ? <Table grid={grid} write={write} /> : null}
      {!isKind(report.report) && summary.figures.length > 0 && !drawn && !grid?.rows.length ? (
        <p className={styles.none}>{t("dashboards.noData")}</p>
      ) : null}
    </>
  );
}

function Table({ grid, write }: { grid: Grid; write: (value: number | null, unit: Measured) => string }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const shown = (cell: Cell, unit: Measured | null): string =>
    cell === null ? "" : typeof cell === "number" ? write(cell, unit ?? "count") : cell[language];
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {grid.columns.map(({ label, unit }, place) => (
              <th key={place} className={unit === null ? undefined : styles.number}>
                {label[language]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, place) => {
                const unit = grid.columns[place]?.unit ?? null;
                const heat = grid.heat && unit === "share" && typeof cell === "number" ? cell : null;
                return (
                  <td
                    key={place}
                    className={unit === null ? undefined : `tabular ${styles.number ?? ""}`}
                    style={heat === null ? undefined : { background: `color-mix(in srgb, var(--chart-1) ${5 + heat * 40}%, transparent)` }}
                  >
                    {shown(cell, unit)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {grid.more ? <p className={styles.days}>{t("dashboards.moreRows", { count: grid.more })}</p> : null}
    </div>
  );
}
