// What did each channel cost, day by day? Uploaded as a file or entered by hand, and taken back where it was wrong.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Wallet } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { PeriodPicker } from "@/parts/PeriodPicker";
import { Notice, Ready } from "@/parts/states";
import { useQuarter } from "@/parts/useNow";
import { useParam } from "@/parts/useParam";
import { Money, Num } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { KPI_PRESETS, readFrame, stretchName } from "../frame";
import { AddSpend } from "./AddSpend";
import { channelsOf } from "./channels";
import { ChannelTable } from "./ChannelTable";
import { spendQuery, type Spend } from "./queries";
import { UploadSpend } from "./UploadSpend";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug, zone } = useWorkspace();
  const [key, setKey] = useParam("period", "d90");
  const now = useQuarter();
  const frame = useMemo(() => readFrame(key, "", now, zone), [key, now, zone]);
  const query = useQuery(spendQuery(slug, frame.first, frame.last));
  const may = useMay("kpis:write");
  return (
    <Page
      title={t("spend.title")}
      lead={t("spend.lead")}
      actions={<PeriodPicker period={frame.period} onChange={setKey} presets={KPI_PRESETS} />}
    >
      <Stack>
        {may ? <UploadSpend /> : null}
        {may ? <AddSpend /> : null}
        <Ready query={query}>{({ items }) => <Shown items={items} first={frame.first} last={frame.last} />}</Ready>
      </Stack>
    </Page>
  );
}

function Shown({ items, first, last }: { items: readonly Spend[]; first: string; last: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const path = usePath();
  const channels = useMemo(() => channelsOf(items), [items]);
  if (channels.length === 0) {
    return (
      <Card>
        <Notice
          icon={Wallet}
          title={t("spend.none.title")}
          text={t("spend.none.text")}
          action={
            <Link to="?period=year">
              <Button>{t("spend.none.longer")}</Button>
            </Link>
          }
        />
      </Card>
    );
  }
  return (
    <>
      <Stats>
        <Stat
          name={stretchName(first, last, tag)}
          value={<Money minor={channels.reduce((sum, { amount }) => sum + amount, 0)} />}
          note={
            <>
              <Link to={path("kpis", "cac")}>{t("spend.toCac")}</Link> ·{" "}
              <Link to={`${path("kpis", "cac")}?by=column:utm_source`}>{t("spend.toChannels")}</Link>
            </>
          }
        />
        <Stat name={t("spend.channels")} value={<Num value={channels.length} />} />
        <Stat name={t("spend.days")} value={<Num value={new Set(items.map(({ day }) => day)).size} />} />
      </Stats>
      <Card title={t("spend.byChannel")} note={t("spend.byChannelNote")} flush>
        <ChannelTable channels={channels} />
      </Card>
    </>
  );
}
