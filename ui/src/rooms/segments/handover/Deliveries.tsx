// What was sent to the address lately, and what did it answer?
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { Send } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready, Technical } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Handover.module.css";
import { deliveriesQuery, type Delivery, type Sync } from "./queries";

const TONES: Record<Delivery["outcome"], Tone> = { delivered: "good", failed: "bad", test: "info" };

export function Deliveries({ sync }: { sync: Sync }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(deliveriesQuery(slug, sync.sync_id));
  const items = query.data?.pages.flatMap((page) => page.items);
  return (
    <div className={styles.deliveries}>
      <Ready query={{ ...query, data: items }} rows={2}>
        {(found) =>
          found.length ? (
            <DeliveryTable items={found} />
          ) : (
            <Notice compact icon={Send} title={t("syncs.noDeliveries.title")} text={t("syncs.noDeliveries.text")} />
          )
        }
      </Ready>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

function DeliveryTable({ items }: { items: readonly Delivery[] }): ReactNode {
  const { t } = useTranslation();
  const columns: TableColumnsType<Delivery> = [
    { title: t("syncs.at"), key: "at", width: 120, render: (_, one) => <Time at={one.at} /> },
    {
      title: t("syncs.outcome"),
      key: "outcome",
      width: 110,
      render: (_, one) => (
        <Pill tone={one.outcome === "test" && !arrived(one) ? "bad" : TONES[one.outcome]}>{t(`syncs.outcomes.${one.outcome}`)}</Pill>
      ),
    },
    {
      title: t("syncs.people"),
      key: "people",
      align: "right",
      width: 80,
      responsive: ["sm"],
      render: (_, one) => <Num value={one.people} />,
    },
    { title: t("syncs.answer"), key: "answer", render: (_, one) => <Answer one={one} /> },
    {
      title: t("syncs.took"),
      key: "took",
      align: "right",
      width: 90,
      responsive: ["md"],
      render: (_, one) => <span className="tabular">{`${one.milliseconds} ms`}</span>,
    },
  ];
  return <Table<Delivery> rowKey="number" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}

export function arrived({ status }: Delivery): boolean {
  return status !== null && status >= 200 && status < 300;
}

function Answer({ one }: { one: Delivery }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.answer}>
      {one.status === null ? t("syncs.noAnswer") : <code>{one.status}</code>}
      {one.attempt > 1 ? <span className="faint">{` · ${t("syncs.attempt", { n: one.attempt })}`}</span> : null}
      {one.message ? <Technical error={new ApiError(0, "webhook", one.message)} /> : null}
    </div>
  );
}
