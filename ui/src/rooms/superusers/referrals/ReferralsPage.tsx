// What have referrals brought? The numbers first, then programmes, those who came, and the rewards that wait for somebody.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Table, Tabs, type TableColumnsType } from "antd";
import { Gift, Network, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Money, Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { CameCard } from "./CameCard";
import { programmesQuery, type Programme, type Programmes } from "./queries";
import { RewardsCard } from "./RewardsCard";
import { STATE_TONES } from "./tones";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(programmesQuery(slug));
  return (
    <Page
      title={t("referrals.title")}
      lead={t("referrals.lead")}
      actions={
        <>
          <Link to={path("word-of-mouth")}>
            <Button icon={<Network size={14} aria-hidden />}>{t("referrals.toTree")}</Button>
          </Link>
          <NewButton />
        </>
      }
    >
      <Ready query={query} rows={8}>
        {(found) =>
          found.items.length > 0 ? (
            <Shown found={found} />
          ) : (
            <Card>
              <Notice icon={Gift} title={t("referrals.none")} text={t("referrals.noneText")} action={<NewButton />} />
            </Card>
          )
        }
      </Ready>
    </Page>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("superusers:write") ? (
    <Link to={path("referrals", "new-programme")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("referrals.new")}
      </Button>
    </Link>
  ) : null;
}

function Shown({ found }: { found: Programmes }): ReactNode {
  const { t } = useTranslation();
  const [tab, setTab] = useParam("tab", "programmes");
  const people = useMay("people:read");
  const sum = (of: (one: Programme) => number | undefined): number => found.items.reduce((total, one) => total + (of(one) ?? 0), 0);
  const came = sum((one) => (one.counts.states?.joined ?? 0) + (one.counts.states?.qualified ?? 0) + (one.counts.states?.rewarded ?? 0));
  const bought = sum((one) => (one.counts.states?.qualified ?? 0) + (one.counts.states?.rewarded ?? 0));
  const items = [
    { key: "programmes", label: t("referrals.tabs.programmes"), children: <ProgrammesCard items={found.items} /> },
    ...(people
      ? [
          { key: "came", label: t("referrals.tabs.came"), children: <CameCard /> },
          { key: "rewards", label: t("referrals.tabs.rewards"), children: <RewardsCard /> },
        ]
      : []),
  ];
  return (
    <Stack>
      {found.roles_missing.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          title={t(found.roles_missing.includes("purchase") ? "referrals.noPurchase" : "referrals.noRefund")}
        />
      ) : null}
      <Card>
        <Stats>
          <Stat
            name={t("referrals.bought")}
            value={<Num value={bought} />}
            note={t("referrals.cameNote", { count: came, opened: sum((one) => one.counts.opened) })}
          />
          <Stat name={t("referrals.orders")} value={<Money minor={sum((one) => one.counts.order_minor)} />} />
          <Stat name={t("referrals.due")} value={<Num value={sum((one) => one.counts.rewards?.due)} />} note={t("referrals.dueNote")} />
          <Stat
            name={t("referrals.refused")}
            value={<Num value={sum((one) => one.counts.states?.refused)} />}
            note={found.waiting > 0 ? t("referrals.waiting", { count: found.waiting }) : t("referrals.refusedNote")}
          />
        </Stats>
      </Card>
      <Tabs activeKey={items.some((one) => one.key === tab) ? tab : "programmes"} onChange={(key) => setTab(key)} items={items} />
    </Stack>
  );
}

function ProgrammesCard({ items }: { items: readonly Programme[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<Programme> = [
    { title: t("referrals.name"), key: "name", render: (_, one) => <Link to={path("referrals", one.key)}>{one.spec.name}</Link> },
    {
      title: t("referrals.state"),
      key: "state",
      width: 130,
      render: (_, one) => (
        <Pill tone={one.state === "on" && !one.takes_codes ? "warn" : STATE_TONES[one.state]} dot>
          {one.state === "on" && !one.takes_codes ? t("referrals.over") : t(`referrals.states.${one.state}`)}
        </Pill>
      ),
    },
    { title: t("referrals.codes"), key: "codes", align: "end", width: 100, render: (_, one) => <Num value={one.counts.codes ?? 0} /> },
    { title: t("referrals.opened"), key: "opened", align: "end", width: 120, render: (_, one) => <Num value={one.counts.opened ?? 0} /> },
    ...(["joined", "qualified", "rewarded", "refused"] as const).map((state) => ({
      title: t(`referrals.cameStates.${state}`),
      key: state,
      align: "end" as const,
      width: 110,
      render: (_: unknown, one: Programme) => <Num value={one.counts.states?.[state] ?? 0} />,
    })),
    { title: t("referrals.changed"), key: "changed", width: 140, render: (_, one) => <Time at={one.changed_at} /> },
  ];
  return (
    <Card flush>
      <Table rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} scroll={{ x: "max-content" }} />
    </Card>
  );
}
