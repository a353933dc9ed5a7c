// When does a paper go out, to whom, in which language? The fields of a schedule, for a new one and for one that is changed.
import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { OWN_NAME, LANGUAGES, type Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { Refusal } from "@/parts/Refusal";
import { membersQuery } from "@/rooms/access/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import styles from "./Dashboards.module.css";
import type { ScheduleSpec } from "./queries";
import { hourName, isMail, RHYTHMS, specOf, weekdayName, type Every, type ScheduleDraft } from "./schedule";

const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: hour, label: hourName(hour) }));

interface ScheduleFormProps {
  readonly start: ScheduleDraft;
  /** On the button. */
  readonly word: string;
  readonly ready: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onSend: (spec: ScheduleSpec) => void;
  readonly onCancel?: () => void;
}

export function ScheduleForm({ start, word, ready, busy, error, onSend, onCancel }: ScheduleFormProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug, zone } = useWorkspace();
  const members = useQuery({ ...membersQuery(slug), enabled: useMay("members:read") });
  const [draft, setDraft] = useState(start);
  const put = (change: Partial<ScheduleDraft>): void => setDraft({ ...draft, ...change });
  const good = ready && draft.receivers.length > 0 && draft.receivers.every(isMail);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSend(specOf(draft));
      }}
      className={styles.schedule}
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
        <Button type="primary" htmlType="submit" loading={busy} disabled={!good}>
          {word}
        </Button>
        {onCancel ? <Button onClick={onCancel}>{t("actions.cancel")}</Button> : null}
      </div>
      <small className="faint">{t("dashboards.schedule.zone", { zone })}</small>
    </form>
  );
}
