// What do we answer? Written by hand, or begun from something that was answered before; nothing is sent by itself.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Input, Segmented, Select } from "antd";
import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { useFailed } from "@/parts/useFailed";
import { Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import styles from "./Inbox.module.css";
import { newKey, suggestionsQuery, useAnswer, useNote, type Suggestion, type Way, type Whole } from "./queries";

type Kind = "answer" | "note";

export function Composer({ whole }: { whole: Whole }): ReactNode {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const one = whole.conversation;
  const can = whole.ways.filter((way) => !way.why_not);
  const first = can.find((way) => way.channel === one.channel)?.channel ?? can[0]?.channel ?? "";
  const [kind, setKind] = useState<Kind>("answer");
  const [chosen, setChosen] = useState("");
  const [text, setText] = useState("");
  const [snippet, setSnippet] = useState("");
  // The same until it is sent: pressed twice, or tried again, it is one answer.
  const key = useRef(newKey());
  const answering = useAnswer();
  const noting = useNote();
  const channel = can.some((way) => way.channel === chosen) ? chosen : first;
  const done = (said: string): void => {
    key.current = newKey();
    setText("");
    setSnippet("");
    void message.success(said);
  };
  const send = (): void => {
    const number = one.conversation_id;
    if (kind === "note") noting.mutate({ number, text, key: key.current }, { onError: failed, onSuccess: () => done(t("inbox.noted")) });
    else
      answering.mutate(
        { number, text, channel, key: key.current, snippet },
        { onError: failed, onSuccess: () => done(t("inbox.leavesSoon")) },
      );
  };
  const take = (given: Suggestion): void => {
    setText(given.text);
    setSnippet(given.source === "snippet" ? given.key : "");
    setKind("answer");
  };
  return (
    <div className={styles.composer} data-answer>
      <Suggestions number={one.conversation_id} said={one.said_in} onTake={take} />
      <div className={styles.row}>
        <Segmented<Kind>
          aria-label={t("inbox.kind")}
          value={kind}
          onChange={setKind}
          options={(["answer", "note"] as const).map((value) => ({ value, label: t(`inbox.${value}`) }))}
        />
        {kind === "answer" ? <Ways ways={whole.ways} value={channel} onChange={setChosen} /> : null}
      </div>
      <Input.TextArea
        rows={4}
        maxLength={20_000}
        value={text}
        aria-label={t(kind === "answer" ? "inbox.yourAnswer" : "inbox.yourNote")}
        placeholder={t(kind === "answer" ? "inbox.yourAnswer" : "inbox.yourNote")}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles.row}>
        <Button
          type="primary"
          loading={answering.isPending || noting.isPending}
          disabled={!text.trim() || (kind === "answer" && channel === "")}
          onClick={send}
        >
          {t(kind === "answer" ? "inbox.send" : "inbox.keep")}
        </Button>
        {kind === "answer" && channel === "" ? <span className="faint">{t("inbox.noWay")}</span> : null}
      </div>
    </div>
  );
}

function Ways({ ways, value, onChange }: { ways: readonly Way[]; value: string; onChange: (value: string) => void }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  const { language } = useLanguage();
  const name = (way: Way): string => (language === "zh" ? way.label_zh : way.label_en);
  return (
    <Select
      aria-label={t("inbox.answerBy")}
      value={value === "" ? null : value}
      placeholder={t("inbox.answerBy")}
      style={{ minWidth: 180 }}
      popupMatchSelectWidth={false}
      onChange={onChange}
      options={ways
        .filter((way) => way.why_not !== "nobody_in_particular")
        .map((way) => ({
          value: way.channel,
          disabled: way.why_not !== "",
          label: way.why_not ? `${name(way)} · ${words(`inbox.whyNot.${way.why_not}`) ?? way.why_not}` : name(way),
        }))}
    />
  );
}

interface SuggestionsProps {
  readonly number: number;
  readonly said: number;
  readonly onTake: (given: Suggestion) => void;
}

function Suggestions({ number, said, onTake }: SuggestionsProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...suggestionsQuery(slug, number, said), enabled: said > 0 });
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-label={t("inbox.suggested")}>
      <strong>{t("inbox.suggested")}</strong>
      {data.items.map((one) => (
        <div key={`${one.source} ${one.key} ${one.text}`} className={styles.suggestion}>
          <div className={`${styles.row ?? ""} faint`}>
            <span>{one.source === "snippet" ? t("inbox.fromSnippet", { name: one.name }) : t("inbox.fromAnswer")}</span>
            {one.at ? <Time at={one.at} /> : null}
            <span>{t("inbox.likeness", { percent: Math.round(one.likeness * 100) })}</span>
          </div>
          <p>{one.text}</p>
          {one.like ? <span className="faint">{t("inbox.like", { question: one.like })}</span> : null}
          <div>
            <Button size="small" onClick={() => onTake(one)}>
              {t("inbox.take")}
            </Button>
          </div>
        </div>
      ))}
    </section>
  );
}
