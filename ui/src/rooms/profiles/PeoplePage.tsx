// Who are the people? Everybody, those a search finds, or those behind a number of a period; a row opens the person.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Input, Segmented, Spin, Table, Tag, type TableColumnsType } from "antd";
import { ChevronLeft, ChevronRight, Search, Users } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import type { Schemas } from "@/api/client";
import type { PersonRow } from "@/api/contract";
import { Bar, Card, Page } from "@/parts/Page";
import { PeriodPicker, usePeriod } from "@/parts/PeriodPicker";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useParam } from "@/parts/useParam";
import { Money, Num, Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { useBehind, WHO, type Who } from "./behind";
import styles from "./People.module.css";
import { PersonLabel } from "./PersonLabel";
import { peopleQuery, type Activity } from "./queries";

const PAGE = 50;

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [search, setSearch] = useParam("search");
  const [cursor, setCursor] = useParam("cursor");
  const settled = useDelayed(search.trim());
  const did = useActivity();
  const asked = { search: settled, did, cursor, limit: PAGE };
  const query = useQuery({ ...peopleQuery(slug, asked), placeholderData: keepPreviousData });
  return (
    <Page title={t("people.title")} lead={t(did ? "people.didLead" : "people.lead")} actions={did ? <Days /> : null}>
      <Bar>
        {did ? (
          <Doing did={did} />
        ) : (
          <Input
            className={styles.search ?? ""}
            value={search}
            onChange={(change) => setSearch(change.target.value, { replace: true, without: ["cursor"] })}
            placeholder={t("people.search")}
            aria-label={t("people.search")}
            prefix={<Search size={14} aria-hidden />}
            suffix={query.isFetching ? <Spin size="small" /> : <span />}
            allowClear
            autoFocus
          />
        )}
      </Bar>
      <Card flush>
        <Ready query={query} rows={8}>
          {(page) => <People page={page} searched={did ? "did" : settled ? "words" : null} busy={query.isPlaceholderData} />}
        </Ready>
      </Card>
      <nav className={styles.pager} aria-label={t("people.paging")}>
        {cursor ? (
          <Button icon={<ChevronLeft size={14} aria-hidden />} onClick={() => setCursor("")}>
            {t("people.firstPage")}
          </Button>
        ) : null}
        {query.data?.next_cursor ? (
          <Button icon={<ChevronRight size={14} aria-hidden />} iconPlacement="end" onClick={() => setCursor(query.data.next_cursor ?? "")}>
            {t("people.nextPage")}
          </Button>
        ) : null}
      </nav>
    </Page>
  );
}

/** What the address says that they did; null where it says nothing, which means everybody. */
function useActivity(): Activity | null {
  const [period] = usePeriod();
  const [who] = useParam("who");
  const [event] = useParam("event");
  if (who === "" && event === "" && period.preset === "all") return null;
  const { first, last } = period;
  return { first, last, event, who: WHO.find((each) => each === who) ?? "active" };
}

function Days(): ReactNode {
  const [period] = usePeriod();
  const [, setKey] = useParam("period", "all");
  return <PeriodPicker period={period} onChange={(key) => setKey(key, { without: ["cursor"] })} />;
}

function Doing({ did }: { did: Activity }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const [period] = usePeriod();
  const behind = useBehind(period);
  const [, setWho] = useParam("who");
  const [, setEvent] = useParam("event");
  return (
    <>
      <Segmented<Who>
        options={WHO.map((value) => ({ value, label: t(`people.who.${value}`) }))}
        value={did.who}
        onChange={(value) => setWho(value, { without: ["cursor"] })}
        aria-label={t("people.whoLabel")}
      />
      {did.event ? (
        <Tag closable={{ "aria-label": t("people.anyEvent") }} onClose={() => setEvent("", { without: ["cursor"] })}>
          {t("people.didEvent", { event: did.event })}
        </Tag>
      ) : null}
      <Link to={behind.events({ event: did.event })}>{t("people.toEvents")}</Link>
      <Link to={path("people")}>{t("people.everybody")}</Link>
    </>
  );
}

function useColumns(): TableColumnsType<PersonRow> {
  const { t } = useTranslation();
  const path = usePath();
  return [
    {
      title: t("people.person"),
      key: "person",
      render: (_, person) => (
        <Link to={path("people", person.person_id)} className={styles.person}>
          <PersonLabel person={person} />
        </Link>
      ),
    },
    { title: t("people.events"), key: "events", align: "right", width: 100, render: (_, person) => <Num value={person.totals.events} /> },
    {
      title: t("people.orders"),
      key: "orders",
      align: "right",
      width: 90,
      responsive: ["sm"],
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
      title: t("people.firstSeen"),
      key: "first",
      width: 130,
      responsive: ["lg"],
      render: (_, person) => <Time at={person.totals.first_seen} />,
    },
    {
      title: t("people.lastSeen"),
      key: "last",
      width: 130,
      responsive: ["md"],
      render: (_, person) => <Time at={person.totals.last_seen} />,
    },
  ];
}

interface PeopleProps {
  readonly page: Schemas["Page_PersonRow_"];
  readonly searched: "words" | "did" | null;
  readonly busy: boolean;
}

function People({ page, searched, busy }: PeopleProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const navigate = useNavigate();
  const columns = useColumns();
  if (page.items.length === 0) {
    return searched ? (
      <Notice icon={Search} title={t("people.noMatch.title")} text={t(searched === "did" ? "people.nobodyDid" : "people.noMatch.text")} />
    ) : (
      <Notice icon={Users} title={t("people.empty.title")} text={t("people.empty.text")} />
    );
  }
  return (
    <Table<PersonRow>
      rowKey="person_id"
      size="middle"
      columns={columns}
      dataSource={[...page.items]}
      pagination={false}
      aria-busy={busy}
      rowClassName={styles.row ?? ""}
      onRow={(person) => ({
        onClick: (event) => {
          if (!(event.target as HTMLElement).closest("a")) void navigate(path("people", person.person_id));
        },
      })}
    />
  );
}
