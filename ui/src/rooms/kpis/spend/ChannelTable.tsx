// Which channel cost what, on which days? A row a channel that opens to its days; both can be taken away, with an undo.
import { App, Button, Table, type TableColumnsType } from "antd";
import { Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useFailed } from "@/parts/useFailed";
import { Day, Money, Num } from "@/parts/values";
import { useMay } from "@/shell/workspace";
import { stretchName } from "../frame";
import type { Channel } from "./channels";
import { useDeleteSpend, usePutSpend, type Spend } from "./queries";
import styles from "./Spend.module.css";

/** Takes rows of one channel away and offers to put them back as they were. */
function useTakeAway(): (rows: readonly Spend[]) => Promise<void> {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync: remove } = useDeleteSpend();
  const { mutateAsync: put } = usePutSpend();
  return async (rows) => {
    const days = rows.map(({ day }) => day).sort();
    const [first, last, channel] = [days[0], days.at(-1), rows[0]?.channel];
    if (first === undefined || last === undefined || channel === undefined) return;
    try {
      await remove({ channel, first_day: first, last_day: last });
    } catch (error) {
      failed(error);
      return;
    }
    const key = `spend ${channel} ${first}`;
    const undo = (): void => {
      message.destroy(key);
      void put(rows).then(() => void message.success(t("spend.back")), failed);
    };
    void message.success({
      key,
      duration: 8,
      content: (
        <>
          {t("spend.gone", { count: rows.length })}{" "}
          <Button size="small" type="link" onClick={undo}>
            {t("actions.undo")}
          </Button>
        </>
      ),
    });
  };
}

export function ChannelTable({ channels }: { channels: readonly Channel[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { modal } = App.useApp();
  const takeAway = useTakeAway();
  const may = useMay("kpis:write");
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 1 });
  const ask = ({ channel, days }: Channel): void =>
    void modal.confirm({
      title: t("spend.deleteTitle", { channel }),
      content: t("spend.deleteText", { count: days.length, days: stretchName(days.at(-1)?.day ?? "", days[0]?.day ?? "", tag) }),
      okText: t("spend.delete"),
      okButtonProps: { danger: true },
      onOk: () => takeAway(days),
    });
  const columns: TableColumnsType<Channel> = [
    { title: t("spend.channel"), key: "channel", render: (_, { channel }) => <span className={styles.channel}>{channel}</span> },
    { title: t("spend.amount"), key: "amount", align: "right", render: (_, { amount }) => <Money minor={amount} /> },
    {
      title: t("spend.share"),
      key: "share",
      align: "right",
      width: 90,
      responsive: ["sm"],
      render: (_, { share }) => <span className="tabular">{percent.format(share)}</span>,
    },
    {
      title: t("spend.days"),
      key: "days",
      align: "right",
      width: 80,
      responsive: ["sm"],
      render: (_, { days }) => <Num value={days.length} />,
    },
    ...(may
      ? [
          {
            key: "remove",
            width: 56,
            render: (_: unknown, channel: Channel) => (
              <Button
                size="small"
                type="text"
                icon={<Trash2 size={14} aria-hidden />}
                aria-label={t("spend.deleteOf", { channel: channel.channel })}
                onClick={() => ask(channel)}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <Table<Channel>
      rowKey="channel"
      size="middle"
      columns={columns}
      dataSource={[...channels]}
      pagination={channels.length > 30 ? { pageSize: 30, showSizeChanger: false } : false}
      expandable={{ expandedRowRender: ({ days }) => <Days days={days} onRemove={may ? takeAway : undefined} /> }}
    />
  );
}

interface DaysProps {
  readonly days: readonly Spend[];
  readonly onRemove: ((rows: readonly Spend[]) => Promise<void>) | undefined;
}

function Days({ days, onRemove }: DaysProps): ReactNode {
  const { t } = useTranslation();
  const columns: TableColumnsType<Spend> = [
    { title: t("spend.day"), key: "day", render: (_, { day }) => <Day day={day} /> },
    { title: t("spend.amount"), key: "amount", align: "right", render: (_, { amount_minor }) => <Money minor={amount_minor} /> },
    ...(onRemove
      ? [
          {
            key: "remove",
            width: 56,
            render: (_: unknown, row: Spend) => (
              <Button
                size="small"
                type="text"
                icon={<Trash2 size={14} aria-hidden />}
                aria-label={t("spend.deleteDay", { channel: row.channel, day: row.day })}
                onClick={() => void onRemove([row])}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <Table<Spend>
      rowKey="day"
      size="small"
      columns={columns}
      dataSource={[...days]}
      pagination={days.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
    />
  );
}
