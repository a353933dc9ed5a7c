// What is in the box of a tile? Its title, the days it tells of, and its answer; a note has its text.
import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useEffect, useState, type DragEventHandler, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { useErrorWords } from "@/parts/useErrorWords";
import { LeftOut } from "@/rooms/journeys/LeftOut";
import { offerOf } from "@/rooms/journeys/reports/TooLarge";
import { stretchName } from "../frame";
import { useMetricName } from "../marks";
import styles from "./Dashboards.module.css";
import { MetricView } from "./MetricView";
import type { Tile, TileAnswer } from "./queries";
import { ReportView } from "./ReportView";

interface TileCardProps {
  readonly tile: Tile;
  readonly query: UseQueryResult<TileAnswer>;
  /** Where the whole of it is shown. */
  readonly to?: string | undefined;
  readonly tools?: ReactNode;
  /** How far the answer is, and a way to stop it; left out: only that it is on its way. */
  readonly running?: ReactNode;
  /** Shows a sample of the people, in percent; left out where that cannot be chosen. */
  readonly onSample?: ((percent: number) => void) | undefined;
  readonly drag?: { readonly onDragOver: DragEventHandler; readonly onDrop: DragEventHandler } | undefined;
}

export function TileCard({ tile, query, to, tools, running, onSample, drag }: TileCardProps): ReactNode {
  const { tag } = useLanguage();
  const nameOf = useMetricName();
  const { data, error, isPlaceholderData } = query;
  const found = data?.metric ?? data?.report ?? null;
  const title = tile.title ?? (data ? nameOf({ label_zh: data.label_zh ?? "", label_en: data.label_en ?? "" }) : "");
  const last = found?.last_day;
  const late = useLate(query.isFetching && (query.isPending || isPlaceholderData));
  return (
    <section className={`${styles.tile ?? ""} ${styles[tile.width ?? "third"] ?? ""}`} aria-label={title || tile.kind} {...drag}>
      {tools}
      {title ? <h2 className={styles.title}>{to ? <Link to={to}>{title}</Link> : title}</h2> : null}
      {tile.kind === "text" ? (
        <p className={styles.note}>{tile.text}</p>
      ) : (
        <>
          {found?.first_day && last ? <p className={styles.days}>{stretchName(found.first_day, last, tag)}</p> : null}
          {data?.report ? <LeftOut warnings={data.report.warnings}>{(words) => <p className={styles.days}>{words}</p>}</LeftOut> : null}
          <div className={isPlaceholderData ? styles.stale : undefined} aria-busy={isPlaceholderData || query.isPending}>
            {data?.metric ? <MetricView metric={data.metric} name={title} segments={data.segments} /> : null}
            {data?.report ? <ReportView report={data.report} /> : null}
            {!data && !error && query.isFetching ? <Skeleton active title={false} paragraph={{ rows: 2 }} /> : null}
          </div>
          {late ? running : null}
          {!data && !error && !query.isFetching ? <Stopped again={() => void query.refetch()} /> : null}
          {error && !data ? <Trouble error={error} retry={() => void query.refetch()} onSample={onSample} /> : null}
        </>
      )}
    </section>
  );
}

function Stopped({ again }: { again: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <p className={styles.none}>
      {t("reports.stopped")}{" "}
      <button type="button" className={styles.again} onClick={again}>
        {t("reports.again")}
      </button>
    </p>
  );
}

/** Whether something has been so for a second: what is quick needs no word of how far it is. */
function useLate(on: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setLate(true), 1000);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [on]);
  return on && late;
}

type TroubleProps = Pick<TileCardProps, "onSample"> & { readonly error: unknown; readonly retry: () => void };

function Trouble({ error, retry, onSample }: TroubleProps): ReactNode {
  const { t } = useTranslation();
  const { text } = useErrorWords(asApiError(error));
  const offer = onSample ? offerOf(error) : null;
  return (
    <p className={styles.none} role="alert">
      {text}{" "}
      <button type="button" className={styles.again} onClick={retry}>
        {t("states.retry")}
      </button>
      {offer === null ? null : (
        <button type="button" className={styles.again} onClick={() => onSample?.(offer)}>
          {t("reports.askSample", { percent: offer })}
        </button>
      )}
    </p>
  );
}
