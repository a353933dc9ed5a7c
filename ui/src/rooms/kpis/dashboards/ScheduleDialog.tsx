// To whom does the dashboard go as a PDF, and how often? Schedules with what came of them.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Modal, Switch } from "antd";
import { Pencil, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { OWN_NAME } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { formatTime } from "@/parts/format";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Dashboards.module.css";
import { Mailings } from "./Mailings";
import { schedulesQuery, useChangeSchedule, useCreateSchedule, useDeleteSchedule, type Dashboard, type Schedule } from "./queries";
import { draftOf, emptyDraft, hourName, weekdayName } from "./schedule";
import { ScheduleForm } from "./ScheduleForm";

export function ScheduleDialog({ dashboard, onClose }: { dashboard: Dashboard; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(schedulesQuery(slug, dashboard.key));
  return (
    <Modal open width={680} title={t("dashboards.schedule.title", { name: dashboard.name })} footer={null} onCancel={onClose}>
      <p className="soft">{t("dashboards.schedule.text")}</p>
      <New dashboardKey={dashboard.key} ready={!query.isPending} />
      <Ready query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <ul className={styles.rows}>
              {items.map((schedule) => (
                <One key={schedule.schedule_id} schedule={schedule} dashboardKey={dashboard.key} />
              ))}
            </ul>
          ) : (
            <p className="faint">{t("dashboards.schedule.none")}</p>
          )
        }
      </Ready>
    </Modal>
  );
}

/** ready: the list is there; a schedule that is made while it is under way would be missing in it. */
function New({ dashboardKey, ready }: { dashboardKey: string; ready: boolean }): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const { mutate, isPending, error } = useCreateSchedule(dashboardKey);
  const [made, setMade] = useState(0);
  return (
    <ScheduleForm
      key={made}
      start={emptyDraft(language)}
      word={t("actions.add")}
      ready={ready}
      busy={isPending}
      error={error}
      onSend={(spec) => mutate(spec, { onSuccess: () => setMade(made + 1) })}
    />
  );
}

function One({ schedule, dashboardKey }: { schedule: Schedule; dashboardKey: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const { modal } = App.useApp();
  const failed = useFailed();
  const [told, tell] = useState(false);
  const [changing, change] = useState(false);
  // What the form began with; the list behind it may be loaded again meanwhile.
  const [seen, see] = useState(schedule.saved_at);
  const { mutate, isPending, error, reset } = useChangeSchedule(dashboardKey);
  const { mutateAsync: remove } = useDeleteSchedule(dashboardKey);
  const { spec } = schedule;
  const when = { hour: hourName(spec.hour), weekday: weekdayName(spec.weekday ?? 0, tag), n: spec.month_day ?? 1 };
  const ask = (): void =>
    void modal.confirm({
      title: t("dashboards.schedule.deleteTitle"),
      okText: t("dashboards.schedule.delete"),
      okButtonProps: { danger: true },
      onOk: () => remove(schedule.schedule_id).catch(failed),
    });
  return (
    <li className={styles.row}>
      <div>
        {t(`dashboards.schedule.at.${spec.every}`, when)} · {OWN_NAME[spec.language ?? "zh"]}
        <small>{spec.receivers.join(", ")}</small>
        <small>
          {schedule.next_at
            ? t("dashboards.schedule.next", { when: formatTime(schedule.next_at, zone, tag, false) })
            : t("dashboards.schedule.paused")}
        </small>
        {schedule.failure ? <small role="status">{t("dashboards.schedule.failing")}</small> : null}
      </div>
      <Button size="small" type="text" aria-expanded={told} onClick={() => tell(!told)}>
        {t("dashboards.schedule.history")}
      </Button>
      <Button
        size="small"
        type="text"
        icon={<Pencil size={14} aria-hidden />}
        aria-label={t("dashboards.schedule.change")}
        aria-expanded={changing}
        onClick={() => {
          reset();
          see(schedule.saved_at);
          change(!changing);
        }}
      />
      <Switch
        size="small"
        checked={schedule.enabled}
        loading={isPending}
        onChange={(enabled) => mutate({ schedule_id: schedule.schedule_id, enabled }, { onError: failed })}
        aria-label={t("dashboards.schedule.on")}
      />
      <Button size="small" type="text" icon={<Trash2 size={14} aria-hidden />} aria-label={t("dashboards.schedule.delete")} onClick={ask} />
      {changing ? (
        <div className={styles.whole}>
          <ScheduleForm
            start={draftOf(spec)}
            word={t("actions.save")}
            ready
            busy={isPending}
            error={error}
            onSend={(wished) =>
              mutate({ schedule_id: schedule.schedule_id, spec: wished, if_saved_at: seen }, { onSuccess: () => change(false) })
            }
            onCancel={() => change(false)}
          />
        </div>
      ) : null}
      {told ? <Mailings dashboardKey={dashboardKey} scheduleId={schedule.schedule_id} /> : null}
    </li>
  );
}
