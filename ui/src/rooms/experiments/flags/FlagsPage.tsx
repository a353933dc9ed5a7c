// Which features are switched by a flag, who gets them, and which flags can go?
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select, Table, type TableColumnsType } from "antd";
import { Flag as FlagIcon, Plug, Plus } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Bar, Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Flags.module.css";
import { flagsQuery, type FlagLine } from "./queries";

type Shown = "all" | "on" | "off" | "experiments" | "stale";
const CHOICES: readonly Shown[] = ["all", "on", "off", "experiments", "stale"];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(flagsQuery(slug));
  return (
    <Page title={t("featureFlags.title")} lead={t("featureFlags.lead")} actions={<Actions />}>
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <Flags items={items} />
          ) : (
            <Card>
              <Notice icon={FlagIcon} title={t("featureFlags.none.title")} text={t("featureFlags.none.text")} action={<NewButton />} />
            </Card>
          )
        }
      </Ready>
    </Page>
  );
}

function Actions(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <>
      <Link to={path("flag-connection")}>
        <Button icon={<Plug size={14} aria-hidden />}>{t("featureFlags.connect")}</Button>
      </Link>
      <NewButton />
    </>
  );
}

function NewButton(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return useMay("experiments:write") ? (
    <Link to={path("flags", "new-flag")}>
      <Button type="primary" icon={<Plus size={14} aria-hidden />}>
        {t("featureFlags.new")}
      </Button>
    </Link>
  ) : null;
}

function Flags({ items }: { items: readonly FlagLine[] }): ReactNode {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState<Shown>("all");
  const wanted = search.trim().toLowerCase();
  const found = items.filter(
    (one) =>
      (wanted === "" || [one.key, one.name, one.owner, ...one.experiments].some((text) => text.toLowerCase().includes(wanted))) &&
      (shown === "all" ||
        one.state === shown ||
        (shown === "experiments" && one.experiments.length > 0) ||
        (shown === "stale" && one.stale !== null)),
  );
  return (
    <Stack>
      <Bar>
        <Input.Search
          allowClear
          aria-label={t("featureFlags.search")}
          placeholder={t("featureFlags.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={styles.search ?? ""}
        />
        <Select<Shown>
          aria-label={t("featureFlags.state")}
          value={shown}
          onChange={setShown}
          options={CHOICES.map((value) => ({ value, label: t(`featureFlags.shown.${value}`) }))}
          className={styles.choice ?? ""}
        />
      </Bar>
      <Card flush>
        <FlagTable items={found} />
      </Card>
    </Stack>
  );
}

export function FlagState({ flag }: { flag: Pick<FlagLine, "state" | "ramping"> }): ReactNode {
  const { t } = useTranslation();
  const { state } = flag;
  return (
    <span className={styles.pills}>
      <Pill tone={state === "on" ? "good" : "plain"} dot>
        {t(`featureFlags.states.${state}`)}
      </Pill>
      {flag.ramping ? <Pill tone="info">{t("featureFlags.ramping")}</Pill> : null}
    </span>
  );
}

function FlagTable({ items }: { items: readonly FlagLine[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<FlagLine> = [
    {
      title: t("featureFlags.name"),
      key: "name",
      render: (_, flag) => (
        <Link to={path("flags", flag.key)} className={styles.name}>
          <strong>{flag.name}</strong>
          <code>{flag.key}</code>
        </Link>
      ),
    },
    {
      title: t("featureFlags.state"),
      key: "state",
      width: 190,
      render: (_, flag) => (
        <span className={styles.pills}>
          <FlagState flag={flag} />
          {flag.stale ? <Pill tone="warn">{t(`featureFlags.stale.${flag.stale}`)}</Pill> : null}
        </span>
      ),
    },
    {
      title: t("featureFlags.kind"),
      key: "kind",
      width: 110,
      responsive: ["md"],
      render: (_, flag) => t(`featureFlags.kinds.${flag.value_type}`),
    },
    {
      title: t("featureFlags.rules"),
      key: "rules",
      width: 80,
      align: "right",
      responsive: ["md"],
      render: (_, flag) => <Num value={flag.rules} />,
    },
    { title: t("featureFlags.experiments"), key: "experiments", responsive: ["lg"], render: (_, flag) => flag.experiments.join(", ") },
    { title: t("featureFlags.owner"), key: "owner", width: 130, responsive: ["lg"], render: (_, flag) => flag.owner },
    {
      title: t("featureFlags.changed"),
      key: "changed",
      width: 140,
      responsive: ["sm"],
      render: (_, flag) => <Time at={flag.changed_at} />,
    },
  ];
  return (
    <Table<FlagLine>
      rowKey="key"
      size="middle"
      columns={columns}
      dataSource={[...items]}
      pagination={false}
      locale={{ emptyText: t("featureFlags.nothingFound") }}
    />
  );
}
