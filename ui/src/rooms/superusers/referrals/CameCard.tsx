// Who came by a code, through whom, and what became of it?
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Select, Table, type TableColumnsType } from "antd";
import { UserPlus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Money, Time } from "@/parts/values";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { usePath, useWorkspace } from "@/shell/workspace";
import { cameQuery, type Came } from "./queries";
import { CAME_TONES } from "./tones";

const STATES = ["joined", "qualified", "rewarded", "refused"] as const;

export function CameCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [asked, setAsked] = useParam("came");
  const state = STATES.find((one) => one === asked) ?? null;
  const query = useInfiniteQuery(cameQuery(slug, state));
  return (
    <Card
      flush
      title={t("referrals.tabs.came")}
      note={t("referrals.cameLead")}
      actions={
        <Select
          aria-label={t("referrals.state")}
          value={state ?? "all"}
          onChange={(value) => setAsked(value === "all" ? "" : value)}
          options={[
            { value: "all", label: t("referrals.all") },
            ...STATES.map((value) => ({ value, label: t(`referrals.cameStates.${value}`) })),
          ]}
          style={{ minWidth: 150 }}
        />
      }
    >
      <Ready query={query}>
        {(data) => {
          const items = data.pages.flatMap((page) => page.items);
          return items.length > 0 ? <CameTable items={items} /> : <Notice compact icon={UserPlus} title={t("referrals.nobodyCame")} />;
        }}
      </Ready>
      {query.hasNextPage ? (
        <div style={{ padding: 12, textAlign: "center" }}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("referrals.more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

function CameTable({ items }: { items: readonly Came[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const person = (one: Came["person"], id: number): ReactNode =>
    one ? (
      <Link to={path("people", String(one.person_id))}>
        <PersonLabel person={one} />
      </Link>
    ) : (
      `#${id}`
    );
  const columns: TableColumnsType<Came> = [
    { title: t("referrals.person"), key: "person", width: 220, render: (_, one) => person(one.person, one.person_id) },
    { title: t("referrals.inviter"), key: "inviter", width: 220, render: (_, one) => person(one.inviter, one.inviter_id) },
    {
      title: t("referrals.state"),
      key: "state",
      render: (_, one) => (
        <>
          <Pill tone={CAME_TONES[one.state]} dot>
            {t(`referrals.cameStates.${one.state}`)}
          </Pill>
          {one.reason ? <div className="soft">{t(`referrals.reasons.${one.reason}`)}</div> : null}
          {one.flags.length > 0 ? (
            <div className="soft">{t("referrals.shares", { what: one.flags.map((flag) => t(`referrals.checks.${flag}`)).join(", ") })}</div>
          ) : null}
        </>
      ),
    },
    { title: t("referrals.steps.exposed"), key: "exposed", width: 130, render: (_, one) => <Time at={one.exposed_at} /> },
    { title: t("referrals.steps.joined"), key: "joined", width: 130, render: (_, one) => <Time at={one.joined_at} /> },
    { title: t("referrals.steps.paid"), key: "paid", width: 130, render: (_, one) => <Time at={one.ordered_at} /> },
    {
      title: t("referrals.order"),
      key: "order",
      width: 120,
      align: "end",
      render: (_, one) => (one.ordered_at ? <Money minor={one.order_minor} /> : "–"),
    },
  ];
  return (
    <Table rowKey="referral_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} scroll={{ x: "max-content" }} />
  );
}
