// What was done in this period? The events behind the numbers of the reports, the latest first; each opens whole.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Checkbox, Input, Table, type TableColumnsType } from "antd";
import { Activity, ListX, Search } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { EventItem } from "@/api/contract";
import { Bar, Card, Page } from "@/parts/Page";
import { PeriodPicker, usePeriod } from "@/parts/PeriodPicker";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useParam } from "@/parts/useParam";
import { Money, Time } from "@/parts/values";
import { ReceiptDrawer } from "@/rooms/collect/live/ReceiptDrawer";
import { knownType } from "@/rooms/collect/live/types";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { useBehind } from "./behind";
import styles from "./People.module.css";
import { eventsQuery } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug, zone } = useWorkspace();
  const path = usePath();
  const [period, setPeriod] = usePeriod();
  const [event, setEvent] = useParam("event");
  const [revenue, setRevenue] = useParam("revenue");
  const [message, setMessage] = useParam("message");
  const behind = useBehind(period);
  const mayPeople = useMay("people:read");
  const asked = { first: period.first, last: period.last, event: useDelayed(event), revenue: revenue !== "" };
  const query = useInfiniteQuery(eventsQuery(slug, asked));
  return (
    <Page title={t("events.title")} lead={t("events.lead", { zone })} actions={<PeriodPicker period={period} onChange={setPeriod} />}>
      <Bar>
        <Input
          className={styles.search ?? ""}
          value={event}
          onChange={(change) => setEvent(change.target.value, { replace: true })}
          placeholder={t("events.name")}
          aria-label={t("events.name")}
          prefix={<Search size={14} aria-hidden />}
          allowClear
        />
        <Checkbox checked={asked.revenue} onChange={(change) => setRevenue(change.target.checked ? "1" : "")}>
          {t("events.revenue")}
        </Checkbox>
        {mayPeople && !asked.revenue ? <Link to={behind.people({ event: asked.event })}>{t("events.toPeople")}</Link> : null}
        <Link to={path("live")}>{t("events.toLive")}</Link>
      </Bar>
      <Card flush>
        <Ready query={query} rows={8}>
          {(data) => {
            const items = data.pages.flatMap((page) => page.items);
            if (items.length > 0) return <Events items={items} onOpen={setMessage} />;
            return <Notice icon={asked.event ? ListX : Activity} title={t("events.empty.title")} text={t("events.empty.text")} />;
          }}
        </Ready>
      </Card>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
      <ReceiptDrawer message={message} onClose={() => setMessage("")} />
    </Page>
  );
}

function Events({ items, onOpen }: { items: readonly EventItem[]; onOpen: (message: string) => void }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const mayPeople = useMay("people:read");
  const columns: TableColumnsType<EventItem> = [
    { title: t("events.when"), key: "when", width: 200, render: (_, item) => <Time at={item.ts} exact /> },
    {
      title: t("events.event"),
      key: "event",
      render: (_, item) => (
        <button type="button" className={styles.open} onClick={() => onOpen(item.message_id)}>
          <strong>{item.event || t(`receipts.types.${knownType(item.type)}`)}</strong>
          {item.path ? <span>{item.path}</span> : null}
        </button>
      ),
    },
    {
      title: t("events.person"),
      key: "person",
      width: 110,
      render: (_, item) => (mayPeople ? <Link to={path("people", item.person_id)}>{`#${item.person_id}`}</Link> : `#${item.person_id}`),
    },
    {
      title: t("people.revenue"),
      key: "revenue",
      align: "right",
      width: 130,
      render: (_, item) => (item.revenue_minor === null ? null : <Money minor={item.revenue_minor} currency={item.currency} />),
    },
  ];
  return (
    <Table<EventItem>
      rowKey="event_id"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={false}
      scroll={{ x: "max-content" }}
    />
  );
}
