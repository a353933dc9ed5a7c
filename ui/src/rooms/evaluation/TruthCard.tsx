// Where the truth is known, of a simulated shop: how near is the estimate, and how far off is last touch?
import { useQuery } from "@tanstack/react-query";
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Stat, Stats } from "@/parts/Facts";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { useWorkspace } from "@/shell/workspace";
import { Interval, reachOf } from "./Interval";
import { truthQuery, type Kind, type Truth } from "./queries";
import { useSay } from "./words";

type Line = Truth["items"][number];

/** Nothing at all in a workspace of real people: nobody knows it there. */
export function TruthCard({ kind, actionKey }: { kind: Kind; actionKey: string }): ReactNode {
  const { slug } = useWorkspace();
  const { data } = useQuery(truthQuery(slug, kind, actionKey));
  return data?.known ? <Told truth={data} /> : null;
}

function Told({ truth }: { truth: Truth }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(truth.currency);
  const error = truth.last_touch_error_minor;
  const verdict = error === null ? "none" : error > 0 ? "over" : error < 0 ? "under" : "exact";
  return (
    <Card flush title={t("evaluation.truth.title")} note={t("evaluation.truth.note")}>
      <div style={{ padding: 16 }}>
        <Stats>
          <Stat
            name={t("evaluation.truth.soFar")}
            value={<span className="tabular">{say.money(truth.true_minor)}</span>}
            note={t("evaluation.truth.orders", { count: truth.orders })}
          />
          <Stat
            name={t("evaluation.truth.lastTouch")}
            value={<span className="tabular">{truth.last_touch_minor === null ? "–" : say.money(truth.last_touch_minor)}</span>}
            note={t(`evaluation.truth.verdicts.${verdict}`, {
              value: say.money(Math.abs(error ?? 0)),
              count: truth.horizon_days ?? 30,
            })}
          />
        </Stats>
      </div>
      <Horizons truth={truth} />
    </Card>
  );
}

function Horizons({ truth }: { truth: Truth }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(truth.currency);
  const reach = reachOf(truth.items.map((one) => one.estimate));
  const columns: TableColumnsType<Line> = [
    { title: t("evaluation.horizon"), key: "horizon", width: 110, render: (_, one) => t("evaluation.days", { count: one.horizon_days }) },
    {
      title: t("evaluation.truth.really"),
      key: "true",
      align: "right",
      width: 130,
      render: (_, one) => <span className="tabular">{one.treated > 0 ? say.money(one.true_minor) : "–"}</span>,
    },
    {
      title: t("evaluation.truth.estimate"),
      key: "estimate",
      width: 210,
      render: (_, one) => <Interval span={one.estimate} say={say.money} reach={reach} />,
    },
    {
      title: t("evaluation.roi"),
      key: "roi",
      width: 190,
      responsive: ["md"],
      render: (_, one) =>
        one.true_roi === null || one.roi === null
          ? "–"
          : t("evaluation.truth.roiBoth", { real: say.share(one.true_roi), low: say.share(one.roi.low), high: say.share(one.roi.high) }),
    },
    {
      title: t("evaluation.truth.held"),
      key: "held",
      width: 150,
      render: (_, one) =>
        one.inside === null ? (
          <span className="faint">{t("evaluation.notYet")}</span>
        ) : (
          <Pill tone={one.inside ? "good" : "warn"} dot>
            {t(one.inside ? "evaluation.truth.inside" : "evaluation.truth.outside")}
          </Pill>
        ),
    },
  ];
  return (
    <Table<Line>
      rowKey="horizon_days"
      size="middle"
      columns={columns}
      dataSource={[...truth.items]}
      pagination={false}
      scroll={{ x: "max-content" }}
    />
  );
}
