// Who is told, in which language? Saved addresses of webhooks are not shown again, so they stay or are given anew.
import { Button, Input, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { OWN_NAME, LANGUAGES, type Language } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";
import { Stack } from "@/parts/Page";
import styles from "./Alerts.module.css";
import { isAddress, signs, type Draft, type ReceiverDraft } from "./draft";
import type { Alert } from "./queries";

const MOST = 10;

interface ReceiverFieldsProps {
  readonly alert: Alert | null;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly wrong: boolean;
}

export function ReceiverFields({ alert, draft, onChange, wrong }: ReceiverFieldsProps): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const { receivers } = draft;
  const put = (next: readonly ReceiverDraft[] | null): void => onChange({ ...draft, receivers: next });
  const add = (kind: ReceiverDraft["kind"]): void => put([...(receivers ?? []), { kind, address: "", language }]);
  if (receivers === null) {
    return (
      <Stack gap={10}>
        <p className="soft">
          {alert && alert.receivers.length > 0
            ? t("alerts.staysWith", { whom: alert.receivers.map(({ whom }) => whom).join(", ") })
            : t("alerts.nobody")}
        </p>
        <div>
          <Button onClick={() => put([{ kind: "email", address: "", language }])}>{t("alerts.newReceivers")}</Button>
        </div>
      </Stack>
    );
  }
  return (
    <Stack gap={8}>
      {receivers.map((receiver, i) => (
        <One
          key={i}
          receiver={receiver}
          place={i + 1}
          wrong={wrong && !isAddress(receiver)}
          onChange={(next) => put(receivers.map((each, place) => (place === i ? next : each)))}
          onRemove={() => put(receivers.filter((_, place) => place !== i))}
        />
      ))}
      {wrong ? (
        <p role="alert" className={styles.wrong}>
          {t("alerts.lacks.receivers")}
        </p>
      ) : null}
      {receivers.length === 0 ? <p className="soft">{t("alerts.nobodyNote")}</p> : null}
      <div className={styles.adding}>
        <Button size="small" icon={<Plus size={13} aria-hidden />} disabled={receivers.length >= MOST} onClick={() => add("email")}>
          {t("alerts.addMail")}
        </Button>
        <Button size="small" icon={<Plus size={13} aria-hidden />} disabled={receivers.length >= MOST} onClick={() => add("webhook")}>
          {t("alerts.addHook")}
        </Button>
        <Button size="small" icon={<Plus size={13} aria-hidden />} disabled={receivers.length >= MOST} onClick={() => add("dingtalk")}>
          {t("alerts.addRobot")}
        </Button>
        {alert ? (
          <Button size="small" type="text" onClick={() => put(null)}>
            {t("alerts.keepReceivers")}
          </Button>
        ) : null}
      </div>
    </Stack>
  );
}

const ROBOTS = ["dingtalk", "feishu", "wecom"] as const;
type Robot = (typeof ROBOTS)[number];

function isRobot(kind: ReceiverDraft["kind"]): kind is Robot {
  return ROBOTS.some((one) => one === kind);
}

/** Of which program the group is, and the secret by which its robot asks for signatures. */
function RobotFields({ receiver, place, onChange }: Omit<OneProps, "wrong" | "onRemove">): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.robot}>
      <Select<ReceiverDraft["kind"]>
        value={receiver.kind}
        onChange={(kind) => onChange({ ...receiver, kind })}
        options={ROBOTS.map((value) => ({ value, label: t(`alerts.robots.${value}`) }))}
        aria-label={t("alerts.robotOf", { place })}
      />
      {signs(receiver.kind) ? (
        <Input.Password
          value={receiver.secret ?? ""}
          onChange={(change) => onChange({ ...receiver, secret: change.target.value })}
          aria-label={t("alerts.robotSecretOf", { place })}
          placeholder={t("alerts.robotSecret")}
          autoComplete="new-password"
          maxLength={200}
        />
      ) : null}
    </div>
  );
}

interface OneProps {
  readonly receiver: ReceiverDraft;
  readonly place: number;
  readonly wrong: boolean;
  readonly onChange: (receiver: ReceiverDraft) => void;
  readonly onRemove: () => void;
}

function One({ receiver, place, wrong, onChange, onRemove }: OneProps): ReactNode {
  const { t } = useTranslation();
  const mail = receiver.kind === "email";
  return (
    <div className={styles.whom}>
      {isRobot(receiver.kind) ? <RobotFields receiver={receiver} place={place} onChange={onChange} /> : null}
      <div className={styles.receiver}>
        <Input
          value={receiver.address}
          onChange={(change) => onChange({ ...receiver, address: change.target.value })}
          aria-label={t(mail ? "alerts.mailOf" : "alerts.hookOf", { place })}
          placeholder={t(mail ? "alerts.mail" : "alerts.hook")}
          type={mail ? "email" : "url"}
          autoComplete="off"
          spellCheck={false}
          maxLength={mail ? 254 : 2000}
          {...(wrong ? { status: "error" as const } : {})}
        />
        <Select<Language>
          value={receiver.language}
          onChange={(language) => onChange({ ...receiver, language })}
          options={LANGUAGES.map((value) => ({ value, label: OWN_NAME[value] }))}
          aria-label={t("alerts.languageOf", { place })}
        />
        <Button type="text" icon={<Trash2 size={14} aria-hidden />} aria-label={t("alerts.removeReceiver", { place })} onClick={onRemove} />
      </div>
    </div>
  );
}
