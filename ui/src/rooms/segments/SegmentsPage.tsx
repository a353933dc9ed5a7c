// Which groups of people are there, how large are they, and are they current?
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Segmented, Table, type TableColumnsType } from "antd";
import { Archive, Blend, ListChecks, Plus, Scale, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Bar, Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Passes } from "./Passes";
import { segmentsQuery, type Segment } from "./queries";
import styles from "./Segments.module.css";
import { Sparkline } from "./Sparkline";
import { StatePill } from "./StatePill";
import { TemplateCards } from "./Templates";
import { Together } from "./understanding/Together";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [which] = useParam("which", "inUse");
  const archived = which === "archived";
  const query = useQuery(segmentsQuery(slug, archived));
  return (
    <Page title={t("segments.title")} lead={t("segments.lead")} actions={<Actions />}>
      <Ready query={query}>
        {({ items }) => <Shown items={archived ? items.filter((one) => one.state === "archived") : items} archived={archived} />}
      </Ready>
    </Page>
  );
}

function Actions(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <>
      <Link to={path("lists")}>
        <Button icon={<ListChecks size={14} aria-hidden />}>{t("lists.title")}</Button>
      </Link>
      <Link to={path("understanding")}>
        <Button icon={<Scale size={14} aria-hidden />}>{t("understanding.open")}</Button>
      </Link>
      <Passes />
      <NewButton />
    </>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("segments:write") ? (
    <Link to={path("segments", "new-segment")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("segments.new")}
      </Button>
    </Link>
  ) : null;
}

function matches(one: Segment, words: string): boolean {
  const wanted = words.trim().toLowerCase();
  return wanted === "" || [one.name, one.key, one.description, one.zh, one.en].some((text) => text.toLowerCase().includes(wanted));
}

function Shown({ items, archived }: { items: readonly Segment[]; archived: boolean }): ReactNode {
  const { t } = useTranslation();
  const [search, setSearch] = useParam("search");
  const [which, setWhich] = useParam("which", "inUse");
  const found = items.filter((one) => matches(one, search));
  return (
    <>
      <Bar>
        <Input
          className={styles.search ?? ""}
          value={search}
          onChange={(change) => setSearch(change.target.value, { replace: true })}
          placeholder={t("segments.search")}
          aria-label={t("segments.search")}
          prefix={<Search size={14} aria-hidden />}
          allowClear
        />
        <Segmented
          options={[
            { value: "inUse", label: t("segments.inUse") },
            { value: "archived", label: t("segments.archived") },
          ]}
          value={archived ? "archived" : "inUse"}
          onChange={(value) => setWhich(value)}
          aria-label={t("segments.which")}
        />
      </Bar>
      {items.length === 0 && which !== "archived" ? (
        <Nothing />
      ) : (
        <Card flush>
          {found.length > 0 ? (
            <SegmentTable items={found} />
          ) : items.length === 0 ? (
            <Notice icon={Archive} title={t("segments.noneArchived")} />
          ) : (
            <Notice icon={Search} title={t("segments.noneFound")} text={t("segments.noneFoundText")} />
          )}
        </Card>
      )}
    </>
  );
}

function Nothing(): ReactNode {
  const { t } = useTranslation();
  const may = useMay("segments:write");
  return (
    <>
      <Card>
        <Notice compact icon={Blend} title={t("segments.empty.title")} text={t("segments.empty.text")} action={<NewButton />} />
      </Card>
      {may ? <TemplateCards /> : null}
    </>
  );
}

function useColumns(): TableColumnsType<Segment> {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const path = usePath();
  return [
    {
      title: t("segments.name"),
      key: "name",
      sorter: (a, b) => a.name.localeCompare(b.name),
      render: (_, one) => (
        <Link to={path("segments", one.key)} className={styles.name}>
          <strong>{one.name}</strong>
          <span>{one[language]}</span>
        </Link>
      ),
    },
    {
      title: t("segments.size"),
      key: "size",
      align: "right",
      width: 100,
      sorter: (a, b) => a.size - b.size,
      render: (_, one) => <Num value={one.computed_at ? one.size : null} />,
    },
    { title: t("segments.lastDays"), key: "spark", width: 130, responsive: ["md"], render: (_, one) => <Sparkline segment={one} /> },
    { title: t("segments.state"), key: "state", width: 120, responsive: ["sm"], render: (_, one) => <StatePill state={one.state} /> },
    {
      title: t("segments.changed"),
      key: "changed",
      width: 190,
      responsive: ["lg"],
      sorter: (a, b) => a.changed_at.localeCompare(b.changed_at),
      render: (_, one) => (
        <span className={styles.changed}>
          <Time at={one.changed_at} />
          <span className="faint">{one.changed_by}</span>
        </span>
      ),
    },
  ];
}

function SegmentTable({ items }: { items: readonly Segment[] }): ReactNode {
  const path = usePath();
  const [chosen, choose] = useState<readonly string[]>([]);
  const navigate = useNavigate();
  const columns = useColumns();
  const table = (
    <Table<Segment>
      rowKey="key"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={items.length > 25 ? { pageSize: 25, showSizeChanger: false } : false}
      rowClassName={styles.row ?? ""}
      rowSelection={{
        selectedRowKeys: [...chosen],
        onChange: (keys) => choose(keys.map(String)),
        columnWidth: 44,
        getCheckboxProps: (one) => ({ disabled: one.state === "archived", "aria-label": one.name }),
      }}
      onRow={(one) => ({
        onClick: (event) => {
          if (!(event.target as HTMLElement).closest("a, .ant-table-selection-column")) void navigate(path("segments", one.key));
        },
      })}
    />
  );
  return (
    <>
      <Together keys={chosen} onClear={() => choose([])} />
      {table}
    </>
  );
}
