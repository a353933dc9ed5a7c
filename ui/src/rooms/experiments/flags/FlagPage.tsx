// What does this flag answer whom, what was it before, and what would it answer somebody?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Facts, type Fact } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { textOf } from "./draft";
import styles from "./Flags.module.css";
import { FlagState } from "./FlagsPage";
import { flagQuery, useRestoreFlag, useTurnFlag, type Flag, type FlagPast, type Rule } from "./queries";
import { TryCard } from "./TryCard";
import { useAskMoves } from "./useSaving";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(flagQuery(slug, key));
  return <Ready query={query}>{(flag) => <Shown flag={flag} />}</Ready>;
}

function Shown({ flag }: { flag: Flag }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Page
      title={flag.name}
      lead={flag.description}
      crumb={<Link to={path("flags")}>{t("featureFlags.title")}</Link>}
      actions={<Turns flag={flag} />}
    >
      <Stack>
        <About flag={flag} />
        <RulesCard flag={flag} />
        <TryCard flag={flag.key} />
        <Versions flag={flag} />
      </Stack>
    </Page>
  );
}

function Turns({ flag }: { flag: Flag }): ReactNode {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const { mutateAsync, isPending } = useTurnFlag(flag.key);
  if (!useMay("experiments:write") || flag.state === "archived") return null;
  const on = flag.state === "on";
  const ask = (what: "archive" | "turnOn" | "turnOff", go: () => Promise<unknown>): void =>
    void modal.confirm({
      title: t(`featureFlags.ask.${what}`, { name: flag.name }),
      content: t(`featureFlags.askText.${what}`),
      okText: t(`featureFlags.${what}`),
      cancelText: t("actions.cancel"),
      onOk: () => go().catch(failed),
    });
  return (
    <>
      <Button onClick={() => ask("archive", () => mutateAsync("archived").then(() => navigate(path("flags"))))}>
        {t("featureFlags.archive")}
      </Button>
      <Link to={path("flags", flag.key, "edit")}>
        <Button>{t("featureFlags.edit")}</Button>
      </Link>
      <Button
        type={on ? "default" : "primary"}
        loading={isPending}
        onClick={() => ask(on ? "turnOff" : "turnOn", () => mutateAsync(on ? "off" : "on"))}
      >
        {t(on ? "featureFlags.turnOff" : "featureFlags.turnOn")}
      </Button>
    </>
  );
}

function About({ flag }: { flag: Flag }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const facts: Fact[] = [
    [t("featureFlags.state"), <FlagState key="state" flag={flag} />],
    [t("featureFlags.key"), <code key="key">{flag.key}</code>],
    [t("featureFlags.kind"), t(`featureFlags.kinds.${flag.value_type}`)],
    [t("featureFlags.default"), <code key="default">{textOf(flag.spec.default)}</code>],
  ];
  if (flag.owner) facts.push([t("featureFlags.owner"), flag.owner]);
  if (flag.stale) facts.push([t("featureFlags.staleTitle"), t(`featureFlags.staleText.${flag.stale}`)]);
  for (const one of flag.spec.prerequisites) {
    const values = one.values.map(String).join(", ");
    facts.push([t("featureFlags.prerequisite"), t("featureFlags.mustAnswer", { flag: one.flag, values })]);
  }
  if (flag.users.length > 0) {
    const links = flag.users.map((key) => (
      <Link key={key} to={path("flags", key)} style={{ marginInlineEnd: 8 }}>
        {key}
      </Link>
    ));
    facts.push([t("featureFlags.users"), links]);
  }
  return (
    <Card title={t("featureFlags.about")}>
      <Facts items={facts} />
    </Card>
  );
}

function RulesCard({ flag }: { flag: Flag }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const columns: TableColumnsType<Rule> = [
    { title: "", key: "number", width: 44, render: (_, __, at) => at + 1 },
    {
      title: t("featureFlags.who"),
      key: "who",
      render: (_, rule) => flag.words.find((one) => one.rule_id === rule.id)?.[language] ?? t("featureFlags.everybody"),
    },
    { title: t("featureFlags.gives"), key: "gives", render: (_, rule) => <Gives rule={rule} /> },
    {
      title: t("featureFlags.state"),
      key: "on",
      width: 110,
      responsive: ["sm"],
      render: (_, rule) => <Pill tone={rule.on ? "good" : "plain"}>{t(`featureFlags.states.${rule.on ? "on" : "off"}`)}</Pill>,
    },
  ];
  return (
    <Card title={t("featureFlags.rules")} note={t("featureFlags.rulesNote")} flush>
      <Table<Rule>
        rowKey="id"
        size="middle"
        columns={columns}
        dataSource={[...flag.spec.rules]}
        pagination={false}
        locale={{ emptyText: t("featureFlags.noRules") }}
      />
    </Card>
  );
}

function Gives({ rule }: { rule: Rule }): ReactNode {
  const { t } = useTranslation();
  if (rule.kind === "split") {
    const arms = rule.arms.map((arm) => `${arm.name} ${arm.weight}%`).join(", ");
    return (
      <span className={styles.name}>
        <span>{t("featureFlags.splitSays", { experiment: rule.experiment, percent: rule.percent })}</span>
        <span className="soft">{arms}</span>
      </span>
    );
  }
  const next = rule.ramp?.state === "running" ? rule.ramp.steps[rule.ramp.done] : undefined;
  return (
    <span className={styles.name}>
      <span>
        <code>{textOf(rule.value)}</code>
        {rule.percent < 100 ? ` ${t("featureFlags.forShare", { percent: rule.percent })}` : ""}
      </span>
      {next ? (
        <span className="soft">
          {t("featureFlags.nextStep", { percent: next.percent })} <Time at={next.at} />
        </span>
      ) : null}
      {rule.ramp?.state === "stopped" ? (
        <span className={styles.wrong}>{t("featureFlags.stopped", { reason: rule.ramp.reason })}</span>
      ) : null}
    </span>
  );
}

function Versions({ flag }: { flag: Flag }): ReactNode {
  const { t } = useTranslation();
  const failed = useFailed();
  const { mutate, isPending } = useRestoreFlag(flag.key);
  const askMoves = useAskMoves();
  const may = useMay("experiments:write") && flag.state !== "archived";
  const restore = (past: FlagPast, accept_moves = false): void =>
    mutate(
      { version: past.version, base_version: flag.version, accept_moves },
      {
        onError: (error) => {
          if (!askMoves(error, flag.key, past.spec, () => restore(past, true))) failed(error);
        },
      },
    );
  const columns: TableColumnsType<FlagPast> = [
    { title: t("featureFlags.version"), key: "version", width: 90, render: (_, past) => past.version },
    { title: t("featureFlags.changed"), key: "at", render: (_, past) => <Time at={past.at} /> },
    { title: t("featureFlags.by"), key: "by", responsive: ["sm"], render: (_, past) => past.by },
    {
      key: "restore",
      width: 150,
      align: "right",
      render: (_, past) =>
        past.version === flag.version ? (
          t("featureFlags.inForce")
        ) : may ? (
          <Button size="small" type="text" disabled={isPending} onClick={() => restore(past)}>
            {t("featureFlags.restore")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Card title={t("featureFlags.versions")} flush>
      <Table<FlagPast>
        rowKey="version"
        size="middle"
        columns={columns}
        dataSource={[...flag.versions]}
        pagination={{ hideOnSinglePage: true, pageSize: 10 }}
      />
    </Card>
  );
}
