// Is it a connection, or does it only look like one? The score first, then the months, then who and which flow.
import { useQuery } from "@tanstack/react-query";
import { Input, Progress, Table, type TableColumnsType } from "antd";
import { HeartHandshake } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatNumber } from "@/parts/format";
import { Bar, Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { qualityQuery, type Group, type Quality } from "../inbox/queries";
import { useOfficeTime } from "../inbox/words";

const PARTS = ["started", "substance", "benefit", "own_words", "soon"] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const [month, setMonth] = useParam("month");
  const asked = /^20\d\d-(0[1-9]|1[0-2])$/.test(month) ? month : "";
  const query = useQuery(qualityQuery(slug, asked));
  return (
    <Page title={t("connection.title")} lead={t("connection.lead")} actions={<Link to={path("inbox")}>{t("inbox.title")}</Link>}>
      <Bar>
        <Input
          type="month"
          aria-label={t("connection.month")}
          value={asked || (query.data?.month ?? "")}
          onChange={(event) => setMonth(event.target.value)}
          style={{ width: 180 }}
        />
      </Bar>
      <Ready query={query}>{(found) => <Shown found={found} />}</Ready>
    </Page>
  );
}

function Shown({ found }: { found: Quality }): ReactNode {
  const { t } = useTranslation();
  const [whole, ...groups] = found.groups;
  if (!whole) return null;
  return (
    <Stack>
      {found.cut ? <p className="faint">{t("connection.cut")}</p> : null}
      <Whole whole={whole} />
      <Card title={t("connection.made")} note={t("connection.formula", { minutes: found.answer_within_minutes })}>
        <Parts whole={whole} found={found} />
      </Card>
      <Trend found={found} />
      <Card flush title={t("connection.groups")} note={t("connection.groupsNote")}>
        {groups.length > 0 ? (
          <Groups items={groups} />
        ) : (
          <Notice compact icon={HeartHandshake} title={t("connection.noGroups")} text={t("connection.noGroupsText")} />
        )}
      </Card>
    </Stack>
  );
}

function Whole({ whole }: { whole: Group }): ReactNode {
  const { t } = useTranslation();
  const time = useOfficeTime();
  return (
    <Card>
      <Stats>
        <Stat name={t("connection.score")} value={<Num value={whole.score} />} note={t("connection.of100")} />
        <Stat
          name={t("connection.talks")}
          value={<Num value={whole.talks} />}
          note={t("connection.startedByThem", { count: whole.started_by_them })}
        />
        <Stat
          name={t("connection.answers")}
          value={<Num value={whole.answers} />}
          note={t("connection.withSubstance", { count: whole.with_substance })}
        />
        <Stat
          name={t("connection.contacts")}
          value={`${whole.benefit.toLocaleString()} : ${whole.sales.toLocaleString()}`}
          note={t("connection.benefitSales")}
        />
        <Stat
          name={t("connection.scripted")}
          value={<Num value={whole.scripted} />}
          note={t("connection.ofOurs", { count: whole.our_answers })}
        />
        <Stat name={t("connection.first")} value={time(whole.median_answer_seconds)} note={t("connection.median")} />
      </Stats>
      <Warnings group={whole} />
    </Card>
  );
}

function Warnings({ group }: { group: Group }): ReactNode {
  const { t } = useTranslation();
  return group.warnings.length > 0 ? (
    <ul role="alert" style={{ margin: "12px 0 0", paddingInlineStart: 20 }}>
      {group.warnings.map((warning) => (
        <li key={warning}>{t(`connection.warnings.${warning}`)}</li>
      ))}
    </ul>
  ) : null;
}

function Parts({ whole, found }: { whole: Group; found: Quality }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap={8}>
      {PARTS.map((part) => {
        const value = whole.parts[part] ?? null;
        return (
          <div key={part}>
            <div style={{ display: "flex", justifyContent: "space-between", gap: 8 }}>
              <span>
                {t(`connection.parts.${part}`)}{" "}
                <span className="faint">{t("connection.weight", { weight: found.weights[part] ?? 0 })}</span>
              </span>
              <span className="tabular">{value === null ? t("connection.unknown") : `${Math.round(value * 100)}%`}</span>
            </div>
            <Progress
              percent={value === null ? 0 : Math.round(value * 100)}
              showInfo={false}
              size="small"
              aria-label={t(`connection.parts.${part}`)}
            />
          </div>
        );
      })}
    </Stack>
  );
}

function Trend({ found }: { found: Quality }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card title={t("connection.trend")}>
      <Stats>
        {found.trend.map((one) => (
          <Stat
            key={one.month}
            name={one.month}
            value={<Num value={one.score} />}
            note={t("connection.talksCount", { count: one.talks })}
          />
        ))}
      </Stats>
    </Card>
  );
}

function Groups({ items }: { items: readonly Group[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const path = usePath();
  const share = (value: number | null | undefined): string =>
    value === null || value === undefined ? "–" : `${formatNumber(Math.round(value * 100), tag)}%`;
  const to = (one: Group): string =>
    one.by === "team"
      ? `${path("inbox")}?status=all&team=${encodeURIComponent(one.key)}`
      : path(one.by === "flow" ? "flows" : "campaigns", one.key);
  const columns: TableColumnsType<Group> = [
    {
      title: t("connection.who"),
      key: "who",
      render: (_, one) => (
        <>
          <Link to={to(one)}>{one.name}</Link> <span className="faint">{t(`connection.by.${one.by}`)}</span>
          {one.warnings.map((warning) => (
            <div key={warning}>
              <Pill tone="warn">{t(`connection.short.${warning}`)}</Pill>
            </div>
          ))}
        </>
      ),
    },
    { title: t("connection.score"), key: "score", align: "end", width: 90, render: (_, one) => <Num value={one.score} /> },
    { title: t("connection.talks"), key: "talks", align: "end", width: 90, render: (_, one) => <Num value={one.talks} /> },
    { title: t("connection.parts.started"), key: "started", align: "end", width: 130, render: (_, one) => share(one.parts.started) },
    { title: t("connection.parts.substance"), key: "substance", align: "end", width: 130, render: (_, one) => share(one.parts.substance) },
    {
      title: t("connection.contacts"),
      key: "contacts",
      align: "end",
      width: 130,
      render: (_, one) => <span className="tabular">{`${one.benefit.toLocaleString()} : ${one.sales.toLocaleString()}`}</span>,
    },
    { title: t("connection.scriptedShare"), key: "scripted", align: "end", width: 130, render: (_, one) => share(scripted(one)) },
  ];
  return (
    <Table<Group>
      rowKey={(one) => `${one.by} ${one.key}`}
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: "max-content" }}
    />
  );
}

const scripted = (one: Group): number | null => (one.our_answers > 0 ? one.scripted / one.our_answers : null);
