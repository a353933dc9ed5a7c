// What is in the box of a tile? Its title, the days it tells of, and its answer; a note has its text.
import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";
import type { DragEventHandler, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { useErrorWords } from "@/parts/useErrorWords";
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
  readonly drag?: { readonly onDragOver: DragEventHandler; readonly onDrop: DragEventHandler } | undefined;
}

export function TileCard({ tile, query, to, tools, drag }: TileCardProps): ReactNode {
  const { tag } = useLanguage();
  const nameOf = useMetricName();
  const { data, error, isPlaceholderData } = query;
  const found = data?.metric ?? data?.report ?? null;
  const title = tile.title ?? (data ? nameOf({ label_zh: data.label_zh ?? "", label_en: data.label_en ?? "" }) : "");
  const last = found?.last_day;
  return (
    <section className={`${styles.tile ?? ""} ${styles[tile.width ?? "third"] ?? ""}`} aria-label={title || tile.kind} {...drag}>
      {tools}
      {title ? <h2 className={styles.title}>{to ? <Link to={to}>{title}</Link> : title}</h2> : null}
      {tile.kind === "text" ? (
        <p className={styles.note}>{tile.text}</p>
      ) : (
        <>
          {found?.first_day && last ? <p className={styles.days}>{stretchName(found.first_day, last, tag)}</p> : null}
          <div className={isPlaceholderData ? styles.stale : undefined} aria-busy={isPlaceholderData || query.isPending}>
            {data?.metric ? <MetricView metric={data.metric} name={title} segments={data.segments} /> : null}
            {data?.report ? <ReportView report={data.report} /> : null}
            {!data && !error ? <Skeleton active title={false} paragraph={{ rows: 2 }} /> : null}
          </div>
          {error && !data ? <Trouble error={error} retry={() => void query.refetch()} /> : null}
        </>
      )}
    </section>
  );
}

function Trouble({ error, retry }: { error: unknown; retry: () => void }): ReactNode {
  const { t } = useTranslation();
  const { text } = useErrorWords(asApiError(error));
  return (
    <p className={styles.none} role="alert">
      {text}{" "}
      <button type="button" className={styles.again} onClick={retry}>
        {t("states.retry")}
      </button>
    </p>
  );
}
