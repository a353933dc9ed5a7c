// Are the segments really current? What the passes over everybody found, night by night.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Button, Drawer, Table, type TableColumnsType } from "antd";
import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api, unwrap, type Schemas } from "@/api/client";
import { useLanguage } from "@/i18n/useLanguage";
import { formatDuration, formatNumber } from "@/parts/format";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { segmentsQuery } from "./queries";

type Pass = Schemas["PassBody"];

function passesQuery(workspace: string) {
  return queryOptions({
    queryKey: [workspace, "segments", "passes"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/workspaces/{workspace}/segments/passes", { params: { path: { workspace }, query: { limit: 60 } }, signal })),
    staleTime: 60_000,
  });
}

export function Passes(): ReactNode {
  const { t } = useTranslation();
  const [shown, show] = useParam("show");
  return (
    <>
      <Button icon={<ShieldCheck size={14} aria-hidden />} onClick={() => show("passes")}>
        {t("passes.open")}
      </Button>
      <Drawer open={shown === "passes"} onClose={() => show("")} title={t("passes.title")} size={640} destroyOnHidden>
        <Content />
      </Drawer>
    </>
  );
}

function Content(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(passesQuery(slug));
  return (
    <>
      <p className="soft" style={{ marginBottom: 16 }}>
        {t("passes.text")}
      </p>
      <Ready query={query}>
        {({ items }) =>
          items.length ? (
            <Found items={items} />
          ) : (
            <Notice compact icon={ShieldCheck} title={t("passes.empty.title")} text={t("passes.empty.text")} />
          )
        }
      </Ready>
    </>
  );
}

function Found({ items }: { items: readonly Pass[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const first = items.findIndex((one) => one.differences > 0);
  const clean = first === -1 ? items.length : first;
  const columns: TableColumnsType<Pass> = [
    { title: t("passes.at"), key: "at", render: (_, one) => <Time at={one.at} exact /> },
    { title: t("passes.people"), key: "people", align: "right", responsive: ["sm"], render: (_, one) => <Num value={one.people} /> },
    { title: t("passes.segments"), key: "segments", align: "right", responsive: ["sm"], render: (_, one) => <Num value={one.segments} /> },
    {
      title: t("passes.found"),
      key: "found",
      render: (_, one) =>
        one.differences === 0 ? (
          <Pill tone="good">{t("passes.none")}</Pill>
        ) : (
          <Pill tone="warn">{t("passes.some", { count: one.differences, shown: formatNumber(one.differences, tag) })}</Pill>
        ),
    },
    {
      title: t("passes.took"),
      key: "took",
      responsive: ["sm"],
      render: (_, one) => (one.seconds < 1 ? t("passes.instant") : formatDuration(one.seconds, tag)),
    },
  ];
  return (
    <>
      {clean > 0 ? (
        <p style={{ marginBottom: 10 }} role="status">
          {t("passes.clean", { count: clean })}
        </p>
      ) : null}
      <Table<Pass>
        rowKey="at"
        size="small"
        columns={columns}
        dataSource={[...items]}
        pagination={false}
        expandable={{
          rowExpandable: (one) => Object.keys(one.detail).length > 0,
          expandedRowRender: (one) => <Where detail={one.detail} />,
        }}
      />
    </>
  );
}

function Where({ detail }: { detail: Pass["detail"] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug } = useWorkspace();
  const path = usePath();
  const { data } = useQuery(segmentsQuery(slug));
  const names = new Map(data?.items.map((one) => [one.key, one.name]));
  return (
    <ul aria-label={t("passes.where")}>
      {Object.entries(detail).map(([key, count]) => (
        <li key={key}>
          <Link to={path("segments", key)}>{names.get(key) ?? key}</Link>
          {": "}
          {t("passes.some", { count, shown: formatNumber(count, tag) })}
        </li>
      ))}
    </ul>
  );
}
