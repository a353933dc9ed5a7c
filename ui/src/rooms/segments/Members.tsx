// Who is in the segment, now or at the end of a day? A row opens the person, or says why they are in.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Spin, Table, type TableColumnsType } from "antd";
import { CircleHelp, UserRound } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { PersonRow } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { dayOf, formatDay } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useQuarter } from "@/parts/useNow";
import { useParam } from "@/parts/useParam";
import { Money, Num, Time } from "@/parts/values";
import { endOfDay } from "@/parts/zone";
import peopleStyles from "@/rooms/profiles/People.module.css";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { personName } from "@/rooms/profiles/personName";
import { usePath, useWorkspace } from "@/shell/workspace";
import { membersQuery, type Segment } from "./queries";
import styles from "./Segments.module.css";
import { MemberWhy, WhyDrawer } from "./Explanation";

const DayField = lazy(() => import("@/parts/DayField"));

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function Members({ segment }: { segment: Segment }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug, zone } = useWorkspace();
  const [chosen, setDay] = useParam("on");
  const today = dayOf(useQuarter(), zone);
  const day = DAY.test(chosen) && chosen < today ? chosen : "";
  const query = useInfiniteQuery(membersQuery(slug, segment, day ? endOfDay(day, zone).toISOString() : null));
  const [asked, ask] = useState<{ readonly id: number; readonly name: string } | null>(null);
  return (
    <Card
      flush
      title={day ? t("segments.on", { day: formatDay(day, tag) }) : t("segments.now")}
      note={day ? t("segments.asOfNote") : undefined}
      actions={
        <span className={styles.picker}>
          <Suspense fallback={<Spin size="small" />}>
            <DayField label={t("segments.asOf")} value={day} last={today} placeholder={t("segments.now")} onChange={setDay} />
          </Suspense>
        </span>
      }
    >
      <Ready query={query}>
        {(data) => {
          const people = data.pages.flatMap((page) => page.items);
          if (people.length === 0) return <Nobody segment={segment} then={day !== ""} />;
          return <People people={people} {...(day ? {} : { onWhy: (id, name) => ask({ id, name }) })} />;
        }}
      </Ready>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
      <WhyDrawer person={asked} onClose={() => ask(null)}>
        {(person) => <MemberWhy segment={segment} person={person} />}
      </WhyDrawer>
    </Card>
  );
}

function Nobody({ segment, then }: { segment: Segment; then: boolean }): ReactNode {
  const { t } = useTranslation();
  const text = then ? "segments.noMembersThen" : segment.state === "building" ? "segments.buildingText" : "segments.noMembers.text";
  return <Notice compact icon={UserRound} title={t("segments.noMembers.title")} text={t(text)} />;
}

function People({ people, onWhy }: { people: readonly PersonRow[]; onWhy?: (id: number, name: string) => void }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<PersonRow> = [
    {
      title: t("people.person"),
      key: "person",
      render: (_, person) => (
        <Link to={path("people", person.person_id)} className={peopleStyles.person}>
          <PersonLabel person={person} />
        </Link>
      ),
    },
    {
      title: t("people.events"),
      key: "events",
      align: "right",
      width: 90,
      responsive: ["sm"],
      render: (_, person) => <Num value={person.totals.events} />,
    },
    {
      title: t("people.orders"),
      key: "orders",
      align: "right",
      width: 80,
      responsive: ["md"],
      render: (_, person) => <Num value={person.totals.orders} />,
    },
    {
      title: t("people.revenue"),
      key: "revenue",
      align: "right",
      width: 130,
      responsive: ["sm"],
      render: (_, person) => <Money minor={person.totals.revenue_minor} />,
    },
    {
      title: t("people.lastSeen"),
      key: "last",
      width: 130,
      responsive: ["md"],
      render: (_, person) => <Time at={person.totals.last_seen} />,
    },
    ...(onWhy
      ? [
          {
            key: "why",
            width: 96,
            align: "right" as const,
            render: (_: unknown, person: PersonRow) => {
              const name = personName(person) ?? t("people.unnamed", { id: person.person_id });
              return (
                <Button
                  size="small"
                  type="text"
                  icon={<CircleHelp size={14} aria-hidden />}
                  aria-label={t("segments.whyOf", { name })}
                  onClick={() => onWhy(person.person_id, name)}
                >
                  {t("segments.why")}
                </Button>
              );
            },
          },
        ]
      : []),
  ];
  return <Table<PersonRow> rowKey="person_id" size="middle" columns={columns} dataSource={[...people]} pagination={false} />;
}
