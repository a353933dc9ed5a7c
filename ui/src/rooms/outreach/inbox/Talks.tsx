// Which conversations wait, and which one is open? j and k go through them, e closes one, r answers.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { App, Button, Input, Segmented, Select } from "antd";
import { Inbox } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Bar, Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { useMay, useWorkspace } from "@/shell/workspace";
import { More } from "../MessagesPage";
import styles from "./Inbox.module.css";
import { conversationsQuery, rulesQuery, STATUSES, useChangeConversation, type Asked, type Change, type Conversation } from "./queries";
import { TalkLine } from "./TalkLine";
import { Thread } from "./Thread";
import { useTalkChannel } from "./words";

type Shown = (typeof STATUSES)[number] | "all";

export function Talks(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [given, setStatus] = useParam("status", "waiting_us");
  const [text, setText] = useParam("text");
  const [channel, setChannel] = useParam("channel");
  const [team, setTeam] = useParam("team");
  const [opened, open] = useParam("conversation");
  const status: Shown = given === "all" ? "all" : (STATUSES.find((each) => each === given) ?? "waiting_us");
  const asked: Asked = { ...(status === "all" ? {} : { status }), channel, team, text: useDelayed(text, 300) };
  const query = useInfiniteQuery(conversationsQuery(slug, asked));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const counts = query.data?.pages[0]?.counts ?? {};
  const number = /^\d{1,15}$/.test(opened) ? Number(opened) : null;
  useKeys(items, number, (next) => open(String(next), { replace: true }));
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const options = ([...STATUSES, "all"] as const).map((each) => ({
    value: each,
    label: `${t(`inbox.statuses.${each}`)} ${(each === "all" ? all : (counts[each] ?? 0)).toLocaleString()}`,
  }));
  return (
    <>
      <Bar>
        <div style={{ maxWidth: "100%", overflowX: "auto" }}>
          <Segmented<Shown> aria-label={t("inbox.which")} value={status} onChange={(next) => setStatus(next)} options={options} />
        </div>
        <Input
          style={{ maxWidth: 240 }}
          allowClear
          value={text}
          placeholder={t("inbox.search")}
          aria-label={t("inbox.search")}
          onChange={(event) => setText(event.target.value, { replace: true })}
        />
        <Filters channel={channel} onChannel={setChannel} team={team} onTeam={setTeam} />
      </Bar>
      <div className={styles.two}>
        <div>
          <Card flush>
            <Ready query={query}>
              {() =>
                items.length > 0 ? (
                  <ul className={styles.list}>
                    {items.map((one) => (
                      <li key={one.conversation_id}>
                        <TalkLine one={one} chosen={one.conversation_id === number} onOpen={() => open(String(one.conversation_id))} />
                      </li>
                    ))}
                  </ul>
                ) : (
                  <Notice compact icon={Inbox} title={t("inbox.none.title")} text={t("inbox.none.text")} />
                )
              }
            </Ready>
          </Card>
          {query.hasNextPage ? <More loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
        </div>
        {number === null ? (
          <Card>
            <Notice compact icon={Inbox} title={t("inbox.choose")} text={t("inbox.keys")} />
          </Card>
        ) : (
          <Thread key={number} number={number} />
        )}
      </div>
    </>
  );
}

interface FilterProps {
  readonly channel: string;
  readonly onChannel: (value: string) => void;
  readonly team: string;
  readonly onTeam: (value: string) => void;
}

function Filters({ channel, onChannel, team, onTeam }: FilterProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { data } = useQuery(rulesQuery(slug));
  const channelName = useTalkChannel();
  const select = (label: string, value: string, change: (value: string) => void, options: readonly { value: string; label: string }[]) => (
    <Select
      aria-label={label}
      value={value}
      onChange={change}
      style={{ minWidth: 150 }}
      options={[{ value: "", label }, ...options]}
      popupMatchSelectWidth={false}
    />
  );
  return (
    <>
      {select(
        t("inbox.anyChannel"),
        channel,
        onChannel,
        (data?.channels ?? []).map((each) => ({ value: each, label: channelName(each) })),
      )}
      {data && data.teams.length > 0
        ? select(
            t("inbox.anyTeam"),
            team,
            onTeam,
            data.teams.map((each) => ({ value: each, label: each })),
          )
        : null}
    </>
  );
}

/** Changes a conversation and offers to take the change back. */
export function useHandle(): (number: number, change: Change, said: string) => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failed = useFailed();
  const { mutate } = useChangeConversation();
  return (number, change, said) =>
    mutate(
      { number, change },
      {
        onError: failed,
        onSuccess: ({ undo }) => {
          const key = `inbox-${number}`;
          const back = (): void => {
            message.destroy(key);
            mutate({ number, change: undo }, { onError: failed });
          };
          const action = (
            <Button type="link" size="small" onClick={back}>
              {t("inbox.undo")}
            </Button>
          );
          void message.success({
            key,
            duration: 6,
            content: (
              <span>
                {[said, " ", action].map((part, place) => (
                  <span key={place}>{part}</span>
                ))}
              </span>
            ),
          });
        },
      },
    );
}

function useKeys(items: readonly Conversation[], number: number | null, open: (next: number) => void): void {
  const { t } = useTranslation();
  const may = useMay("conversations:write");
  const handle = useHandle();
  const pressed = useRef<(key: string) => boolean>(() => false);
  useEffect(() => {
    pressed.current = (key) => {
      const place = items.findIndex((one) => one.conversation_id === number);
      const next = key === "j" ? items[place + 1] : key === "k" ? items[Math.max(0, place - 1)] : undefined;
      if (next) open(next.conversation_id);
      else if (key === "e" && may && number !== null) handle(number, { closed: true }, t("inbox.closed"));
      else if (key === "r" && may) document.querySelector<HTMLTextAreaElement>("[data-answer] textarea")?.focus();
      return ["j", "k", "e", "r"].includes(key);
    };
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const typing =
        event.target instanceof HTMLElement && event.target.closest("input, textarea, select, [contenteditable], [role=dialog]");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (pressed.current(event.key)) event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
