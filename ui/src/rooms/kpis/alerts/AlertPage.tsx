// What does this alert watch, when did it go off, and whom did it reach?
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { Pencil, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { ApiError } from "@/api/errors";
import { Facts } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Ready, Technical } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { bucketName } from "../frame";
import { useMeasure, useMetricName } from "../marks";
import styles from "./Alerts.module.css";
import { OnSwitch, useMetricsByKey } from "./AlertsPage";
import { Firings } from "./Firings";
import { alertQuery, useDeleteAlert, type Alert } from "./queries";
import { StandingPill } from "./StandingPill";
import { isNote, standingOf, useRuleWords } from "./words";

export function Component(): ReactNode {
  const { alertId = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(alertQuery(slug, alertId));
  return <Ready query={query}>{(alert) => <Shown alert={alert} />}</Ready>;
}

function Shown({ alert }: { alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const metric = useMetricsByKey().get(alert.spec.metric);
  const name = useMetricName();
  const rule = useRuleWords();
  const { tag } = useMeasure("ratio");
  const whom = alert.receivers.map(({ kind, whom: address, language }) => (
    <li key={`${kind} ${address}`}>
      {address} <span className="faint">{t(`alerts.languages.${language === "en" ? "en" : "zh"}`)}</span>
    </li>
  ));
  return (
    <Page title={alert.name} crumb={<Link to={path("alerts")}>{t("alerts.title")}</Link>} actions={<Actions alert={alert} />}>
      <Stack>
        <Card>
          <Facts
            columns={2}
            items={[
              [
                t("alerts.metric"),
                <Link key="metric" to={path("kpis", alert.spec.metric)}>
                  {metric ? name(metric) : alert.spec.metric}
                </Link>,
              ],
              [t("alerts.rule"), rule(alert.spec, metric)],
              [t("alerts.state"), <StandingPill key="state" alert={alert} />],
              [
                t("alerts.looked"),
                <span key="looked">
                  {alert.looked_at_bucket ? `${bucketName(alert.looked_at_bucket, alert.spec.unit ?? "day", tag)} · ` : null}
                  <Time at={alert.looked_at} />
                </span>,
              ],
              [
                t("alerts.whom"),
                whom.length > 0 ? (
                  <ul key="whom" className={styles.plain}>
                    {whom}
                  </ul>
                ) : (
                  t("alerts.nobody")
                ),
              ],
              [
                t("alerts.saved"),
                <span key="saved">
                  {alert.saved_by} · <Time at={alert.saved_at} />
                </span>,
              ],
            ]}
          />
          <Trouble alert={alert} />
        </Card>
        <Firings alert={alert} metric={metric} />
      </Stack>
    </Page>
  );
}

/** Why it could not judge the last time. */
function Trouble({ alert }: { alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const standing = standingOf(alert);
  if (standing !== "failing" && standing !== "thin") return null;
  return (
    <div className={styles.trouble} role="status">
      {isNote(alert.failure) ? t(`alerts.notes.${alert.failure}`) : t("alerts.failing")}
      {isNote(alert.failure) ? null : <Technical error={new ApiError(0, "alert", alert.failure)} />}
    </div>
  );
}

function Actions({ alert }: { alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const { modal, message } = App.useApp();
  const failed = useFailed();
  const { mutateAsync } = useDeleteAlert();
  const may = useMay("kpis:write");
  const remove = (): void =>
    void modal.confirm({
      title: t("alerts.deleteTitle", { name: alert.name }),
      content: t("alerts.deleteText"),
      okText: t("alerts.delete"),
      okButtonProps: { danger: true },
      onOk: () =>
        mutateAsync(alert.alert_id).then(() => {
          void message.success(t("alerts.deleted"));
          void navigate(path("alerts"));
        }, failed),
    });
  return may ? (
    <>
      <OnSwitch alert={alert} />
      <Button icon={<Trash2 size={14} aria-hidden />} aria-label={t("alerts.delete")} onClick={remove} />
      <Link to={path("alerts", alert.alert_id, "edit")}>
        <Button type="primary" icon={<Pencil size={14} aria-hidden />}>
          {t("actions.edit")}
        </Button>
      </Link>
    </>
  ) : null;
}
