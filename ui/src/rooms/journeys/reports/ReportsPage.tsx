// Which questions do we ask again and again, and which new one can be asked? Saved reports, and a card for each kind.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Table, type TableColumnsType } from "antd";
import { ChartNoAxesCombined, Search, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useWords } from "@/i18n/useWords";
import { Bar, Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useParam } from "@/parts/useParam";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { useRemoving } from "./actions";
import { kindOf } from "./kinds/kinds";
import { KIND_NAMES } from "./kinds/names";
import { savedListQuery, type Saved } from "./queries";
import styles from "./Reports.module.css";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [search, setSearch] = useParam("search");
  const [typed, type] = useState(search);
  const asked = useDelayed(search);
  const query = useInfiniteQuery(savedListQuery(slug, asked));
  return (
    <Page title={t("reports.title")} lead={t("reports.lead")}>
      <Ready query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          const none = items.length === 0 && asked === "";
          return (
            <>
              {none ? null : (
                <Bar>
                  <Input
                    className={styles.search ?? ""}
                    prefix={<Search size={14} aria-hidden />}
                    value={typed}
                    onChange={(event) => {
                      type(event.target.value);
                      setSearch(event.target.value, { replace: true });
                    }}
                    placeholder={t("reports.search")}
                    aria-label={t("reports.search")}
                    maxLength={200}
                    allowClear
                  />
                </Bar>
              )}
              <Card flush={items.length > 0}>
                {items.length > 0 ? (
                  <SavedTable items={items} />
                ) : (
                  <Notice
                    compact
                    icon={ChartNoAxesCombined}
                    title={t(none ? "reports.none.title" : "reports.none.found")}
                    text={t(none ? "reports.none.text" : "reports.none.foundText")}
                  />
                )}
                {query.hasNextPage ? (
                  <div className={styles.foldMore}>
                    <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                      {t("actions.more")}
                    </Button>
                  </div>
                ) : null}
              </Card>
            </>
          );
        }}
      </Ready>
      <h2 className={styles.heading}>{t("reports.startNew")}</h2>
      <Kinds />
    </Page>
  );
}

function Kinds(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <div className={styles.cards}>
      {KIND_NAMES.map((kind) => {
        const { icon: Icon } = kindOf(kind);
        return (
          <Link key={kind} to={`${path("reports", "new-report")}?kind=${kind}`} className={styles.card}>
            <strong>
              <Icon size={15} aria-hidden />
              {t(`reports.kinds.${kind}.name`)}
            </strong>
            <span>{t(`reports.kinds.${kind}.text`)}</span>
          </Link>
        );
      })}
    </div>
  );
}

function SavedTable({ items }: { items: readonly Saved[] }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const path = usePath();
  const may = useMay("reports:write");
  const remove = useRemoving();
  const columns: TableColumnsType<Saved> = [
    {
      title: t("reports.name"),
      key: "name",
      render: (_, { key, name, description }) => (
        <Link to={path("reports", key)} className={styles.named}>
          <strong>{name}</strong>
          {description ? <span>{description}</span> : null}
        </Link>
      ),
    },
    {
      title: t("reports.kind"),
      key: "kind",
      width: 150,
      responsive: ["sm"],
      render: (_, { report }) => words(`reports.kinds.${report}.name`) ?? report,
    },
    {
      title: t("reports.changed"),
      key: "changed",
      width: 200,
      responsive: ["md"],
      render: (_, { changed_at, changed_by }) => (
        <span className={styles.named}>
          <Time at={changed_at} />
          <span>{changed_by}</span>
        </span>
      ),
    },
    {
      key: "remove",
      width: 52,
      render: (_, saved) =>
        may ? (
          <Button
            type="text"
            size="small"
            icon={<Trash2 size={14} aria-hidden />}
            aria-label={t("reports.removeNamed", { name: saved.name })}
            onClick={() => remove(saved)}
          />
        ) : null,
    },
  ];
  return <Table<Saved> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
