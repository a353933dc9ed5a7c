// What is arriving now, and what became of it? The newest events first, each with its receipt.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Select, Tooltip } from "antd";
import { MailX, Pause, Play, Radio, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Receipt, ReceiptStatus } from "@/api/contract";
import { Bar, Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useParam } from "@/parts/useParam";
import { usePath, useWorkspace } from "@/shell/workspace";
import { HealthBanner } from "./HealthBanner";
import styles from "./Live.module.css";
import { liveQuery } from "./queries";
import { ReceiptDrawer } from "./ReceiptDrawer";
import { ReceiptTable } from "./ReceiptTable";

const STATUSES: readonly ReceiptStatus[] = ["accepted", "warned", "duplicate", "blocked", "invalid", "erased"];
const EVERY = 2000;

function isStatus(value: string): value is ReceiptStatus {
  return (STATUSES as readonly string[]).includes(value);
}

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug, zone } = useWorkspace();
  const path = usePath();
  const [status, setStatus] = useParam("status");
  const [event, setEvent] = useParam("event");
  const [message, setMessage] = useParam("message");
  const [paused, setPaused] = useState(false);
  const filter = { status: isStatus(status) ? status : ("" as const), event: useDelayed(event.trim()) };
  const query = useInfiniteQuery({ ...liveQuery(slug, filter), refetchInterval: paused ? false : EVERY });
  const older = (): void => {
    setPaused(true); // while reading back, nothing must move
    void query.fetchNextPage();
  };
  return (
    <Page
      title={t("live.title")}
      lead={t("live.lead", { zone })}
      actions={
        <>
          <Link to={path("live", "dead-letters")}>
            <Button icon={<MailX size={14} aria-hidden />}>{t("letters.title")}</Button>
          </Link>
          <PauseButton paused={paused} onChange={setPaused} />
        </>
      }
    >
      <HealthBanner />
      <Bar>
        <Select
          className={styles.status ?? ""}
          value={filter.status}
          onChange={(value) => setStatus(value)}
          aria-label={t("receipts.statusLabel")}
          options={[
            { value: "" as const, label: t("receipts.allStatuses") },
            ...STATUSES.map((each) => ({ value: each, label: t(`receipts.status.${each}`) })),
          ]}
        />
        <Input
          className={styles.event ?? ""}
          value={event}
          onChange={(change) => setEvent(change.target.value, { replace: true })}
          placeholder={t("live.eventName")}
          aria-label={t("live.eventName")}
          prefix={<Search size={14} aria-hidden />}
          allowClear
        />
      </Bar>
      <Card flush>
        <Ready query={query}>
          {(data) => (
            <Receipts
              receipts={data.pages.flatMap((page) => page.items)}
              filtered={filter.status !== "" || filter.event !== ""}
              onOpen={setMessage}
            />
          )}
        </Ready>
      </Card>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={older}>
            {t("live.older")}
          </Button>
        </div>
      ) : null}
      <ReceiptDrawer message={message} onClose={() => setMessage("")} />
    </Page>
  );
}

function PauseButton({ paused, onChange }: { paused: boolean; onChange: (paused: boolean) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Tooltip title={t(paused ? "live.pausedHint" : "live.runningHint")}>
      <Button
        icon={paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
        onClick={() => onChange(!paused)}
        aria-pressed={paused}
        className={paused ? "" : (styles.running ?? "")}
      >
        {t(paused ? "live.resume" : "live.pause")}
      </Button>
    </Tooltip>
  );
}

function Receipts({
  receipts,
  filtered,
  onOpen,
}: {
  receipts: readonly Receipt[];
  filtered: boolean;
  onOpen: (message: string) => void;
}): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (receipts.length > 0) return <ReceiptTable receipts={receipts} onOpen={onOpen} />;
  if (filtered) return <Notice icon={Search} title={t("live.noMatch.title")} text={t("live.noMatch.text")} />;
  return (
    <Notice
      icon={Radio}
      title={t("live.empty.title")}
      text={t("live.empty.text")}
      action={
        <Link to={path("settings", "keys")}>
          <Button type="primary">{t("overview.empty.keys")}</Button>
        </Link>
      }
    />
  );
}
