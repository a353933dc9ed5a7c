// What does attribution give each channel, what did its actions really change, and where do they disagree?
import { useQuery } from "@tanstack/react-query";
import { Select, Table, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useChannelName } from "@/rooms/outreach/useChannelName";
import { useWorkspace } from "@/shell/workspace";
import { WAYS, type Way } from "./CreditCard";
import styles from "./Evaluation.module.css";
import { Interval, reachOf } from "./Interval";
import { channelsQuery, type ChannelCredit, type ChannelCredits } from "./queries";
import { useSay } from "./words";

const TONES: Record<ChannelCredit["verdict"], Tone> = {
  over: "warn",
  under: "warn",
  within: "good",
  partly: "plain",
  unknown: "plain",
  never_held_out: "plain",
};

export function ChannelCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(channelsQuery(slug));
  const [way, setWay] = useState<Way>("last");
  return (
    <Card
      flush
      title={t("acquisition.channelCredit")}
      note={t("acquisition.channelNote", { days: query.data?.horizon_days ?? 30 })}
      actions={
        <Select<Way>
          aria-label={t("acquisition.wayOfChannels")}
          value={way}
          onChange={setWay}
          style={{ width: 170 }}
          options={WAYS.map((value) => ({ value, label: t(`acquisition.ways.${value}`) }))}
        />
      }
    >
      <Ready query={query} rows={4}>
        {(found) => <Lines found={found} way={way} />}
      </Ready>
    </Card>
  );
}

function Lines({ found, way }: { found: ChannelCredits; way: Way }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(found.currency);
  const name = useChannelName();
  const sentence = useSentence(found.currency);
  const reach = reachOf(found.items.map((one) => one.incremental));
  const columns: TableColumnsType<ChannelCredit> = [
    {
      title: t("acquisition.channel"),
      key: "channel",
      width: 170,
      render: (_, one) => (
        <span className={styles.name}>
          <strong>{one.channel === "" ? t("acquisition.unsaid") : one.group === "outreach" ? name(one.channel) : one.channel}</strong>
          <span className={styles.marks}>
            <Pill>{t(`acquisition.groups.${one.group}`)}</Pill>
            {one.weaker ? <Pill tone="warn">{t("evaluation.evidences.difference")}</Pill> : null}
          </span>
        </span>
      ),
    },
    {
      title: t("acquisition.given"),
      key: "given",
      align: "right",
      width: 120,
      render: (_, one) => <span className="tabular">{one.attributed[way] === undefined ? "–" : say.money(one.attributed[way])}</span>,
    },
    {
      title: t("acquisition.changed"),
      key: "changed",
      width: 200,
      render: (_, one) => <Interval span={one.incremental} say={say.money} reach={reach} />,
    },
    {
      title: t("acquisition.says"),
      key: "says",
      render: (_, one) => (
        <>
          <Pill tone={TONES[one.verdict]} dot>
            {t(`acquisition.channelVerdicts.${one.verdict}`)}
          </Pill>
          <div className={styles.why}>{sentence(one)}</div>
        </>
      ),
    },
  ];
  if (found.items.length === 0)
    return (
      <p className="soft" style={{ padding: 16, margin: 0 }}>
        {t("acquisition.noChannels")}
      </p>
    );
  return (
    <Table<ChannelCredit>
      rowKey={(one) => `${one.group}/${one.channel}`}
      size="middle"
      columns={columns}
      dataSource={[...found.items]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 720 }}
    />
  );
}

/** Where credit and increment disagree, with the numbers. */
function useSentence(currency: string): (one: ChannelCredit) => string {
  const { t } = useTranslation();
  const say = useSay(currency);
  return (one) => {
    const last = one.attributed.last ?? 0;
    const changed = one.incremental?.value ?? 0;
    const values = {
      last: say.money(last),
      changed: say.money(changed),
      apart: say.money(Math.abs(last - changed)),
      measured: one.measured,
      all: one.actions + one.mixed,
      mixed: one.mixed,
    };
    return t(`acquisition.channelWhy.${one.verdict}`, values);
  };
}
