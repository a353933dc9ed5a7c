// Who is in which arm, and are the arms as large as they should be? If not: where does it come from?
import { useInfiniteQuery } from "@tanstack/react-query";
import { Alert, Drawer, Table, type TableColumnsType } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { NoPermission } from "@/parts/states";
import { Num } from "@/parts/values";
import { PeopleList } from "@/rooms/journeys/behind/Behind";
import { useMay, useWorkspace } from "@/shell/workspace";
import { armQuery, type Trial, type TrialResults } from "./queries";
import styles from "./Trials.module.css";
import { useWriting } from "./useEffects";

type Dimension = "day" | "device" | "stretch";

interface ArmLine {
  readonly key: string;
  readonly name: string;
  readonly people: number;
  readonly expected: number;
  readonly weight: number;
}

export function Arms({ trial, results }: { trial: Trial; results: TrialResults }): ReactNode {
  const { t } = useTranslation();
  const write = useWriting();
  const [opened, open] = useState<{ readonly arm: string; readonly name: string } | null>(null);
  const lines = trial.spec.arms.map(({ key, name, weight }): ArmLine => ({
    key,
    name,
    weight,
    people: results.people[key] ?? 0,
    expected: Math.round(results.ratio.expected[key] ?? 0),
  }));
  const columns: TableColumnsType<ArmLine> = [
    {
      title: t("trials.arm"),
      key: "arm",
      render: (_, one) => (
        <>
          {one.name} {one.key === trial.spec.control ? <Pill>{t("trials.control")}</Pill> : null}
        </>
      ),
    },
    { title: t("trials.weight"), key: "weight", width: 90, align: "right", responsive: ["sm"], render: (_, one) => `${one.weight}%` },
    {
      title: t("trials.people"),
      key: "people",
      width: 110,
      align: "right",
      render: (_, one) => (
        <button type="button" className={styles.number} onClick={() => open({ arm: one.key, name: one.name })}>
          <Num value={one.people} />
        </button>
      ),
    },
    { title: t("trials.expected"), key: "expected", width: 110, align: "right", render: (_, one) => <Num value={one.expected} /> },
  ];
  return (
    <Card title={t("trials.people")} note={t("trials.ratioNote", { p: write.chance(results.ratio.p) })} flush>
      <Table<ArmLine> rowKey="key" size="middle" columns={columns} dataSource={lines} pagination={false} />
      {results.ratio.found ? <Uneven trial={trial} results={results} /> : null}
      {results.several_arms > 0 ? (
        <p style={{ padding: "0 16px" }}>
          <button type="button" className={styles.number} onClick={() => open({ arm: "", name: t("trials.severalArms") })}>
            {t("trials.warnings.several_arms", { count: results.several_arms })}
          </button>
        </p>
      ) : null}
      <Drawer open={opened !== null} onClose={() => open(null)} size={640} title={opened?.name} destroyOnHidden>
        {opened ? <People trial={trial} arm={opened.arm} /> : null}
      </Drawer>
    </Card>
  );
}

function People({ trial, arm }: { trial: Trial; arm: string }): ReactNode {
  const { slug } = useWorkspace();
  const may = useMay("people:read");
  const query = useInfiniteQuery({ ...armQuery(slug, trial.key, arm), enabled: may });
  return may ? <PeopleList query={query} /> : <NoPermission />;
}

function Uneven({ trial, results }: { trial: Trial; results: TrialResults }): ReactNode {
  const { t } = useTranslation();
  const found = Object.entries(results.ratio.slices).flatMap(([dimension, slices]) =>
    slices.filter(({ p }) => p < 0.001).map((slice) => ({ ...slice, dimension })),
  );
  return (
    <div style={{ padding: 16 }}>
      <Alert
        type="error"
        showIcon
        title={t("trials.uneven")}
        description={
          found.length === 0 ? (
            t("trials.unevenEverywhere")
          ) : (
            <ul>
              {found.map(({ dimension, value, counts, explains }) => (
                <li key={`${dimension}-${value}`}>
                  {t(`trials.dimensions.${dimension as Dimension}`)} {value || "–"}:{" "}
                  {trial.spec.arms.map(({ key, name }) => `${name} ${counts[key] ?? 0}`).join(" · ")}
                  {explains ? ` (${t("trials.explains")})` : null}
                </li>
              ))}
            </ul>
          )
        }
      />
    </div>
  );
}
