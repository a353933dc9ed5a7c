// Which actions were given by lot, and of which can it be told who changes?
import { Button, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { useFigure } from "../words";
import { shownOf, useFigures } from "./figures";
import type { Action, UpliftResult } from "./queries";

export const nameOf = ({ kind, key }: Pick<Action, "kind" | "key">): string => `${kind}/${key}`;

interface ActionsProps {
  readonly result: UpliftResult;
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

export function Actions({ result, chosen, onChoose }: ActionsProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const columns: TableColumnsType<Action> = [
    {
      title: t("uplift.action"),
      key: "name",
      render: (_, row) => (
        <>
          {row.found ? (
            <Button type="link" style={{ padding: 0, height: "auto", whiteSpace: "normal" }} onClick={() => onChoose(nameOf(row))}>
              {row.name}
            </Button>
          ) : (
            row.name
          )}
          <div className="soft">{t(`uplift.kinds.${row.kind}`)}</div>
        </>
      ),
    },
    {
      title: t("uplift.treated"),
      key: "treated",
      align: "right",
      responsive: ["sm"],
      render: (_, { treated }) => formatNumber(treated, tag),
    },
    {
      title: t("uplift.control"),
      key: "control",
      align: "right",
      responsive: ["sm"],
      render: (_, { control }) => formatNumber(control, tag),
    },
    {
      title: t("uplift.qini"),
      key: "qini",
      align: "right",
      responsive: ["md"],
      render: (_, row) => <Coefficient row={row} result={result} />,
    },
    { title: t("uplift.verdict"), key: "verdict", render: (_, row) => <Verdict row={row} /> },
  ];
  return (
    <Card flush title={t("uplift.actions")} note={t("uplift.actionsNote")}>
      <Table<Action>
        rowKey={nameOf}
        size="small"
        columns={columns}
        dataSource={[...result.actions]}
        pagination={false}
        rowClassName={(row) => (nameOf(row) === chosen ? "ant-table-row-selected" : "")}
      />
    </Card>
  );
}

function Coefficient({ row, result }: { row: Action; result: UpliftResult }): ReactNode {
  const figure = useFigure();
  const { within, money } = useFigures(result);
  if (!row.found) return "–";
  const write = row.found.qini ? (value: number): string => figure(value, 3) : money;
  const shown = shownOf(row.found);
  return (
    <span className="tabular">
      {write(shown.value)}
      <div className="soft">{within(shown, write)}</div>
    </span>
  );
}

function Verdict({ row }: { row: Action }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  if (row.found?.sure) return <Pill tone="good">{t("uplift.sure")}</Pill>;
  if (row.found) return t(`uplift.advice.${row.found.advice}`);
  return (
    <>
      {row.reason ? t(`uplift.reasons.${row.reason}`) : "–"}
      {row.waiting > 0 ? <div className="soft">{t("uplift.waiting", { people: formatNumber(row.waiting, tag) })}</div> : null}
    </>
  );
}
