// Which lists of people came from outside, how many are on each, and who uses it?
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Table, type TableColumnsType } from "antd";
import { ListPlus, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Bar, Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { useIdKind } from "@/rooms/profiles/useIdKind";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "../Segments.module.css";
import { ListActions } from "./ListActions";
import { NewList } from "./ListDialogs";
import { listsQuery, type PeopleList } from "./queries";
import { UsedBy } from "./UsedBy";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(listsQuery(slug));
  const [making, setMaking] = useState(false);
  const may = useMay("segments:write");
  const make = may ? (
    <Button type="primary" icon={<ListPlus size={14} aria-hidden />} onClick={() => setMaking(true)}>
      {t("lists.new")}
    </Button>
  ) : null;
  return (
    <Page
      title={t("lists.title")}
      lead={t("lists.lead")}
      crumb={<Link to={path("segments")}>{t("segments.title")}</Link>}
      actions={query.data?.items.length ? make : null}
    >
      <Ready query={query}>{({ items }) => (items.length ? <Found items={items} /> : <Nothing action={make} />)}</Ready>
      <NewList open={making} onClose={() => setMaking(false)} />
    </Page>
  );
}

function Nothing({ action }: { action: ReactNode }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card>
      <Notice icon={ListPlus} title={t("lists.empty.title")} text={t("lists.empty.text")} action={action} />
    </Card>
  );
}

function Found({ items }: { items: readonly PeopleList[] }): ReactNode {
  const { t } = useTranslation();
  const [search, setSearch] = useParam("search");
  const wanted = search.trim().toLowerCase();
  const found = items.filter((one) => [one.name, one.description].some((text) => text.toLowerCase().includes(wanted)));
  return (
    <>
      <Bar>
        <Input
          className={styles.search ?? ""}
          value={search}
          onChange={(change) => setSearch(change.target.value, { replace: true })}
          placeholder={t("lists.search")}
          aria-label={t("lists.search")}
          prefix={<Search size={14} aria-hidden />}
          allowClear
        />
      </Bar>
      <Card flush>{found.length ? <ListTable items={found} /> : <Notice icon={Search} title={t("lists.noneFound")} />}</Card>
    </>
  );
}

function ListTable({ items }: { items: readonly PeopleList[] }): ReactNode {
  const { t } = useTranslation();
  const kind = useIdKind();
  const path = usePath();
  const navigate = useNavigate();
  const columns: TableColumnsType<PeopleList> = [
    {
      title: t("lists.name"),
      key: "name",
      sorter: (a, b) => a.name.localeCompare(b.name),
      render: (_, one) => (
        <Link to={path("lists", one.list_id)} className={styles.name}>
          <strong>{one.name}</strong>
          <span>{one.description}</span>
        </Link>
      ),
    },
    { title: t("lists.kind"), key: "kind", width: 130, responsive: ["md"], render: (_, one) => kind(one.kind) },
    {
      title: t("lists.people"),
      key: "people",
      align: "right",
      width: 100,
      sorter: (a, b) => a.people - b.people,
      render: (_, one) => <Num value={one.filled_at ? one.people : null} />,
    },
    {
      title: t("lists.filled"),
      key: "filled",
      width: 140,
      responsive: ["sm"],
      render: (_, one) => (one.filled_at ? <Time at={one.filled_at} /> : <span className="faint">{t("lists.never")}</span>),
    },
    { title: t("lists.usedBy"), key: "used", width: 190, responsive: ["lg"], render: (_, one) => <UsedBy list={one} /> },
    { key: "actions", width: 56, align: "right", render: (_, one) => <ListActions list={one} /> },
  ];
  return (
    <Table<PeopleList>
      rowKey="list_id"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={items.length > 25 ? { pageSize: 25, showSizeChanger: false } : false}
      rowClassName={styles.row ?? ""}
      onRow={(one) => ({
        onClick: (event) => {
          // A menu or dialog of the row stands elsewhere on the page, and its clicks are not the row's.
          const at = event.target as HTMLElement;
          if (at.closest("tr") && !at.closest("a, button")) void navigate(path("lists", one.list_id));
        },
      })}
    />
  );
}
