// Which events are planned? A searchable table; a row opens the event.
import { Input, Table, type TableColumnsType } from "antd";
import { BookCheck, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Plan, PlanEvent } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { Bar, Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice } from "@/parts/states";
import { Num } from "@/parts/values";
import styles from "./Plan.module.css";
import { wordsIn } from "./wordsIn";

const TONE: Record<PlanEvent["status"], Tone> = { draft: "plain", active: "good", deprecated: "warn" };

export function EventList({ plan, onOpen }: { plan: Plan; onOpen: (name: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase();
  const events = plan.events.filter((event) => `${event.name} ${event.owner}`.toLowerCase().includes(wanted));
  const columns: TableColumnsType<PlanEvent> = [
    {
      title: t("plan.event"),
      key: "name",
      sorter: (a, b) => a.name.localeCompare(b.name),
      render: (_, event) => (
        <button type="button" className={styles.open} onClick={() => onOpen(event.name)}>
          <strong>{event.name}</strong>
          <span>{wordsIn(event.description, language)}</span>
        </button>
      ),
    },
    {
      title: t("plan.status"),
      key: "status",
      width: 110,
      render: (_, event) => <Pill tone={TONE[event.status]}>{t(`plan.statuses.${event.status}`)}</Pill>,
    },
    {
      title: t("plan.properties"),
      key: "count",
      width: 110,
      align: "right",
      responsive: ["sm"],
      render: (_, event) => <Num value={event.properties.length} />,
    },
    {
      title: t("plan.owner"),
      key: "owner",
      width: 180,
      responsive: ["md"],
      render: (_, event) => event.owner || <span className="faint">–</span>,
    },
    {
      title: t("plan.rule"),
      key: "mode",
      width: 130,
      responsive: ["md"],
      render: (_, event) => (event.mode ? t(`plan.modes.${event.mode}`) : <span className="faint">{t("plan.asPlan")}</span>),
    },
  ];
  if (plan.events.length === 0) {
    return (
      <Card flush>
        <Notice icon={BookCheck} title={t("plan.empty.title")} text={t("plan.empty.text")} />
      </Card>
    );
  }
  return (
    <>
      <Bar>
        <Input
          style={{ maxWidth: 320 }}
          value={words}
          onChange={(change) => setWords(change.target.value)}
          placeholder={t("plan.search")}
          aria-label={t("plan.search")}
          prefix={<Search size={14} aria-hidden />}
          allowClear
        />
      </Bar>
      <Card flush>
        <Table<PlanEvent>
          rowKey="name"
          size="middle"
          columns={columns}
          dataSource={events}
          pagination={events.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        />
      </Card>
    </>
  );
}
