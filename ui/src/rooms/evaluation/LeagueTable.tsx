// Which action pays, which does not, how sure is that, and what is to be done?
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Pill } from "@/parts/Pill";
import { Num } from "@/parts/values";
import { usePath } from "@/shell/workspace";
import styles from "./Evaluation.module.css";
import { Interval, reachOf } from "./Interval";
import type { League, LeagueLine } from "./queries";
import { PROPOSAL_TONES, useCauses, useSay } from "./words";

export function LeagueTable({ league }: { league: League }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(league.currency);
  const reach = reachOf(league.items.map((one) => one.net_minor));
  const columns: TableColumnsType<LeagueLine> = [
    {
      title: t("evaluation.action"),
      key: "action",
      render: (_, one) => <Name one={one} />,
    },
    {
      title: t("evaluation.people"),
      key: "people",
      width: 150,
      responsive: ["lg"],
      render: (_, one) => (
        <>
          <Num value={one.treated} /> / <Num value={one.control} />
        </>
      ),
    },
    {
      title: t("evaluation.net"),
      key: "net",
      width: 210,
      responsive: ["md"],
      sorter: (a, b) => (a.net_minor?.value ?? -Infinity) - (b.net_minor?.value ?? -Infinity),
      render: (_, one) => <Interval span={one.net_minor} say={say.money} reach={reach} />,
    },
    {
      title: t("evaluation.roi"),
      key: "roi",
      width: 100,
      responsive: ["lg"],
      render: (_, one) => <span className="tabular">{one.roi ? say.share(one.roi.value) : "–"}</span>,
    },
    {
      title: t("evaluation.proposal"),
      key: "proposal",
      width: 260,
      filters: (["scale", "keep", "fix", "retire", "wait"] as const).map((value) => ({ value, text: t(`evaluation.proposals.${value}`) })),
      onFilter: (value, one) => one.proposal === value,
      render: (_, one) => <Proposal one={one} />,
    },
  ];
  return (
    <Table<LeagueLine>
      rowKey={(one) => `${one.kind}/${one.key}`}
      size="middle"
      columns={columns}
      dataSource={[...league.items]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
    />
  );
}

function Name({ one }: { one: LeagueLine }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <div className={styles.name}>
      <Link to={path("evaluation", one.kind, one.key)}>
        <strong>{one.name}</strong>
      </Link>
      <span className={styles.marks}>
        <Pill>{t(`evaluation.kinds.${one.kind}`)}</Pill>
        <Pill tone={one.evidence === "holdout" ? "info" : "warn"}>{t(`evaluation.evidences.${one.evidence}`)}</Pill>
        {one.harmful ? <Pill tone="bad">{t("evaluation.harmful")}</Pill> : null}
      </span>
    </div>
  );
}

function Proposal({ one }: { one: LeagueLine }): ReactNode {
  const { t } = useTranslation();
  const causes = useCauses();
  return (
    <>
      <Pill tone={PROPOSAL_TONES[one.proposal]} dot>
        {t(`evaluation.proposals.${one.proposal}`)}
      </Pill>
      {one.decision ? (
        <>
          {" "}
          <Pill>{t("evaluation.decided", { what: t(`evaluation.proposals.${one.decision.decision}`) })}</Pill>
        </>
      ) : null}
      <div className={styles.why}>{causes(one)}</div>
    </>
  );
}
