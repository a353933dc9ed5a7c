// When did the alert go off, what moved the metric, and whom did the message reach?
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { BellOff } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ApiError } from "@/api/errors";
import { Card } from "@/parts/Page";
import { rangeKey } from "@/parts/period";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready, Technical } from "@/parts/states";
import { Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { bucketName, lastDayOf } from "../frame";
import { useMeasure } from "../marks";
import type { Metric } from "../queries";
import styles from "./Alerts.module.css";
import { firingsQuery, type Alert, type Delivery, type Firing } from "./queries";
import { readTold } from "./told";
import { ToldView } from "./ToldView";

export function Firings({ alert, metric }: { alert: Alert; metric: Metric | undefined }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(firingsQuery(slug, alert.alert_id));
  const items = query.data?.pages.flatMap((page) => page.items);
  return (
    <Card title={t("alerts.firings")}>
      <Ready query={{ ...query, data: items }} rows={3}>
        {(found) =>
          found.length > 0 ? (
            <ol className={styles.firings}>
              {found.map((firing) => (
                <One key={firing.bucket} firing={firing} alert={alert} metric={metric} />
              ))}
            </ol>
          ) : (
            <Notice compact icon={BellOff} title={t("alerts.noFirings.title")} text={t("alerts.noFirings.text")} />
          )
        }
      </Ready>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

const UNITS: Record<string, Metric["unit"]> = {
  people: "people",
  count: "count",
  share: "share",
  ratio: "ratio",
  money: "money",
  seconds: "seconds",
  score: "score",
};

function One({ firing, alert, metric }: { firing: Firing; alert: Alert; metric: Metric | undefined }): ReactNode {
  const path = usePath();
  const { tag } = useMeasure("ratio");
  const unit = alert.spec.unit ?? "day";
  // As it was told: the metric may have been changed since.
  const measured = UNITS[typeof firing.told.unit === "string" ? firing.told.unit : ""] ?? metric?.unit ?? "ratio";
  const days = rangeKey(firing.bucket, lastDayOf(firing.bucket, unit));
  return (
    <li>
      <div className={styles.firingHead}>
        <Link to={`${path("kpis", alert.spec.metric)}?period=${days}`}>
          <strong>{bucketName(firing.bucket, unit, tag)}</strong>
        </Link>
        <span className="faint">
          <Time at={firing.at} />
        </span>
      </div>
      <ToldView told={readTold(firing.told)} unit={unit} measured={measured} />
      <Deliveries items={firing.deliveries} />
    </li>
  );
}

const TONES: Record<Delivery["state"], Tone> = { waiting: "info", sending: "info", delivered: "good", failed: "bad", uncertain: "warn" };

function Deliveries({ items }: { items: readonly Delivery[] }): ReactNode {
  const { t } = useTranslation();
  if (items.length === 0) return <p className="faint">{t("alerts.toldNobody")}</p>;
  return (
    <ul className={styles.plain}>
      {items.map((one) => (
        <li key={`${one.kind} ${one.whom}`} className={styles.delivery}>
          <Pill tone={TONES[one.state]}>{t(`alerts.deliveries.${one.state}`)}</Pill> {one.whom}
          {one.attempts > 1 ? <span className="faint">{t("alerts.attempts", { count: one.attempts })}</span> : null}
          {one.state === "waiting" && one.next_at ? (
            <span className="faint">
              {t("alerts.again")} <Time at={one.next_at} />
            </span>
          ) : null}
          {one.state !== "delivered" && one.message ? <Technical error={new ApiError(0, one.kind, one.message)} /> : null}
        </li>
      ))}
    </ul>
  );
}
