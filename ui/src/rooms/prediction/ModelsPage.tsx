// What is foretold of people, how well, and is it in use? Every model.
import { useQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { BrainCircuit, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Page } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { DriftPill, StatePill } from "./marks";
import styles from "./Models.module.css";
import { modelsQuery, templatesQuery, type Model } from "./queries";
import { scoredOf } from "./scored";
import { definitionOf, useFigure, useLabel, useTargetWords } from "./words";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const may = useMay("models:write");
  const query = useQuery(modelsQuery(slug));
  return (
    <Page
      title={t("models.title")}
      lead={t("models.lead")}
      actions={
        may ? (
          <Link to={path("models", "new-model")}>
            <Button type="primary" icon={<Plus size={14} aria-hidden />}>
              {t("models.new")}
            </Button>
          </Link>
        ) : null
      }
    >
      <Ready query={query}>{({ items }) => (items.length === 0 ? <Nothing /> : <Models items={items} />)}</Ready>
    </Page>
  );
}

function Nothing(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const label = useLabel();
  const may = useMay("models:write");
  const { data } = useQuery(templatesQuery(slug));
  return (
    <Card>
      <Notice
        icon={BrainCircuit}
        title={t("models.empty.title")}
        text={t("models.empty.text")}
        action={
          may ? (
            <div className={styles.templates}>
              {data?.items.map((template) => (
                <Link key={template.key} to={`${path("models", "new-model")}?template=${template.key}`}>
                  <Button>{label(template)}</Button>
                </Link>
              ))}
            </div>
          ) : null
        }
      />
    </Card>
  );
}

function Models({ items }: { items: readonly Model[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const label = useLabel();
  const target = useTargetWords();
  const figure = useFigure();
  const columns: TableColumnsType<Model> = [
    {
      title: t("models.model"),
      key: "model",
      render: (_, model) => (
        <Link to={path("models", model.key)} className={styles.name}>
          <strong>{label(definitionOf(model))}</strong>
          <span>{target(definitionOf(model))}</span>
        </Link>
      ),
    },
    { title: t("models.state"), key: "state", width: 150, render: (_, model) => <StatePill model={model} /> },
    {
      title: t("models.auc"),
      key: "auc",
      width: 150,
      align: "right",
      responsive: ["sm"],
      render: (_, { auc }) =>
        auc ? (
          <span className="tabular">
            {figure(auc.value)}{" "}
            <span className="faint">{t("models.interval", { low: figure(auc.low, 2), high: figure(auc.high, 2) })}</span>
          </span>
        ) : (
          "–"
        ),
    },
    {
      title: t("models.scoredPeople"),
      key: "people",
      width: 110,
      align: "right",
      responsive: ["md"],
      render: (_, model) => <Num value={scoredOf(model.scored)?.people} to={path("tags", model.key)} label={label(definitionOf(model))} />,
    },
    {
      title: t("models.drift"),
      key: "drift",
      width: 120,
      responsive: ["lg"],
      render: (_, model) => <DriftPill drift={scoredOf(model.scored)?.drift} />,
    },
    { title: t("models.scoredAt"), key: "scored", width: 120, responsive: ["md"], render: (_, model) => <Time at={model.scored_at} /> },
  ];
  return (
    <Card flush>
      <Table<Model> rowKey="key" size="middle" columns={columns} dataSource={[...items]} pagination={false} />
    </Card>
  );
}
