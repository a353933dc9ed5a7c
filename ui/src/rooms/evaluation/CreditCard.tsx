// What does attribution give each action, what did the action really change, and where do they disagree?
import { useQuery } from "@tanstack/react-query";
import { Select, Table, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card } from "@/parts/Page";
import { Pill, type Tone } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Evaluation.module.css";
import { Interval, reachOf } from "./Interval";
import { creditsQuery, type Credited, type Credits } from "./queries";
import { useSay } from "./words";

/** Ways of sharing credit, the one that most know first. */
export const WAYS = ["last", "first", "linear", "position", "time_decay", "markov", "shapley"] as const;
export type Way = (typeof WAYS)[number];

const TONES: Record<Credited["disagreement"], Tone> = { over: "warn", under: "warn", within: "good", unknown: "plain" };

export function CreditCard(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(creditsQuery(slug));
  const [model, setModel] = useState<Way>("last");
  return (
    <Card
      flush
      title={t("acquisition.credit")}
      note={t("acquisition.creditNote", { days: query.data?.horizon_days ?? 30 })}
      actions={
        <Select<Way>
          aria-label={t("acquisition.way")}
          value={model}
          onChange={setModel}
          style={{ width: 170 }}
          options={WAYS.map((value) => ({ value, label: t(`acquisition.ways.${value}`) }))}
        />
      }
    >
      <Ready query={query} rows={4}>
        {(found) => <Lines found={found} model={model} />}
      </Ready>
    </Card>
  );
}

function Lines({ found, model }: { found: Credits; model: Way }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const say = useSay(found.currency);
  const reach = reachOf(found.items.map((one) => one.incremental));
  const columns: TableColumnsType<Credited> = [
    {
      title: t("evaluation.action"),
      key: "action",
      render: (_, one) => (
        <span className={styles.name}>
          <Link to={path("evaluation", one.kind, one.key)}>
            <strong>{one.name}</strong>
          </Link>
          <span className={styles.marks}>
            <Pill>{t(`evaluation.kinds.${one.kind}`)}</Pill>
            {one.evidence === "difference" ? <Pill tone="warn">{t("evaluation.evidences.difference")}</Pill> : null}
          </span>
        </span>
      ),
    },
    {
      title: t("acquisition.given"),
      key: "given",
      align: "right",
      render: (_, one) => <span className="tabular">{one.attributed[model] === undefined ? "–" : say.money(one.attributed[model])}</span>,
    },
    {
      title: t("acquisition.changed"),
      key: "changed",
      width: 200,
      responsive: ["sm"],
      render: (_, one) => <Interval span={one.incremental} say={say.money} reach={reach} />,
    },
    {
      title: t("acquisition.says"),
      key: "says",
      responsive: ["md"],
      render: (_, one) => (
        <>
          <Pill tone={TONES[one.disagreement]} dot>
            {t(`acquisition.verdicts.${one.disagreement}`)}
          </Pill>
          <div className={styles.why}>{t(`acquisition.why.${one.disagreement}`)}</div>
        </>
      ),
    },
  ];
  if (found.items.length === 0)
    return (
      <p className="soft" style={{ padding: 16, margin: 0 }}>
        {t("acquisition.noActions")}
      </p>
    );
  return (
    <Table<Credited>
      rowKey={(one) => `${one.kind}/${one.key}`}
      size="middle"
      columns={columns}
      dataSource={[...found.items]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
    />
  );
}
