// Who is it, what was said last, and do they wait for us? One line of the list.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Pill } from "@/parts/Pill";
import { Time } from "@/parts/values";
import { personName } from "@/rooms/profiles/personName";
import styles from "./Inbox.module.css";
import type { Conversation } from "./queries";
import { TONES, useTalkChannel } from "./words";

interface LineProps {
  readonly one: Conversation;
  readonly chosen: boolean;
  readonly onOpen: () => void;
}

export function TalkLine({ one, chosen, onOpen }: LineProps): ReactNode {
  const { t } = useTranslation();
  const channel = useTalkChannel();
  const name = (one.person ? personName(one.person) : null) ?? t("inbox.person", { id: one.person_id });
  return (
    <button type="button" className={`${styles.line ?? ""} ${chosen ? (styles.chosen ?? "") : ""}`} aria-current={chosen} onClick={onOpen}>
      <span className={styles.top}>
        <span className={one.unread ? styles.unread : undefined}>{name}</span>
        <Time at={one.last_at} />
      </span>
      <span className={`${styles.last ?? ""} ${one.unread ? (styles.unread ?? "") : ""}`}>{one.subject || one.last_text || "–"}</span>
      {one.subject && one.last_text ? <span className={`${styles.last ?? ""} faint`}>{one.last_text}</span> : null}
      <span className={styles.marks}>
        <Pill tone={one.overdue ? "bad" : TONES[one.status]} dot={one.unread}>
          {t(one.overdue ? "inbox.overdue" : `inbox.statuses.${one.status}`)}
        </Pill>
        <span className="faint">{channel(one.channel)}</span>
        {one.team ? <span className="faint">{one.team}</span> : null}
        {one.assignee ? <span className="faint">{one.assignee}</span> : null}
      </span>
    </button>
  );
}
