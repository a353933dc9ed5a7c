// Who has the tag, or the value that was chosen?
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Table, type TableColumnsType } from "antd";
import { UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { PersonRow } from "@/api/contract";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Money, Num, Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import peopleStyles from "../People.module.css";
import { PersonLabel } from "../PersonLabel";
import { tagPeopleQuery, type Tag } from "./queries";
import styles from "./Tags.module.css";
import { useWhich } from "./useWhich";
import { useTagValue } from "./words";

function useWhichWords(tag: Tag): string | null {
  const { t } = useTranslation();
  const shown = useTagValue();
  const { which } = useWhich();
  if (which.value !== undefined) {
    try {
      return shown(tag, JSON.parse(which.value) as unknown);
    } catch {
      return which.value;
    }
  }
  if (which.low === undefined || which.high === undefined) return null;
  return t("tags.range", { low: shown(tag, which.low), high: shown(tag, which.high) });
}

export function TagPeople({ tag }: { tag: Tag }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const { which, choose } = useWhich();
  const words = useWhichWords(tag);
  const query = useInfiniteQuery(tagPeopleQuery(slug, tag.key, which));
  return (
    <Card
      flush
      title={words === null ? t("tags.whoAny") : t("tags.whoHas", { which: words })}
      actions={
        words === null ? null : (
          <Button size="small" type="text" onClick={() => choose({})}>
            {t("tags.clearWhich")}
          </Button>
        )
      }
    >
      <Ready query={query}>
        {(data) => {
          const people = data.pages.flatMap((page) => page.items);
          return people.length > 0 ? <People people={people} /> : <Notice compact icon={UserRound} title={t("tags.noValues.title")} />;
        }}
      </Ready>
      {query.hasNextPage ? (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("actions.more")}
          </Button>
        </div>
      ) : null}
    </Card>
  );
}

function People({ people }: { people: readonly PersonRow[] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const columns: TableColumnsType<PersonRow> = [
    {
      title: t("people.person"),
      key: "person",
      render: (_, person) => (
        <Link to={`${path("people", person.person_id)}?tab=tags`} className={peopleStyles.person}>
          <PersonLabel person={person} />
        </Link>
      ),
    },
    { title: t("people.events"), key: "events", align: "right", width: 90, render: (_, person) => <Num value={person.totals.events} /> },
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
  ];
  return <Table<PersonRow> rowKey="person_id" size="middle" columns={columns} dataSource={[...people]} pagination={false} />;
}
