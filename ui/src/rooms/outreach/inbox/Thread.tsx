// What was said in this conversation, who has it, and what became of our answers?
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useWords } from "@/i18n/useWords";
import { Card, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { personName } from "@/rooms/profiles/personName";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Composer } from "./Composer";
import styles from "./Inbox.module.css";
import { conversationQuery, rulesQuery, useChangeConversation, useTakeBack, type Conversation, type Entry, type Whole } from "./queries";
import { useHandle } from "./Talks";
import { TONES, useOfficeTime, useTalkChannel } from "./words";

export function Thread({ number }: { number: number }): ReactNode {
  const { slug } = useWorkspace();
  const query = useQuery(conversationQuery(slug, number));
  const may = useMay("conversations:write");
  const { mutate } = useChangeConversation();
  const unread = query.data?.conversation.unread ?? false;
  useEffect(() => {
    if (unread && may) mutate({ number, change: { unread: false } });
  }, [unread, may, mutate, number]);
  return <Ready query={query}>{(whole) => <Shown whole={whole} />}</Ready>;
}

function Shown({ whole }: { whole: Whole }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("conversations:write");
  const one = whole.conversation;
  const name = (one.person ? personName(one.person) : null) ?? t("inbox.person", { id: one.person_id });
  const handle = useHandle();
  const end = useRef<HTMLDivElement>(null);
  const count = whole.entries.length;
  useEffect(() => {
    const box = end.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, [count]);
  return (
    <Card
      title={one.subject || name}
      note={
        <>
          <Link to={path("people", one.person_id)}>{name}</Link> <Marks one={one} />
        </>
      }
      actions={
        may ? (
          <>
            <Button onClick={() => handle(one.conversation_id, { unread: true }, t("inbox.markedUnread"))}>{t("inbox.markUnread")}</Button>
            {one.status === "closed" ? (
              <Button onClick={() => handle(one.conversation_id, { closed: false }, t("inbox.reopened"))}>{t("inbox.reopen")}</Button>
            ) : (
              <Button onClick={() => handle(one.conversation_id, { closed: true }, t("inbox.closed"))}>{t("inbox.close")}</Button>
            )}
          </>
        ) : null
      }
    >
      <Stack gap={12}>
        {may ? <Handling key={one.conversation_id} one={one} /> : null}
        <div className={styles.thread} ref={end} role="log" aria-label={t("inbox.saidHere")}>
          {whole.entries.length === 0 ? <p className="faint">{t("inbox.nothingYet")}</p> : null}
          {whole.entries.map((entry) => (
            <Said key={entry.entry_id} number={one.conversation_id} entry={entry} name={name} />
          ))}
        </div>
        {may ? <Composer whole={whole} /> : null}
      </Stack>
    </Card>
  );
}

function Marks({ one }: { one: Conversation }): ReactNode {
  const { t } = useTranslation();
  const channel = useTalkChannel();
  const time = useOfficeTime();
  return (
    <span className={styles.marks}>
      <Pill tone={one.overdue ? "bad" : TONES[one.status]}>{t(one.overdue ? "inbox.overdue" : `inbox.statuses.${one.status}`)}</Pill>
      <span>{channel(one.channel)}</span>
      <span>{t(`inbox.startedBy.${one.started_by}`)}</span>
      {one.answer_seconds === null ? null : <span>{t("inbox.answeredIn", { time: time(one.answer_seconds) })}</span>}
      {one.close_seconds === null ? null : <span>{t("inbox.closedIn", { time: time(one.close_seconds) })}</span>}
    </span>
  );
}

/** Who has it, which team, and under which words it is found again. */
function Handling({ one }: { one: Conversation }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(rulesQuery(slug));
  const handle = useHandle();
  const [assignee, setAssignee] = useState(one.assignee);
  const assign = (): void => {
    const to = assignee.trim();
    if (to !== one.assignee) handle(one.conversation_id, { assignee: to }, t("inbox.assigned"));
  };
  return (
    <div className={styles.row}>
      <Input
        aria-label={t("inbox.assignee")}
        placeholder={t("inbox.anybody")}
        value={assignee}
        maxLength={300}
        style={{ width: 200 }}
        onChange={(event) => setAssignee(event.target.value)}
        onPressEnter={assign}
        onBlur={assign}
      />
      {data && data.teams.length > 0 ? (
        <Select
          aria-label={t("inbox.team")}
          value={one.team}
          style={{ minWidth: 140 }}
          onChange={(team) => handle(one.conversation_id, { team }, t("inbox.assigned"))}
          options={[{ value: "", label: t("inbox.noTeam") }, ...data.teams.map((each) => ({ value: each, label: each }))]}
        />
      ) : null}
      <Select
        mode="tags"
        aria-label={t("inbox.tags")}
        placeholder={t("inbox.tags")}
        value={one.tags}
        open={false}
        suffixIcon={null}
        style={{ minWidth: 180, flex: 1 }}
        tokenSeparators={[" ", ",", "，"]}
        onChange={(tags: string[]) =>
          handle(
            one.conversation_id,
            { tags: tags.map((tag) => tag.replaceAll(/[\s"]/g, "").slice(0, 40)).filter(Boolean) },
            t("inbox.tagged"),
          )
        }
      />
    </div>
  );
}

function Said({ number, entry, name }: { number: number; entry: Entry; name: string }): ReactNode {
  const { t } = useTranslation();
  const channel = useTalkChannel();
  const author = entry.direction === "in" || entry.direction === "auto" ? name : entry.author;
  const kind = entry.direction === "in" ? "" : (styles[entry.direction] ?? "");
  return (
    <article className={`${styles.entry ?? ""} ${kind} ${entry.taken_back ? (styles.gone ?? "") : ""}`}>
      <div className={`${styles.row ?? ""} faint`}>
        <strong>{author}</strong>
        {entry.direction === "note" ? <Pill>{t("inbox.note")}</Pill> : null}
        {entry.direction === "auto" ? <Pill>{t("inbox.automatic")}</Pill> : null}
        {entry.channel ? <span>{channel(entry.channel)}</span> : null}
        <Time at={entry.at} />
      </div>
      <p>{entry.text}</p>
      {entry.attachments.map((one, place) => (
        <div key={place} className="faint">
          {t("inbox.attachment", { name: one.name, size: Math.ceil((one.size ?? 0) / 1024).toLocaleString() })}
        </div>
      ))}
      {entry.original ? (
        <details>
          <summary>{t("inbox.original")}</summary>
          <p>{entry.original}</p>
        </details>
      ) : null}
      {entry.direction === "out" ? <Became number={number} entry={entry} /> : null}
    </article>
  );
}

/** What became of an answer: it waits and can be taken back, it went out, or why it did not. */
function Became({ number, entry }: { number: number; entry: Entry }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const path = usePath();
  const failed = useFailed();
  const may = useMay("conversations:write");
  const { mutate, isPending } = useTakeBack();
  if (entry.taken_back) return <Pill>{t("inbox.takenBack")}</Pill>;
  const message = entry.message_id;
  const bad = ["failed", "suppressed", "expired", "unknown"].includes(entry.state);
  const state = words(`messages.states.${entry.state}`) ?? entry.state;
  const reason = entry.reason ? (words(`messages.reasons.${entry.reason}`) ?? entry.reason) : "";
  return (
    <div className={styles.row}>
      <Pill tone={bad ? "bad" : entry.state === "accepted" ? "good" : "info"}>{bad && reason ? `${state}: ${reason}` : state}</Pill>
      {message === null ? null : <Link to={path("messages", message)}>{t("inbox.details")}</Link>}
      {may && entry.undo_until && message !== null ? (
        <Button type="link" size="small" loading={isPending} onClick={() => mutate({ number, message }, { onError: failed })}>
          {t("inbox.takeBack")}
        </Button>
      ) : null}
    </div>
  );
}
