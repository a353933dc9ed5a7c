// Who is this person, what did they do, and how do we know that it is one person?
import { usePrefetchInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Tabs } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import type { Person } from "@/api/contract";
import { asApiError } from "@/api/errors";
import { Code } from "@/parts/Copy";
import { Stat, Stats } from "@/parts/Facts";
import { Page } from "@/parts/Page";
import { NoPermission, NotFound, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { Money, Num, Time } from "@/parts/values";
import { Erased } from "@/rooms/identity/erasure/Erased";
import { PersonMore } from "@/rooms/identity/erasure/PersonMore";
import { Identities } from "@/rooms/identity/Identities";
import { Visits } from "@/rooms/journeys/Visits";
import { PersonTalks } from "@/rooms/outreach/inbox/PersonTalks";
import { PersonMessages } from "@/rooms/outreach/PersonMessages";
import { PersonFlows } from "@/rooms/outreach/flows/PersonFlows";
import { PersonSegments } from "@/rooms/segments/PersonSegments";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Person.module.css";
import { personName } from "./personName";
import { PersonTags } from "./tags/PersonTags";
import { personQuery, timelineQuery } from "./queries";
import { Timeline } from "./Timeline";
import { Traits } from "./Traits";
import { useIdKind } from "./useIdKind";

const TABS = ["timeline", "visits", "tags", "segments", "flows", "messages", "conversations", "traits", "identities"] as const;

export function Component(): ReactNode {
  const { personId } = useParams();
  const id = Number(personId);
  return Number.isSafeInteger(id) && id >= 0 ? <Loaded id={id} /> : <NotFound />;
}

function Loaded({ id }: { id: number }): ReactNode {
  const { slug } = useWorkspace();
  const [tab] = useParam("tab", "timeline");
  const query = useQuery(personQuery(slug, id));
  const error = query.error ? asApiError(query.error) : null;
  if (error?.code === "person_erased") return <Erased error={error} />;
  return (
    <>
      {tab === "timeline" ? <TimelineAhead person={id} /> : null}
      <Ready query={query}>{(person) => <Shown person={person} />}</Ready>
    </>
  );
}

/** Asks for the timeline beside the person, and not once they are there: the page is whole sooner. */
function TimelineAhead({ person }: { person: number }): null {
  const { slug } = useWorkspace();
  const [event] = useParam("event");
  const [first] = useState(event.trim());
  usePrefetchInfiniteQuery(timelineQuery(slug, person, first));
  return null;
}

function Shown({ person }: { person: Person }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("messages:read");
  const talks = useMay("conversations:read");
  const [chosen, choose] = useParam("tab", "timeline");
  const tab = TABS.find((each) => each === chosen) ?? "timeline";
  const panels = {
    timeline: <Timeline person={person.person_id} />,
    visits: <Visits person={person.person_id} />,
    tags: <PersonTags person={person.person_id} />,
    segments: <PersonSegments person={person.person_id} />,
    flows: <PersonFlows person={person.person_id} />,
    messages: may ? <PersonMessages person={person.person_id} /> : <NoPermission />,
    conversations: talks ? <PersonTalks person={person.person_id} /> : <NoPermission />,
    traits: <Traits person={person} />,
    identities: <Identities person={person} />,
  };
  return (
    <Page
      title={personName(person) ?? t("people.unnamed", { id: person.person_id })}
      crumb={<Link to={path("people")}>{t("people.title")}</Link>}
      lead={<Ids person={person} />}
      actions={<PersonMore person={person.person_id} />}
    >
      <Totals person={person} />
      <Tabs
        className={styles.tabs ?? ""}
        activeKey={tab}
        onChange={(key) => choose(key)}
        items={TABS.map((key) => ({ key, label: t(`person.tabs.${key}`) }))}
      />
      {panels[tab]}
    </Page>
  );
}

const SHOWN_IDS = 4;

function Ids({ person }: { person: Person }): ReactNode {
  const { t } = useTranslation();
  const kindWord = useIdKind();
  const more = person.ids.length - SHOWN_IDS;
  return (
    <span className={styles.ids}>
      {person.ids.slice(0, SHOWN_IDS).map((id) => (
        <span key={`${id.kind} ${id.value}`} className={styles.id}>
          <span className="faint">{kindWord(id.kind)}</span> <Code value={id.value} />
        </span>
      ))}
      {more > 0 ? <Link to="?tab=identities">{t("person.moreIds", { count: more })}</Link> : null}
    </span>
  );
}

function Totals({ person }: { person: Person }): ReactNode {
  const { t } = useTranslation();
  const { totals } = person;
  return (
    <Stats>
      <Stat name={t("people.events")} value={<Num value={totals.events} to="?tab=timeline" label={t("people.events")} />} />
      <Stat
        name={t("people.orders")}
        value={<Num value={totals.orders} to="?tab=timeline&event=Order+Completed" label={t("people.orders")} />}
      />
      <Stat name={t("people.revenue")} value={<Money minor={totals.revenue_minor} />} />
      <Stat name={t("people.firstSeen")} value={<span className={styles.when}>{<Time at={totals.first_seen} />}</span>} />
      <Stat name={t("people.lastSeen")} value={<span className={styles.when}>{<Time at={totals.last_seen} />}</span>} />
    </Stats>
  );
}
