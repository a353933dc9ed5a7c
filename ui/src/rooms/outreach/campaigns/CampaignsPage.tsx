// Which campaigns are there, how far are they, and when is the next one?
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select, Table, type TableColumnsType } from "antd";
import { CalendarDays, Megaphone, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Bar, Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { CampaignState } from "./CampaignState";
import styles from "./Campaigns.module.css";
import { campaignsQuery, type CampaignLine, type CampaignState as State } from "./queries";

const STATES: readonly State[] = ["draft", "waiting", "scheduled", "running", "paused", "stopped", "done", "cancelled", "archived"];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const [state, setState] = useState<State | undefined>();
  const [text, setText] = useState("");
  const search = useDelayed(text);
  const query = useQuery(campaignsQuery(slug, state, search));
  const filtered = state !== undefined || search !== "";
  return (
    <Page
      title={t("campaigns.title")}
      lead={t("campaigns.lead")}
      actions={
        <>
          <Link to={path("calendar")}>
            <Button icon={<CalendarDays size={14} aria-hidden />}>{t("campaigns.toCalendar")}</Button>
          </Link>
          <NewButton />
        </>
      }
    >
      <Stack>
        <Bar>
          <Input.Search
            allowClear
            className={styles.search ?? ""}
            aria-label={t("campaigns.search")}
            placeholder={t("campaigns.search")}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Select<State | "">
            className={styles.filter ?? ""}
            aria-label={t("campaigns.state")}
            value={state ?? ""}
            onChange={(next) => setState(next === "" ? undefined : next)}
            options={[
              { value: "", label: t("campaigns.anyState") },
              ...STATES.map((value) => ({ value, label: t(`campaigns.states.${value}`) })),
            ]}
          />
        </Bar>
        <Ready query={query}>
          {({ items }) => (
            <Card flush={items.length > 0}>
              {items.length > 0 ? (
                <CampaignTable items={items} />
              ) : filtered ? (
                <Notice compact icon={Megaphone} title={t("campaigns.noneFound")} />
              ) : (
                <Notice icon={Megaphone} title={t("campaigns.none.title")} text={t("campaigns.none.text")} action={<NewButton />} />
              )}
            </Card>
          )}
        </Ready>
      </Stack>
    </Page>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("campaigns:write") ? (
    <Link to={path("campaigns", "new-campaign")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("campaigns.new")}
      </Button>
    </Link>
  ) : null;
}

function CampaignTable({ items }: { items: readonly CampaignLine[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<CampaignLine> = [
    {
      title: t("campaigns.name"),
      key: "name",
      render: (_, one) => (
        <Link to={path("campaigns", one.key)} className={styles.name}>
          <strong>{one.name}</strong>
          <span>
            {one.recurring ? t("campaigns.recurring") : t("campaigns.oneOff")}
            {one.variants > 1 ? ` · ${t("campaigns.variantCount", { count: one.variants })}` : ""}
          </span>
        </Link>
      ),
    },
    { title: t("campaigns.state"), key: "state", width: 130, render: (_, one) => <CampaignState state={one.state} /> },
    {
      title: t("campaigns.entered"),
      key: "entered",
      width: 120,
      align: "right",
      responsive: ["sm"],
      render: (_, one) => <Num value={one.entered} />,
    },
    {
      title: t("campaigns.held"),
      key: "held",
      width: 110,
      align: "right",
      responsive: ["md"],
      render: (_, one) => <Num value={one.held} />,
    },
    { title: t("campaigns.next"), key: "next", width: 150, responsive: ["md"], render: (_, one) => <Time at={one.next_at} exact /> },
    { title: t("campaigns.changed"), key: "changed", width: 130, responsive: ["lg"], render: (_, one) => <Time at={one.changed_at} /> },
  ];
  return (
    <Table<CampaignLine>
      rowKey="key"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
    />
  );
}
