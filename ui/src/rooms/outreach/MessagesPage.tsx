// What was sent to whom, what was not, and why? The log of all messages.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Select, Table, Tag, type TableColumnsType } from "antd";
import { Send } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Bar, Card, Page } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { useChannelName } from "./useChannelName";
import styles from "./Outreach.module.css";
import { channelsQuery, messagesQuery, type Message } from "./queries";
import { STATES, TONE, useReason } from "./words";

export function Component(): ReactNode {
  const { t } = useTranslation();
  return (
    <Page title={t("messages.title")} lead={t("messages.lead")}>
      <Log />
    </Page>
  );
}

function Log(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [state, setState] = useParam("state");
  const [channel, setChannel] = useParam("channel");
  const [template] = useParam("template");
  const [origin, setOrigin] = useParam("origin");
  const chosen = STATES.find((each) => each === state);
  const query = useInfiniteQuery(messagesQuery(slug, { state: chosen, channel, template_id: template, origin_id: origin }));
  return (
    <>
      <Filters state={chosen ?? ""} onState={setState} channel={channel} onChannel={setChannel} />
      {origin ? (
        <Tag closable onClose={() => setOrigin("")} style={{ marginBottom: 12 }}>
          {t("messages.onlyOf", { origin })}
        </Tag>
      ) : null}
      <Ready query={query}>
        {({ pages }) => (
          <>
            {chosen ? null : <Sums counts={pages[0]?.counts ?? {}} onState={setState} />}
            <Card flush>
              <MessageTable items={pages.flatMap((page) => page.items)} filtered={Boolean(chosen ?? (channel || template || origin))} />
            </Card>
          </>
        )}
      </Ready>
      {query.hasNextPage ? <More loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
    </>
  );
}

export function More({ loading, onMore }: { loading: boolean; onMore: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.more}>
      <Button loading={loading} onClick={onMore}>
        {t("actions.more")}
      </Button>
    </div>
  );
}

interface FilterProps {
  readonly state: string;
  readonly onState: (state: string) => void;
  readonly channel: string;
  readonly onChannel: (channel: string) => void;
}

function Filters({ state, onState, channel, onChannel }: FilterProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(channelsQuery(slug));
  const name = useChannelName();
  return (
    <Bar>
      <Select
        value={state}
        onChange={onState}
        className={styles.choice ?? ""}
        aria-label={t("messages.state")}
        options={[
          { value: "", label: t("messages.anyState") },
          ...STATES.map((value) => ({ value, label: t(`messages.states.${value}`) })),
        ]}
      />
      <Select
        value={channel}
        onChange={onChannel}
        className={styles.choice ?? ""}
        aria-label={t("messages.channel")}
        options={[
          { value: "", label: t("messages.anyChannel") },
          ...(data?.items ?? []).map(({ key }) => ({ value: key, label: name(key) })),
        ]}
      />
    </Bar>
  );
}

function Sums({ counts, onState }: { counts: Readonly<Record<string, number>>; onState: (state: string) => void }): ReactNode {
  const { t } = useTranslation();
  const shown = (["accepted", "queued", "suppressed", "failed", "unknown"] as const).filter(
    (state) => state !== "unknown" || counts[state],
  );
  return (
    <Stats>
      {shown.map((state) => (
        <Stat
          key={state}
          name={t(`messages.states.${state}`)}
          value={
            <button type="button" className={styles.number} onClick={() => onState(state)} aria-label={t(`messages.states.${state}`)}>
              <Num value={counts[state] ?? 0} />
            </button>
          }
          note={t("messages.last30")}
        />
      ))}
    </Stats>
  );
}

export function MessageTable({ items, filtered = false }: { items: readonly Message[]; filtered?: boolean }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const reason = useReason();
  const channelName = useChannelName();
  if (items.length === 0)
    return (
      <Notice
        icon={Send}
        title={t(filtered ? "messages.noneSuch" : "messages.none.title")}
        text={filtered ? "" : t("messages.none.text")}
      />
    );
  const columns: TableColumnsType<Message> = [
    {
      title: t("messages.message"),
      key: "message",
      render: (_, one) => (
        <Link to={path("messages", one.message_id)} className={styles.name}>
          <strong>{one.template_id}</strong>
          <span>
            {channelName(one.channel)} · {one.address || t("messages.person", { id: one.person_id })}
          </span>
        </Link>
      ),
    },
    {
      title: t("messages.state"),
      key: "state",
      width: 240,
      render: (_, one) => (
        <span className={styles.state}>
          <Pill tone={TONE[one.state]}>{t(`messages.states.${one.state}`)}</Pill>
          {one.reason ? <span className="faint">{reason(one.reason)}</span> : null}
        </span>
      ),
    },
    { title: t("messages.kind"), key: "kind", width: 110, responsive: ["lg"], render: (_, one) => t(`messages.kinds.${one.kind}`) },
    {
      title: t("messages.did"),
      key: "did",
      width: 130,
      responsive: ["md"],
      render: (_, one) => (one.clicked_at ? t("messages.clicked") : one.opened_at ? t("messages.opened") : "–"),
    },
    { title: t("messages.when"), key: "when", width: 120, render: (_, one) => <Time at={one.sent_at ?? one.enqueued_at} /> },
  ];
  return <Table<Message> rowKey="message_id" size="middle" columns={columns} dataSource={[...items]} pagination={false} />;
}
