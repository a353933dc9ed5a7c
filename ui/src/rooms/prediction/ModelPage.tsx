// Can this model be trusted, what does it go by, is it in use, and what is being done for it?
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Select, Tabs } from "antd";
import { BrainCircuit, Pencil, RefreshCw, Trash2, Undo2 } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Code } from "@/parts/Copy";
import { Facts, Stat, Stats } from "@/parts/Facts";
import { formatTime } from "@/parts/format";
import { Json } from "@/parts/Json";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { Num, Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { BacktestView } from "./BacktestView";
import { DriftView } from "./DriftView";
import { DriftPill, StatePill, VersionPill } from "./marks";
import styles from "./Models.module.css";
import { PromoteButton } from "./Promote";
import {
  isLive,
  modelQuery,
  runsQuery,
  useDeleteModel,
  useRollBack,
  useStartRun,
  versionsQuery,
  type Model,
  type ModelVersion,
  type Run,
} from "./queries";
import { RunLine, Runs } from "./Runs";
import { scoredOf } from "./scored";
import { definitionOf, useFigure, useLabel, useTargetWords, useWhyFailed } from "./words";

const TABS = ["backtest", "drift", "runs", "definition"] as const;

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const runs = useInfiniteQuery(runsQuery(slug, key));
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const live = items.filter(isLive);
  const over = live.length === 0;
  const latest = items.find((run) => !isLive(run))?.run_id;
  const client = useQueryClient();
  useEffect(() => {
    // What a run has changed is seen when it is over, also where it came and went between two looks.
    void client.invalidateQueries({ queryKey: [slug, "models", "one", key] });
    void client.invalidateQueries({ queryKey: [slug, "tags"] });
  }, [latest, client, slug, key]);
  const query = useQuery({ ...modelQuery(slug, key), refetchInterval: over ? 15_000 : 2_000 });
  const failed = items.find((run) => !isLive(run) && run.kind === "train");
  return (
    <Ready query={query}>{(model) => <Shown model={model} live={live} failed={failed?.state === "failed" ? failed : undefined} />}</Ready>
  );
}

interface ShownProps {
  readonly model: Model;
  readonly live: readonly Run[];
  /** The last training, where it came to nothing. */
  readonly failed: Run | undefined;
}

function Shown({ model, live, failed }: ShownProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const label = useLabel();
  const target = useTargetWords();
  const [chosen, choose] = useParam("tab", "backtest");
  const tab = TABS.find((each) => each === chosen) ?? "backtest";
  const definition = definitionOf(model);
  const panels = {
    backtest: <Versions model={model} busy={live.length > 0} failed={failed} />,
    drift: <DriftView scored={scoredOf(model.scored)} />,
    runs: <Runs model={model.key} />,
    definition: <DefinitionView model={model} />,
  };
  return (
    <Page
      title={label(definition)}
      crumb={<Link to={path("models")}>{t("models.title")}</Link>}
      lead={
        <span className={styles.verdict}>
          <Code value={model.key} /> <span>{target(definition)}</span>
        </span>
      }
      actions={<Actions model={model} live={live} />}
    >
      <Stack>
        {live.map((run) => (
          <Card key={run.run_id} title={t(`models.runKinds.${run.kind}`)}>
            <RunLine run={run} />
          </Card>
        ))}
        <Numbers model={model} />
      </Stack>
      <Tabs
        className={styles.tabs ?? ""}
        activeKey={tab}
        onChange={(next) => choose(next)}
        items={TABS.map((each) => ({ key: each, label: t(`models.tabs.${each}`) }))}
      />
      {panels[tab]}
    </Page>
  );
}

function Actions({ model, live }: { model: Model; live: readonly Run[] }): ReactNode {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const path = usePath();
  const navigate = useNavigate();
  const failed = useFailed();
  const start = useStartRun();
  const remove = useDeleteModel();
  const rollBack = useRollBack();
  const may = useMay("models:write");
  if (!may) return null;
  const run = (kind: "train" | "score"): void =>
    start.mutate({ key: model.key, kind }, { onSuccess: () => void message.success(t(`models.started.${kind}`)), onError: failed });
  const askRollBack = (): void =>
    void modal.confirm({
      title: t("models.rollBackTitle", { version: model.version }),
      content: t("models.rollBackText"),
      okText: t("models.rollBack"),
      onOk: () => rollBack.mutateAsync(model.key).then(() => void message.success(t("models.rolledBack")), failed),
    });
  const askRemove = (): void =>
    void modal.confirm({
      title: t("models.removeTitle"),
      content: t("models.removeText"),
      okText: t("actions.remove"),
      okButtonProps: { danger: true },
      onOk: () =>
        remove.mutateAsync(model.key).then(() => {
          void message.success(t("models.removed"));
          void navigate(path("models"));
        }, failed),
    });
  const busy = (kind: Run["kind"]): boolean => live.some((one) => one.kind === kind);
  return (
    <>
      {model.version === null ? null : (
        <Button icon={<Undo2 size={14} aria-hidden />} onClick={askRollBack}>
          {t("models.rollBack")}
        </Button>
      )}
      <Button icon={<Trash2 size={14} aria-hidden />} aria-label={t("actions.remove")} onClick={askRemove} />
      <Button icon={<RefreshCw size={14} aria-hidden />} disabled={busy("score")} onClick={() => run("score")}>
        {t("models.score")}
      </Button>
      <Button type="primary" icon={<BrainCircuit size={14} aria-hidden />} disabled={busy("train")} onClick={() => run("train")}>
        {t("models.train")}
      </Button>
    </>
  );
}

function Numbers({ model }: { model: Model }): ReactNode {
  const { t } = useTranslation();
  const figure = useFigure();
  const path = usePath();
  const scored = scoredOf(model.scored);
  const { auc } = model;
  return (
    <Stats>
      <Stat name={t("models.state")} value={<StatePill model={model} />} note={t(`models.stateNotes.${model.state}`)} />
      <Stat
        name={t("models.auc")}
        value={auc ? <span className="tabular">{figure(auc.value)}</span> : "–"}
        note={auc ? t("models.between", { low: figure(auc.low), high: figure(auc.high) }) : undefined}
      />
      <Stat
        name={t("models.scoredPeople")}
        value={<Num value={scored?.people} to={path("tags", model.key)} label={t("models.scoredPeople")} />}
        note={<Time at={model.scored_at} />}
      />
      <Stat name={t("models.drift")} value={<DriftPill drift={scored?.drift} />} />
    </Stats>
  );
}

function Versions({ model, busy, failed }: { model: Model; busy: boolean; failed: Run | undefined }): ReactNode {
  const { t } = useTranslation();
  const why = useWhyFailed();
  const { slug } = useWorkspace();
  const query = useQuery({ ...versionsQuery(slug, model.key), refetchInterval: busy ? 3_000 : 60_000 });
  return (
    <Ready query={query} rows={8}>
      {({ items }) =>
        items.length > 0 ? (
          <Version model={model} items={items} />
        ) : (
          <Card>
            <Notice
              compact
              icon={BrainCircuit}
              title={t(failed && !busy ? "models.noVersions.failed" : "models.noVersions.title")}
              text={failed && !busy ? why(failed) : t(busy ? "models.noVersions.busy" : "models.noVersions.text")}
            />
          </Card>
        )
      }
    </Ready>
  );
}

function Version({ model, items }: { model: Model; items: readonly ModelVersion[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const may = useMay("models:write");
  const [asked, choose] = useParam("version");
  const version = items.find((each) => String(each.version) === asked) ?? items.find((each) => each.version === model.version) ?? items[0];
  if (!version) return null;
  return (
    <Stack>
      <Card>
        <div className={styles.verdict}>
          <Select<number>
            value={version.version}
            onChange={(next) => choose(String(next))}
            aria-label={t("models.version")}
            popupMatchSelectWidth={false}
            options={items.map((each) => ({
              value: each.version,
              label: t("models.versionOf", { version: each.version, when: formatTime(each.trained_at, zone, tag, false) }),
            }))}
          />
          <VersionPill version={version} />
          <span>{t(version.backtest.beats_rule ? "models.beats" : "models.beatsNot")}</span>
          {version.forced ? <span className="soft">{t("models.forced", { reason: version.forced })}</span> : null}
          {may && version.version !== model.version ? <PromoteButton key={version.version} model={model.key} version={version} /> : null}
        </div>
      </Card>
      <BacktestView version={version} />
    </Stack>
  );
}

function DefinitionView({ model }: { model: Model }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("models:write");
  const definition = definitionOf(model);
  const target = useTargetWords();
  const yes = (flag: boolean | undefined): string => t(flag ? "tags.yes" : "tags.no");
  return (
    <div className={styles.two}>
      <Card
        title={t("models.tabs.definition")}
        actions={
          may ? (
            <Link to={path("models", model.key, "edit")}>
              <Button size="small" icon={<Pencil size={13} aria-hidden />} tabIndex={-1}>
                {t("actions.edit")}
              </Button>
            </Link>
          ) : null
        }
      >
        <Facts
          items={[
            [t("models.foretold"), target(definition)],
            [t("models.rule"), t(`models.rules.${definition.rule?.kind ?? "recency"}`)],
            [t("models.fallback"), yes(definition.fallback)],
            [t("models.autoPromote"), yes(definition.auto_promote)],
            [t("models.retrain"), t("models.everyDays", { count: definition.retrain_days ?? 30 })],
            [t("models.nextTraining"), <Time key="train" at={model.train_at} />],
            [t("models.nextScoring"), <Time key="score" at={model.score_at} />],
          ]}
        />
      </Card>
      <Card title={t("models.asJson")}>
        <Json value={model.definition} label={t("models.asJson")} />
      </Card>
    </div>
  );
}
