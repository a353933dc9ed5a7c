// To whom does the dashboard go as a PDF, and how often? Schedules with what came of them.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Modal, Select, Switch } from "antd";
import { Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { OWN_NAME, LANGUAGES, type Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { formatTime } from "@/parts/format";
import { Refusal } from "@/parts/Refusal";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { membersQuery } from "@/rooms/access/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Dashboards.module.css";
import { Mailings } from "./Mailings";
import { schedulesQuery, useChangeSchedule, useCreateSchedule, useDeleteSchedule, type Dashboard, type Schedule } from "./queries";
import { hourName, isMail, RHYTHMS, specOf, weekdayName, type Every, type ScheduleDraft } from "./schedule";

const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: hour, label: hourName(hour) }));

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
  const { language, tag } = useLanguage();
  const { slug, zone } = useWorkspace();
  const members = useQuery({ ...membersQuery(slug), enabled: useMay("members:read") });
  const { mutate, isPending, error } = useCreateSchedule(dashboardKey);
  const [draft, setDraft] = useState<ScheduleDraft>({ every: "week", weekday: 0, monthDay: 1, hour: 8, language, receivers: [] });
  const put = (change: Partial<ScheduleDraft>): void => setDraft({ ...draft, ...change });
  const good = ready && draft.receivers.length > 0 && draft.receivers.every(isMail);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        mutate(specOf(draft), { onSuccess: () => put({ receivers: [] }) });
      }}
      style={{ margin: "12px 0 18px" }}
    >
      <Refusal error={error} />
      <Select
        mode="tags"
        value={[...draft.receivers]}
        onChange={(receivers: string[]) => put({ receivers: receivers.map((one) => one.trim()).filter((one) => one !== "") })}
        options={(members.data?.items ?? []).map(({ email, name }) => ({ value: email, label: `${name} <${email}>` }))}
        tokenSeparators={[",", ";", " "]}
        placeholder={t("dashboards.schedule.whom")}
        aria-label={t("dashboards.schedule.whom")}
        style={{ width: "100%", marginBottom: 8 }}
        {...(draft.receivers.some((one) => !isMail(one)) ? { status: "error" as const } : {})}
      />
      <div className={styles.fields}>
        <Select<Every>
          value={draft.every}
          onChange={(every) => put({ every })}
          options={RHYTHMS.map((value) => ({ value, label: t(`dashboards.schedule.every.${value}`) }))}
          aria-label={t("dashboards.schedule.often")}
          style={{ minWidth: 110 }}
        />
        {draft.every === "week" ? (
          <Select
            value={draft.weekday}
            onChange={(weekday) => put({ weekday })}
            options={[0, 1, 2, 3, 4, 5, 6].map((value) => ({ value, label: weekdayName(value, tag) }))}
            aria-label={t("dashboards.schedule.weekday")}
            style={{ minWidth: 110 }}
          />
        ) : null}
        {draft.every === "month" ? (
          <Select
            value={draft.monthDay}
            onChange={(monthDay) => put({ monthDay })}
            options={Array.from({ length: 31 }, (_, place) => ({
              value: place + 1,
              label: t("dashboards.schedule.dayOf", { n: place + 1 }),
            }))}
            aria-label={t("dashboards.schedule.monthDay")}
            style={{ minWidth: 110 }}
          />
        ) : null}
        <Select
          value={draft.hour}
          onChange={(hour) => put({ hour })}
          options={HOURS}
          aria-label={t("dashboards.schedule.hour")}
          style={{ minWidth: 90 }}
        />
        <Select<Language>
          value={draft.language}
          onChange={(chosen) => put({ language: chosen })}
          options={LANGUAGES.map((value) => ({ value, label: OWN_NAME[value] }))}
          aria-label={t("dashboards.schedule.language")}
          style={{ minWidth: 100 }}
        />
        <Button type="primary" htmlType="submit" loading={isPending} disabled={!good}>
          {t("actions.add")}
        </Button>
      </div>
      <small className="faint">{t("dashboards.schedule.zone", { zone })}</small>
    </form>
  );
}

function One({ schedule, dashboardKey }: { schedule: Schedule; dashboardKey: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const { modal } = App.useApp();
  const failed = useFailed();
  const [told, tell] = useState(false);
  const { mutate, isPending } = useChangeSchedule(dashboardKey);
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
      <Switch
        size="small"
        checked={schedule.enabled}
        loading={isPending}
        onChange={(enabled) => mutate({ schedule_id: schedule.schedule_id, enabled }, { onError: failed })}
        aria-label={t("dashboards.schedule.on")}
      />
      <Button size="small" type="text" icon={<Trash2 size={14} aria-hidden />} aria-label={t("dashboards.schedule.delete")} onClick={ask} />
      {told ? <Mailings dashboardKey={dashboardKey} scheduleId={schedule.schedule_id} /> : null}
    </li>
  );
}
