// Which events could not be accepted? Kept whole, with the reason, until somebody sends them again or puts them aside.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { App, Button, Segmented } from "antd";
import { MailCheck, RotateCcw } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Bar, Card, Page } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Notice, Ready } from "@/parts/states";
import { useFailed } from "@/parts/useFailed";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Live.module.css";
import { LetterTable } from "./LetterTable";
import { deadLetterQuery, deadLettersQuery, useSettleLetters, type LetterState } from "./queries";

const STATES: readonly LetterState[] = ["open", "replayed", "dismissed"];

export function Component(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [letter, setLetter] = useParam("letter");
  return (
    <Page title={t("letters.title")} lead={t("letters.lead")} crumb={<Link to={path("live")}>{t("live.title")}</Link>}>
      {letter ? <One key={letter} letterId={letter} onAll={() => setLetter("")} /> : <All />}
    </Page>
  );
}

/** The letter that a receipt leads to, opened. */
function One({ letterId, onAll }: { letterId: string; onAll: () => void }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("events:write");
  const query = useQuery(deadLetterQuery(slug, letterId));
  return (
    <>
      <Bar>
        {query.data ? (
          <Pill tone={query.data.state === "open" ? "warn" : "plain"}>{t(`letters.states.${known(query.data.state)}`)}</Pill>
        ) : null}
        {may && query.data?.state === "open" ? <Settle chosen={[letterId]} onDone={() => void query.refetch()} /> : null}
        <Button type="link" onClick={onAll}>
          {t("letters.all")}
        </Button>
      </Bar>
      <Card flush>
        <Ready query={query}>{(letter) => <LetterTable letters={[letter]} whole />}</Ready>
      </Card>
    </>
  );
}

function known(state: string): LetterState {
  return STATES.find((each) => each === state) ?? "open";
}

function All(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("events:write");
  const [asked, setAsked] = useParam("state", "open");
  const state = known(asked);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const query = useInfiniteQuery(deadLettersQuery(slug, state));
  return (
    <>
      <Bar>
        <Segmented
          options={STATES.map((each) => ({ value: each, label: t(`letters.states.${each}`) }))}
          value={state}
          onChange={(value) => {
            setChosen([]);
            setAsked(value);
          }}
          aria-label={t("letters.state")}
        />
        {may && state === "open" ? <Settle chosen={chosen} onDone={() => setChosen([])} /> : null}
      </Bar>
      <Card flush>
        <Ready query={query}>
          {(data) => {
            const letters = data.pages.flatMap((page) => page.items);
            if (letters.length === 0) return <Notice icon={MailCheck} title={t(`letters.empty.${state}`)} text={t("letters.emptyText")} />;
            return <LetterTable letters={letters} {...(may && state === "open" ? { chosen, onChoose: setChosen } : {})} />;
          }}
        </Ready>
      </Card>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Settle({ chosen, onDone }: { chosen: readonly string[]; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const failed = useFailed();
  const replay = useSettleLetters("replay");
  const dismiss = useSettleLetters("dismiss");
  const none = chosen.length === 0;
  const send = (): void =>
    replay.mutate([...chosen], {
      onSuccess: ({ count }) => {
        onDone();
        void message.success(t("letters.replayed", { count }));
      },
      onError: failed,
    });
  const ask = (): void =>
    void modal.confirm({
      title: t("letters.dismissTitle", { count: chosen.length }),
      content: t("letters.dismissText"),
      okText: t("letters.dismiss"),
      onOk: () => dismiss.mutateAsync([...chosen]).then(onDone, failed),
    });
  return (
    <>
      <Button type="primary" icon={<RotateCcw size={14} aria-hidden />} disabled={none} loading={replay.isPending} onClick={send}>
        {t("letters.replay", { count: chosen.length })}
      </Button>
      <Button disabled={none} onClick={ask}>
        {t("letters.dismiss")}
      </Button>
    </>
  );
}
