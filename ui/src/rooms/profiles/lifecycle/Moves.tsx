// Which way did people move, week by week? The bands, and the numbers of one week.
import { Select, Skeleton, Table, type TableColumnsType } from "antd";
import { ArrowRight, MoveRight } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { dayOf, formatDay } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Notice } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Num } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import type { Tag } from "../tags/queries";
import { useTagValue } from "../tags/words";
import styles from "./Lifecycle.module.css";
import { Movers, useMoversOpening } from "./Movers";
import { NOWHERE, type Movement } from "./queries";
import { movesIn, type Move } from "./stages";
import { Stage } from "./StageTable";

const Sankey = lazy(() => import("./Sankey"));

export function Moves({ tag, movement, weeks }: { tag: Tag; movement: Movement; weeks: number }): ReactNode {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const { zone } = useWorkspace();
  const shown = useTagValue();
  const last = movement.moments.length - 2;
  const [asked, choose] = useParam("step", String(last));
  const step = Math.min(Math.max(Number.parseInt(asked, 10) || 0, 0), last);
  const said = JSON.stringify(movement.states.map((stage) => [stage, stage === NOWHERE ? t("lifecycle.nowhere") : shown(tag, stage)]));
  // The same words are the same function, so that the picture is drawn anew only when it differs.
  const name = useMemo(() => {
    const words = new Map(JSON.parse(said) as [string, string][]);
    return (stage: string): string => words.get(stage) ?? stage;
  }, [said]);
  const pick = useCallback((next: number) => choose(String(next), { replace: true }), [choose]);
  const day = (at: number): string => formatDay(dayOf(new Date(movement.moments[at] ?? ""), zone), locale, false);
  const moves = movesIn(movement, step);
  return (
    <>
      <Card
        title={t("lifecycle.movement")}
        note={`${t("lifecycle.movementNote")} ${t(movement.basis === "recorded" ? "lifecycle.recorded" : "lifecycle.computed")}`}
      >
        <Suspense fallback={<Skeleton active />}>
          <Sankey movement={movement} name={name} onPick={pick} />
        </Suspense>
      </Card>
      <Card
        flush
        title={t("lifecycle.moves")}
        actions={
          <Select<number>
            value={step}
            onChange={pick}
            aria-label={t("lifecycle.week")}
            popupMatchSelectWidth={false}
            options={movement.moments
              .slice(0, -1)
              .map((_, at) => ({ value: at, label: t("lifecycle.fromTo", { from: day(at), to: day(at + 1) }) }))
              .reverse()}
          />
        }
      >
        {moves.length === 0 ? (
          <Notice compact icon={MoveRight} title={t("lifecycle.noMoves.title")} text={t("lifecycle.noMoves.text")} />
        ) : (
          <MoveTable moves={moves} name={name} />
        )}
      </Card>
      <Movers moves={moves} step={step} weeks={weeks} name={name} />
    </>
  );
}

function MoveTable({ moves, name }: { moves: readonly Move[]; name: (stage: string) => string }): ReactNode {
  const { t } = useTranslation();
  const opening = useMoversOpening();
  const columns: TableColumnsType<Move> = [
    {
      title: t("lifecycle.move"),
      key: "move",
      render: (_, { source, target }) => (
        <span className={styles.move}>
          <Stage stage={source}>{name(source)}</Stage>
          <ArrowRight size={14} aria-hidden />
          <Stage stage={target}>{name(target)}</Stage>
        </span>
      ),
    },
    {
      title: t("lifecycle.people"),
      key: "people",
      align: "right",
      width: 110,
      render: (_, move) => <Num value={move.people} to={opening(move)} label={`${name(move.source)} → ${name(move.target)}`} />,
    },
  ];
  return (
    <Table<Move>
      rowKey={({ source, target }) => `${source} ${target}`}
      size="middle"
      columns={columns}
      dataSource={[...moves]}
      pagination={false}
    />
  );
}
