// Who is behind this number? The people that it counts, beside the page it stands on, and a segment of them in one step.
import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { Button, Drawer, Table, type TableColumnsType } from "antd";
import { UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { PersonRow } from "@/api/contract";
import { Notice, NoPermission, Ready } from "@/parts/states";
import { Money, Num, Time } from "@/parts/values";
import peopleStyles from "@/rooms/profiles/People.module.css";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Behind.module.css";
import { MakeSegment } from "./MakeSegment";
import { behindQuery, type AskedNumber, type PeoplePage } from "./queries";

interface BehindProps {
  /** Null: closed. */
  readonly asked: AskedNumber | null;
  /** What the number counts. */
  readonly title: string;
  readonly note?: ReactNode;
  /** Name of a segment of them. */
  readonly suggestion: string;
  /** Changes between the lists that belong to the number. */
  readonly sides?: ReactNode;
  readonly onClose: () => void;
}

export function Behind({ asked, title, note, suggestion, sides, onClose }: BehindProps): ReactNode {
  const may = useMay("people:read");
  return (
    <Drawer open={asked !== null} onClose={onClose} size={640} title={title} destroyOnHidden>
      {note ? <p className={styles.note}>{note}</p> : null}
      {sides ? <div className={styles.sides}>{sides}</div> : null}
      {asked === null ? null : may ? <People key={JSON.stringify(asked)} asked={asked} suggestion={suggestion} /> : <NoPermission />}
    </Drawer>
  );
}

function People({ asked, suggestion }: { asked: AskedNumber; suggestion: string }): ReactNode {
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(behindQuery(slug, asked));
  return <PeopleList query={query} actions={<MakeSegment asked={asked} suggestion={suggestion} />} />;
}

interface PeopleListProps {
  readonly query: UseInfiniteQueryResult<InfiniteData<PeoplePage>>;
  /** What can be done with all of them. */
  readonly actions?: ReactNode;
}

/** Who a number counts: how many, and page by page who they are. */
export function PeopleList({ query, actions }: PeopleListProps): ReactNode {
  const { t } = useTranslation();
  return (
    <Ready query={query} rows={8}>
      {({ pages }) => {
        const people = pages.flatMap((page) => page.items);
        const total = pages[0]?.total ?? 0;
        if (total === 0) return <Notice compact icon={UserRound} title={t("behind.nobody.title")} text={t("behind.nobody.text")} />;
        return (
          <>
            <div className={styles.head}>
              <span className={styles.total}>
                <Num value={total} /> {t("behind.people", { count: total })}
              </span>
              {actions}
            </div>
            <PeopleTable people={people} />
            {query.hasNextPage ? (
              <div className={styles.more}>
                <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t("actions.more")}
                </Button>
              </div>
            ) : null}
          </>
        );
      }}
    </Ready>
  );
}

function PeopleTable({ people }: { people: readonly PersonRow[] }): ReactNode {
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
    { title: t("people.events"), key: "events", align: "right", width: 80, render: (_, { totals }) => <Num value={totals.events} /> },
    {
      title: t("people.revenue"),
      key: "revenue",
      align: "right",
      width: 110,
      responsive: ["sm"],
      render: (_, { totals }) => <Money minor={totals.revenue_minor} />,
    },
    {
      title: t("people.lastSeen"),
      key: "last",
      width: 120,
      responsive: ["sm"],
      render: (_, { totals }) => <Time at={totals.last_seen} />,
    },
  ];
  return <Table<PersonRow> rowKey="person_id" size="small" columns={columns} dataSource={[...people]} pagination={false} />;
}
