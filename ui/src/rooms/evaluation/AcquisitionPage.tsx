// What does it cost to win people, when is it paid back, and does attribution say what really changed?
import { useQuery } from "@tanstack/react-query";
import { Segmented, Table, type TableColumnsType } from "antd";
import { Wallet } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { ChannelCard } from "./ChannelCard";
import { CreditCard } from "./CreditCard";
import { acquisitionQuery, type Acquired, type Acquisition } from "./queries";
import { useSay } from "./words";

const MONTHS = [3, 6, 12, 24] as const;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [asked, setAsked] = useParam("months", "6");
  const months = MONTHS.find((one) => String(one) === asked) ?? 6;
  const query = useQuery(acquisitionQuery(slug, months));
  return (
    <Page
      title={t("acquisition.title")}
      lead={t("acquisition.lead")}
      actions={
        <Segmented<number>
          aria-label={t("acquisition.period")}
          value={months}
          options={MONTHS.map((value) => ({ value, label: t("acquisition.months", { count: value }) }))}
          onChange={(value) => setAsked(String(value))}
        />
      }
    >
      <Ready query={query} rows={10}>
        {(found) => (
          <Stack>
            <Whole found={found} />
            <Lines found={found} />
            <ChannelCard />
            <CreditCard />
          </Stack>
        )}
      </Ready>
    </Page>
  );
}

function Whole({ found }: { found: Acquisition }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(found.currency);
  const times = useTimes();
  const { whole } = found;
  const money = (value: number | null): ReactNode => <span className="tabular">{value === null ? "–" : say.money(value)}</span>;
  return (
    <Card>
      <Stats>
        <Stat name={t("acquisition.cac")} value={money(whole.cac_minor)} note={t("acquisition.newcomers", { count: whole.newcomers })} />
        <Stat
          name={t("acquisition.payback")}
          value={<Payback one={whole} />}
          note={t("acquisition.paybackNote", { paid: whole.months_paid, all: whole.months_spent })}
        />
        <Stat
          name={t("acquisition.ltv")}
          value={money(whole.ltv_minor)}
          note={t("acquisition.margin", { margin: say.share(found.margin_percent / 100) })}
        />
        <Stat
          name={t("acquisition.expected")}
          value={money(whole.expected_ltv_minor)}
          note={whole.expected_ltv_minor === null ? t("acquisition.noForecast") : t("acquisition.expectedNote")}
        />
        <Stat
          name={t("acquisition.ltvByCac")}
          value={<span className="tabular">{times(whole.expected_by_cost ?? whole.ltv_by_cost)}</span>}
          note={t("acquisition.toDate", { value: times(whole.ltv_by_cost) })}
        />
      </Stats>
    </Card>
  );
}

function Lines({ found }: { found: Acquisition }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [by, setBy] = useState<"channels" | "months" | "cells">("channels");
  const spent = found.whole.spend_minor !== null;
  return (
    <Card
      flush
      title={t("acquisition.by")}
      note={t("acquisition.byNote")}
      actions={
        <Segmented
          aria-label={t("acquisition.by")}
          value={by}
          onChange={setBy}
          options={(["channels", "months", "cells"] as const).map((value) => ({ value, label: t(`acquisition.bys.${value}`) }))}
        />
      }
    >
      {spent ? null : (
        <Notice
          icon={Wallet}
          title={t("acquisition.noSpend.title")}
          text={t("acquisition.noSpend.text")}
          action={<Link to={path("spend")}>{t("acquisition.noSpend.go")}</Link>}
        />
      )}
      <LinesTable items={found[by]} currency={found.currency} />
    </Card>
  );
}

function LinesTable({ items, currency }: { items: readonly Acquired[]; currency: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const say = useSay(currency);
  const times = useTimes();
  const month = (day: string): string =>
    new Date(`${day}T00:00:00Z`).toLocaleDateString(tag, { month: "short", year: "numeric", timeZone: "UTC" });
  const name = (one: Acquired): string =>
    [one.month ? month(one.month) : "", one.channel === null ? "" : one.channel || t("acquisition.unknown")].filter(Boolean).join(" · ");
  const money = (
    key: "spend_minor" | "cac_minor" | "ltv_minor" | "expected_ltv_minor",
    title: string,
  ): TableColumnsType<Acquired>[number] => ({
    title,
    key,
    align: "right",
    ...(key === "cac_minor" ? {} : { responsive: ["md" as const] }),
    render: (_, one) => <span className="tabular">{one[key] === null ? "–" : say.money(one[key])}</span>,
  });
  const columns: TableColumnsType<Acquired> = [
    { title: t("acquisition.whose"), key: "name", render: (_, one) => <strong>{name(one)}</strong> },
    {
      title: t("acquisition.people"),
      key: "people",
      align: "right",
      responsive: ["sm"],
      render: (_, one) => <Num value={one.newcomers} />,
    },
    money("spend_minor", t("acquisition.spend")),
    money("cac_minor", t("acquisition.cac")),
    { title: t("acquisition.payback"), key: "payback", render: (_, one) => <Payback one={one} /> },
    money("ltv_minor", t("acquisition.ltv")),
    money("expected_ltv_minor", t("acquisition.expected")),
    {
      title: t("acquisition.ltvByCac"),
      key: "times",
      align: "right",
      responsive: ["sm"],
      render: (_, one) => <span className="tabular">{times(one.expected_by_cost ?? one.ltv_by_cost)}</span>,
    },
  ];
  return (
    <Table<Acquired>
      rowKey={(one) => `${one.month ?? ""}/${one.channel ?? "*"}`}
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={{ pageSize: 24, hideOnSinglePage: true, showSizeChanger: false }}
    />
  );
}

function Payback({ one }: { one: Acquired }): ReactNode {
  const { t } = useTranslation();
  if (one.state === "paid_back" && one.payback_days !== null) {
    return <span className="tabular">{t("acquisition.days", { count: Math.round(one.payback_days) })}</span>;
  }
  return <span className="faint">{t(`acquisition.states.${one.state}`, { count: one.known_days })}</span>;
}

function useTimes(): (value: number | null) => string {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  return (value) => (value === null ? "–" : t("acquisition.times", { value: value.toLocaleString(tag, { maximumFractionDigits: 1 }) }));
}
