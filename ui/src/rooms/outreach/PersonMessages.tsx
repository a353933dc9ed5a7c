// What did this person get, what do they allow, and how much of their attention is left?
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { Stat, Stats } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { useWorkspace } from "@/shell/workspace";
import { MessageTable, More } from "./MessagesPage";
import styles from "./Outreach.module.css";
import { messagesQuery, personOutreachQuery, topicsQuery, type Consent } from "./queries";
import { useChannelName } from "./useChannelName";

export function PersonMessages({ person }: { person: number }): ReactNode {
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(messagesQuery(slug, { person_id: person }));
  return (
    <Stack>
      <Allowed person={person} />
      <Card flush>
        <Ready query={query}>{({ pages }) => <MessageTable items={pages.flatMap((page) => page.items)} />}</Ready>
      </Card>
      {query.hasNextPage ? <More loading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
    </Stack>
  );
}

const TONES = { subscribed: "good", pending: "warn", unsubscribed: "plain" } as const;

function Allowed({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { language } = useLanguage();
  const channel = useChannelName();
  const query = useQuery(personOutreachQuery(slug, person));
  const { data: topics } = useQuery(topicsQuery(slug));
  const topicName = (key: string): string => {
    const found = topics?.items.find((one) => one.key === key);
    if (key === "*") return t("messages.everything");
    return found ? (language === "zh" ? found.name_zh : found.name_en) : key;
  };
  return (
    <Ready query={query} rows={2}>
      {({ week, left_this_week, consents, history }) => (
        <>
          <Stats>
            {(["service", "benefit", "sales"] as const).map((kind) => (
              <Stat key={kind} name={t(`messages.kinds.${kind}`)} value={<Num value={week[kind] ?? 0} />} note={t("messages.last7")} />
            ))}
            <Stat name={t("messages.left")} value={left_this_week === null ? t("restraints.noLimit") : <Num value={left_this_week} />} />
          </Stats>
          <Card title={t("messages.consents")}>
            {consents.length === 0 ? (
              <p className="faint">{t("messages.saidNothing")}</p>
            ) : (
              <ul className={styles.trace}>
                {consents.map((one) => (
                  <li key={`${one.topic} ${one.channel}`}>
                    <span>{topicName(one.topic)}</span>
                    {one.channel === "*" ? null : <span className="faint">{channel(one.channel)}</span>}
                    <Pill tone={TONES[one.state]}>{t(`messages.consentStates.${one.state}`)}</Pill>
                    <Time at={one.at} />
                  </li>
                ))}
              </ul>
            )}
            {history.length > 0 ? <Said history={history} topicName={topicName} /> : null}
          </Card>
        </>
      )}
    </Ready>
  );
}

/** Every change with where it was said and from where: the proof. */
function Said({ history, topicName }: { history: readonly Consent[]; topicName: (key: string) => string }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <details>
      <summary>{t("messages.proof")}</summary>
      <ul className={styles.trace}>
        {history.map((one, place) => (
          <li key={place}>
            <Time at={one.at} exact />
            <span>{topicName(one.topic)}</span>
            <span>{t(`messages.consentStates.${one.state}`)}</span>
            <span>{words(`messages.consentSources.${one.source}`) ?? one.source}</span>
            <span className="faint">
              {[one.evidence?.address, one.evidence?.agent].filter((part) => typeof part === "string").join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
