// Whom does it pay to treat from now on, and who is left in peace?
import { App, Button, Switch, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card, Stack } from "@/parts/Page";
import { useFailed } from "@/parts/useFailed";
import { useMay, usePath } from "@/shell/workspace";
import { useFigures } from "./figures";
import { useGuard, useUpliftSegment, type Action, type Choice, type Found, type UpliftResult } from "./queries";

interface OfAction {
  readonly result: UpliftResult;
  readonly found: Found;
  readonly action: Action;
}

export function Policy({ result, found, action }: OfAction): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { money, within } = useFigures(result);
  const columns: TableColumnsType<Choice> = [
    { title: t("uplift.choice"), key: "who", render: (_, { who }) => t(`uplift.who.${who}`) },
    { title: t("uplift.people"), key: "people", align: "right", render: (_, { people }) => formatNumber(people, tag) },
    {
      title: t("uplift.expected"),
      key: "gain",
      align: "right",
      responsive: ["md"],
      render: (_, { gain }) => (
        <span className="tabular">
          {money(gain.value)}
          <div className="soft">{within(gain, money)}</div>
        </span>
      ),
    },
    { title: t("uplift.cost"), key: "cost", align: "right", responsive: ["sm"], render: (_, { cost }) => money(cost) },
    {
      title: t("uplift.net"),
      key: "net",
      align: "right",
      render: (_, { net }) => (
        <span className="tabular">
          {money(net.value)}
          <div className="soft">{within(net, money)}</div>
        </span>
      ),
    },
  ];
  const shown = found.sure ? found.policy : found.policy.filter(({ who }) => who === "nobody" || who === "everybody");
  const note = t("uplift.policyNote", { people: formatNumber(found.people, tag), cost: money(found.cost_minor) });
  return (
    <Card
      flush
      title={t("uplift.policy")}
      note={found.sure ? note : `${note} ${t("uplift.unsure")}`}
      actions={found.sure ? <Segment action={action} who="worth" tag={found.tag} /> : null}
    >
      <Table<Choice> rowKey="who" size="small" columns={columns} dataSource={[...shown]} pagination={false} />
    </Card>
  );
}

export function Peace({ found, action }: OfAction): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const may = useMay("campaigns:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending } = useGuard(action);
  const people = found.policy.find(({ who }) => who === "harmed")?.people ?? 0;
  const turn = (on: boolean): void =>
    mutate(on, { onSuccess: () => void message.success(t(on ? "uplift.guardOn" : "uplift.guardOff")), onError: failed });
  return (
    <Card
      title={t("uplift.peace")}
      actions={found.sure && people > 0 ? <Segment action={action} who="harmed" tag={found.harmed_tag} /> : null}
    >
      <Stack>
        <span>
          {found.sure && people > 0
            ? t("uplift.peaceText", { people: formatNumber(people, tag), tag: found.harmed_tag })
            : t("uplift.peaceNone")}
        </span>
        {action.guardable ? (
          <div>
            <Switch
              aria-label={t("uplift.guard")}
              checked={action.guard}
              loading={isPending}
              disabled={!may}
              onChange={turn}
              style={{ marginInlineEnd: 8 }}
            />
            {t("uplift.guard")}
            <div className="soft">{t("uplift.guardNote")}</div>
          </div>
        ) : (
          <span className="soft">{t("uplift.noMessages")}</span>
        )}
      </Stack>
    </Card>
  );
}

function Segment({ action, who, tag }: { action: Action; who: "worth" | "harmed"; tag: string }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("segments:write");
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate, isPending, isSuccess } = useUpliftSegment(action);
  if (isSuccess) return <Link to={path("segments", tag)}>{t("uplift.openSegment")}</Link>;
  if (!may) return null;
  return (
    <Button
      size="small"
      loading={isPending}
      onClick={() => mutate(who, { onSuccess: () => void message.success(t("uplift.segmentMade")), onError: failed })}
    >
      {t("uplift.segment")}
    </Button>
  );
}
