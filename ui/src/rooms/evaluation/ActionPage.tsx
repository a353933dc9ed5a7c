// What was one action worth, after how many days, and what was decided about it?
import { useQuery } from "@tanstack/react-query";
import { App, Button, Table, type TableColumnsType } from "antd";
import { Coins, Gavel, MessageSquareHeart, Undo2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { NotFound, Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { CostDialog } from "./CostDialog";
import { DecideDialog } from "./DecideDialog";
import styles from "./Evaluation.module.css";
import { Interval, reachOf } from "./Interval";
import { actionQuery, useUndoDecision, type ActionWhole, type Decision, type Kind, type Worth } from "./queries";
import { TruthCard } from "./TruthCard";
import { isSummary, PROPOSAL_TONES, sayMeasure, useCauses, useHome, useSay } from "./words";

const KINDS: readonly Kind[] = ["flow", "campaign", "sending", "change", "coupon", "slot", "programme", "everything"];

export function Component(): ReactNode {
  const { kind: given, key = "" } = useParams();
  const kind = KINDS.find((one) => one === given);
  return kind ? <Action kind={kind} actionKey={key} /> : <NotFound />;
}

function Action({ kind, actionKey }: { kind: Kind; actionKey: string }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const home = useHome();
  const may = useMay("evaluation:write");
  const [open, setOpen] = useState<"cost" | "decide" | null>(null);
  const query = useQuery(actionQuery(slug, kind, actionKey));
  const to = home({ kind, key: actionKey });
  const worth = query.data?.worths.find((one) => one.horizon_days === 30);
  return (
    <Page
      title={worth?.name ?? actionKey}
      lead={t("evaluation.oneLead")}
      crumb={<Link to={path("evaluation")}>{t("evaluation.title")}</Link>}
      actions={
        <>
          {to ? (
            <Link to={to}>
              <Button>
                {t(
                  isSummary({ kind })
                    ? "evaluation.holdouts"
                    : `evaluation.open.${kind === "flow" || kind === "campaign" ? kind : "experiment"}`,
                )}
              </Button>
            </Link>
          ) : null}
          {may && worth ? (
            <>
              <Button icon={<Coins size={14} aria-hidden />} onClick={() => setOpen("cost")}>
                {t("evaluation.costs")}
              </Button>
              <Button type="primary" icon={<Gavel size={14} aria-hidden />} onClick={() => setOpen("decide")}>
                {t("evaluation.decide")}
              </Button>
            </>
          ) : null}
        </>
      }
    >
      <Ready query={query} rows={10}>
        {(whole) => <Shown whole={whole} />}
      </Ready>
      {open === "cost" && query.data ? (
        <CostDialog kind={kind} actionKey={actionKey} cost={query.data.cost} currency={query.data.currency} onClose={() => setOpen(null)} />
      ) : null}
      {open === "decide" && worth ? <DecideDialog worth={worth} onClose={() => setOpen(null)} /> : null}
    </Page>
  );
}

function Shown({ whole }: { whole: ActionWhole }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(whole.currency);
  const causes = useCauses();
  const worth = whole.worths.find((one) => one.horizon_days === 30) ?? whole.worths[0];
  if (!worth) return <NotFound />;
  return (
    <Stack>
      <Card>
        <Stats>
          <Stat
            name={t("evaluation.netAfter", { count: worth.horizon_days })}
            value={<span className="tabular">{worth.net_minor ? say.money(worth.net_minor.value) : "–"}</span>}
            note={
              worth.net_minor
                ? t("evaluation.between", { low: say.money(worth.net_minor.low), high: say.money(worth.net_minor.high) })
                : t("evaluation.notYet")
            }
          />
          <Stat name={t("evaluation.cost")} value={<span className="tabular">{say.money(worth.cost_minor)}</span>} />
          <Stat name={t("evaluation.roi")} value={<span className="tabular">{worth.roi ? say.share(worth.roi.value) : "–"}</span>} />
          <Stat name={t("evaluation.began")} value={<Time at={worth.first_at} />} />
        </Stats>
        <p>
          <Pill tone={PROPOSAL_TONES[worth.proposal]} dot>
            {t(`evaluation.proposals.${worth.proposal}`)}
          </Pill>{" "}
          {causes(worth)}
        </p>
        <p className="soft">{t(`evaluation.how.${worth.evidence}`)}</p>
        {worth.discount_minor > 0 ? (
          <p className="soft">
            {t("evaluation.discount", { value: say.money(worth.discount_minor) })}{" "}
            {worth.wasted_minor === null ? "" : t("evaluation.wasted", { value: say.money(worth.wasted_minor) })}
          </p>
        ) : null}
      </Card>
      <Measures whole={whole} />
      <TruthCard kind={worth.kind} actionKey={worth.key} />
      <Decisions decisions={whole.decisions} />
    </Stack>
  );
}

const MEASURES = ["conversion", "revenue", "retained", "unsubscribed", "complained", "nps"] as const;

function Measures({ whole }: { whole: ActionWhole }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(whole.currency);
  const rows = MEASURES.filter((measure) => whole.worths.some((one) => one.effects.some((effect) => effect.measure === measure)));
  const columns: TableColumnsType<{ readonly measure: (typeof MEASURES)[number] }> = [
    { title: t("evaluation.measure"), key: "measure", width: 170, render: (_, { measure }) => t(`evaluation.measures.${measure}`) },
    ...whole.worths.map((one) => ({
      title: t("evaluation.days", { count: one.horizon_days }),
      key: String(one.horizon_days),
      width: 200,
      render: (_: unknown, { measure }: { readonly measure: (typeof MEASURES)[number] }) => {
        const effect = one.effects.find((each) => each.measure === measure);
        if (!effect) return "–";
        const { mean, change } = sayMeasure(say, measure);
        const reach = reachOf(whole.worths.map((w) => w.effects.find((each) => each.measure === measure)?.difference));
        return (
          <>
            <Interval span={effect.difference} say={change} reach={reach} />
            <span className={styles.range}>
              {effect.treated === null || effect.control === null
                ? t("evaluation.nobody")
                : t("evaluation.against", { treated: mean(effect.treated), control: mean(effect.control) })}
            </span>
          </>
        );
      },
    })),
  ];
  return (
    <Card flush title={t("evaluation.changed")} note={t("evaluation.changedNote")}>
      <Table
        rowKey="measure"
        size="middle"
        columns={columns}
        dataSource={rows.map((measure) => ({ measure }))}
        pagination={false}
        scroll={{ x: "max-content" }}
      />
      <Watched worths={whole.worths} />
      <Recommended worths={whole.worths} />
    </Card>
  );
}

function Watched({ worths }: { worths: readonly Worth[] }): ReactNode {
  const { t } = useTranslation();
  const say = useSay("USD");
  return (
    <ul className="soft" style={{ padding: "8px 16px 12px 32px", margin: 0 }}>
      {worths.map((one) => (
        <li key={one.horizon_days}>
          {t("evaluation.watched", {
            days: one.horizon_days,
            treated: say.people(one.treated),
            control: say.people(one.control),
            waiting: say.people(one.waiting),
          })}
          {one.both > 0 ? ` ${t("evaluation.both", { count: one.both })}` : ""}
          {one.placebo !== null && one.placebo < 0.05 ? ` ${t("evaluation.causes.uneven_before")}` : ""}
        </li>
      ))}
    </ul>
  );
}

/** What is missing, where nothing can be said of NPS. */
function Recommended({ worths }: { worths: readonly Worth[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (worths.some((one) => one.evidence === "difference")) return null;
  const found = worths.flatMap((one) => one.effects.filter((effect) => effect.measure === "nps"));
  if (found.some((one) => one.difference !== null)) {
    return (
      <p className="soft" style={{ padding: "0 16px 12px", margin: 0 }}>
        {t("evaluation.nps.note")}
      </p>
    );
  }
  return (
    <Notice
      compact
      icon={MessageSquareHeart}
      title={t("evaluation.nps.title")}
      text={t(found.length === 0 ? "evaluation.nps.noRole" : "evaluation.nps.noAnswers")}
      action={found.length === 0 ? <Link to={path("tag-roles")}>{t("evaluation.nps.go")}</Link> : undefined}
    />
  );
}

function Decisions({ decisions }: { decisions: readonly Decision[] }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const may = useMay("evaluation:write");
  const { mutate, isPending } = useUndoDecision();
  const undo = (one: Decision): void =>
    mutate(one.decision_id, { onSuccess: () => void message.success(t("evaluation.undone")), onError: failed });
  const columns: TableColumnsType<Decision> = [
    {
      title: t("evaluation.decision"),
      key: "decision",
      render: (_, one) => (
        <span className={one.undone_at ? styles.undone : undefined}>
          <strong>{t(`evaluation.proposals.${one.decision}`)}</strong> {one.reason}
        </span>
      ),
    },
    { title: t("evaluation.by"), key: "by", width: 200, render: (_, one) => one.by },
    { title: t("evaluation.at"), key: "at", width: 140, render: (_, one) => <Time at={one.at} /> },
    {
      title: "",
      key: "undo",
      width: 150,
      render: (_, one) =>
        one.undone_at ? (
          <span className="faint">{t("evaluation.undoneBy", { name: one.undone_by })}</span>
        ) : may ? (
          <Button size="small" icon={<Undo2 size={14} aria-hidden />} loading={isPending} onClick={() => undo(one)}>
            {t("evaluation.undo")}
          </Button>
        ) : null,
    },
  ];
  return (
    <Card flush title={t("evaluation.decisions")}>
      {decisions.length > 0 ? (
        <Table<Decision>
          rowKey="decision_id"
          size="middle"
          columns={columns}
          dataSource={[...decisions]}
          pagination={false}
          scroll={{ x: "max-content" }}
        />
      ) : (
        <Notice compact icon={Gavel} title={t("evaluation.noDecisions")} />
      )}
    </Card>
  );
}
