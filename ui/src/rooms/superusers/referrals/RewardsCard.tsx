// Which rewards wait for somebody, which were given, and which are to be taken back? Each step is done once.
import { useInfiniteQuery } from "@tanstack/react-query";
import { App, Button, Popconfirm, Select, Table, type TableColumnsType } from "antd";
import { Gift } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Money, Num, Time } from "@/parts/values";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { rewardsQuery, useTurnRewards, type Reward, type RewardState, type Turn } from "./queries";

const SHOWN = ["due", "refunded", "paid", "capped", "cancelled", "taken_back"] as const;
const TONES: Record<RewardState, Tone> = { due: "info", paid: "good", taken_back: "bad", cancelled: "plain", capped: "warn" };
const TURNS: Partial<Record<RewardState, readonly Turn[]>> = { due: ["paid", "cancelled"], paid: ["taken_back"], capped: ["cancelled"] };

export function RewardsCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [asked, setAsked] = useParam("rewards");
  const shown = SHOWN.find((one) => one === asked) ?? null;
  const query = useInfiniteQuery(rewardsQuery(slug, shown));
  const [chosen, choose] = useState<readonly Reward[]>([]);
  const may = useMay("superusers:approve");
  return (
    <Card
      flush
      title={t("referrals.tabs.rewards")}
      note={t("referrals.rewardsLead")}
      actions={
        <>
          {may ? <Turns chosen={chosen} onDone={() => choose([])} /> : null}
          <Select
            aria-label={t("referrals.state")}
            value={shown ?? "all"}
            onChange={(value) => {
              choose([]);
              setAsked(value === "all" ? "" : value);
            }}
            options={[
              { value: "all", label: t("referrals.all") },
              ...SHOWN.map((value) => ({ value, label: t(`referrals.rewardStates.${value}`) })),
            ]}
            style={{ minWidth: 170 }}
          />
        </>
      }
    >
      <Ready query={query}>
        {(data) => {
          const items = data.pages.flatMap((page) => page.items);
          if (items.length === 0) return <Notice compact icon={Gift} title={t("referrals.noRewards")} />;
          return <RewardTable items={items} chosen={chosen} onChoose={may ? choose : null} />;
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

function Turns({ chosen, onDone }: { chosen: readonly Reward[]; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useTurnRewards();
  const turns = (["paid", "cancelled", "taken_back"] as const).filter(
    (turn) => chosen.length > 0 && chosen.every((one) => TURNS[one.state]?.includes(turn)),
  );
  const turn = (state: Turn): void =>
    mutate(
      { rewards: chosen.map((one) => one.reward_id), state },
      {
        onSuccess: ({ done, left }) => {
          void message.success(t("referrals.turned", { count: done.length, left: left.length }));
          onDone();
        },
        onError: failed,
      },
    );
  return turns.map((state) => (
    <Popconfirm
      key={state}
      title={t(`referrals.turnAsk.${state}`, { count: chosen.length })}
      okText={t(`referrals.turns.${state}`)}
      onConfirm={() => turn(state)}
    >
      <Button type={state === "paid" ? "primary" : "default"} danger={state === "taken_back"} loading={isPending}>
        {t(`referrals.turns.${state}`)}
      </Button>
    </Popconfirm>
  ));
}

interface TableProps {
  readonly items: readonly Reward[];
  readonly chosen: readonly Reward[];
  readonly onChoose: ((chosen: readonly Reward[]) => void) | null;
}

function RewardTable({ items, chosen, onChoose }: TableProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<Reward> = [
    {
      title: t("referrals.for"),
      key: "person",
      width: 220,
      render: (_, one) =>
        one.person ? (
          <Link to={path("people", String(one.person.person_id))}>
            <PersonLabel person={one.person} />
          </Link>
        ) : (
          `#${one.person_id}`
        ),
    },
    { title: t("referrals.side"), key: "side", width: 120, render: (_, one) => t(`referrals.sides.${one.side}`) },
    { title: t("referrals.reward"), key: "reward", render: (_, one) => <RewardWords reward={one} /> },
    {
      title: t("referrals.state"),
      key: "state",
      width: 200,
      render: (_, one) => (
        <>
          <Pill tone={TONES[one.state]} dot>
            {t(`referrals.rewardStates.${one.state}`)}
          </Pill>
          {one.refunded_at && one.state === "paid" ? <div className="soft">{t("referrals.wasRefunded")}</div> : null}
        </>
      ),
    },
    { title: t("referrals.dueSince"), key: "due", width: 130, render: (_, one) => <Time at={one.due_at} /> },
  ];
  return (
    <Table<Reward>
      rowKey="reward_id"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={false}
      scroll={{ x: "max-content" }}
      {...(onChoose
        ? {
            rowSelection: {
              selectedRowKeys: chosen.map((one) => one.reward_id),
              onChange: (_: unknown, rows: Reward[]) => onChoose(rows),
              getCheckboxProps: (one: Reward) => ({ disabled: !TURNS[one.state], "aria-label": t("referrals.choose") }),
            },
          }
        : {})}
    />
  );
}

export function RewardWords({ reward }: { reward: Pick<Reward, "kind" | "amount" | "text"> }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <strong>{t(`referrals.kinds.${reward.kind}`)}</strong> {reward.kind === "points" ? <Num value={reward.amount} /> : null}
      {reward.kind === "coupon" && reward.amount > 0 ? <Money minor={reward.amount} /> : null} {reward.text}
    </>
  );
}
