// Which dashboards are there? And where there is none: one to begin with, ready-made.
import { useQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { LayoutDashboard, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import alertStyles from "../alerts/Alerts.module.css";
import { dashboardsQuery, type Dashboard } from "./queries";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(dashboardsQuery(slug));
  return (
    <Page title={t("dashboards.list")} lead={t("dashboards.lead")} actions={<NewButton />}>
      <Ready query={query}>{({ items }) => (items.length > 0 ? <Found items={items} /> : <None />)}</Ready>
    </Page>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("dashboards:write") ? (
    <Link to={path("dashboards", "new-dashboard")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("dashboards.new")}
      </Button>
    </Link>
  ) : null;
}

function None(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("dashboards:write");
  return (
    <Card>
      <Notice
        icon={LayoutDashboard}
        title={t("dashboards.none.title")}
        text={t(may ? "dashboards.none.text" : "dashboards.none.ask")}
        action={
          may ? (
            <Link to={`${path("dashboards", "new-dashboard")}?start=proposal`}>
              <Button type="primary">{t("dashboards.proposed.action")}</Button>
            </Link>
          ) : undefined
        }
      />
    </Card>
  );
}

function Found({ items }: { items: readonly Dashboard[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<Dashboard> = [
    {
      title: t("dashboards.name"),
      key: "name",
      render: (_, one) => (
        <Link to={path("dashboards", one.key)} className={alertStyles.name}>
          <strong>{one.name}</strong>
          <span>{one.description}</span>
        </Link>
      ),
    },
    { title: t("dashboards.tiles"), key: "tiles", width: 100, responsive: ["md"], render: (_, one) => one.tiles.length },
    {
      title: t("dashboards.changed"),
      key: "changed",
      width: 260,
      responsive: ["md"],
      render: (_, one) => (
        <>
          <Time at={one.changed_at} /> <span className="faint">{one.changed_by}</span>
        </>
      ),
    },
  ];
  return (
    <Card flush>
      <Table<Dashboard> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />
    </Card>
  );
}
