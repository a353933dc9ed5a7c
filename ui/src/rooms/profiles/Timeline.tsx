// What did this person do? Newest first, a day at a time; scrolling brings what is older.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Alert, Button, Input } from "antd";
import { Blend, CircleDot, Eye, IdCard, Link2, LogOut, Search, ShoppingBag, UsersRound, type LucideIcon } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { TimelineItem } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { dayOf, formatClock } from "@/parts/format";
import { Json } from "@/parts/Json";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useParam } from "@/parts/useParam";
import { Day, Money } from "@/parts/values";
import { knownType } from "@/rooms/collect/live/types";
import { personMovesQuery, type Move } from "@/rooms/segments/queries";
import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Person.module.css";
import { timelineQuery } from "./queries";

const ICONS: Partial<Record<string, LucideIcon>> = { page: Eye, screen: Eye, identify: IdCard, alias: Link2, group: UsersRound };

export function Timeline({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [event, setEvent] = useParam("event");
  const wanted = useDelayed(event.trim());
  const query = useInfiniteQuery(timelineQuery(slug, person, wanted));
  // What is looked for by name is an event; segments stand beside the whole story only.
  const moves = useInfiniteQuery({ ...personMovesQuery(slug, person), enabled: wanted === "" });
  const known = wanted === "" ? (moves.data?.pages.flatMap((page) => page.items) ?? []) : [];
  const oldest = query.hasNextPage ? oldestOf(query.data?.pages.flatMap((page) => page.items) ?? []) : 0;
  // As far back as the events that are shown.
  const wanting =
    moves.hasNextPage && !moves.isFetching && !moves.isError && (known.length === 0 || Date.parse(known.at(-1)?.at ?? "") > oldest);
  const { fetchNextPage } = moves;
  useEffect(() => {
    if (wanting) void fetchNextPage();
  }, [wanting, fetchNextPage]);
  return (
    <>
      <div className={styles.toolbar}>
        <Input
          className={styles.filter ?? ""}
          value={event}
          onChange={(change) => setEvent(change.target.value, { replace: true })}
          placeholder={t("person.filterEvent")}
          aria-label={t("person.filterEvent")}
          prefix={<Search size={14} aria-hidden />}
          allowClear
        />
      </div>
      {moves.isError ? (
        <Alert
          type="warning"
          banner
          title={t("person.movesFailed")}
          action={
            <Button size="small" onClick={() => void moves.refetch()}>
              {t("states.retry")}
            </Button>
          }
        />
      ) : null}
      <Card flush>
        <Ready query={query} rows={8}>
          {(data) => {
            const items = data.pages.flatMap((page) => page.items);
            const rows = together(items, known, oldest);
            return rows.length === 0 ? <Notice compact icon={Search} title={t("person.noEvents")} /> : <Days rows={rows} />;
          }}
        </Ready>
        {query.hasNextPage ? (
          <More busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
        ) : query.data ? (
          <p className={styles.end}>{t("person.timelineEnd")}</p>
        ) : null}
      </Card>
    </>
  );
}

/** A button that presses itself when it comes into view. */
function More({ busy, onMore }: { busy: boolean; onMore: () => void }): ReactNode {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    if (!host.current || busy) return;
    const observer = new IntersectionObserver(([entry]) => (entry?.isIntersecting ? latest.current() : undefined), { rootMargin: "400px" });
    observer.observe(host.current);
    return () => observer.disconnect();
  }, [busy]);
  return (
    <div ref={host} className={styles.end}>
      <Button loading={busy} onClick={onMore}>
        {t("actions.more")}
      </Button>
    </div>
  );
}

type Row = { readonly at: number; readonly item: TimelineItem } | { readonly at: number; readonly move: Move };

function oldestOf(items: readonly TimelineItem[]): number {
  return Date.parse(items.at(-1)?.ts ?? "") || 0;
}

/** Events and moves, the latest first; moves that are older than the last event that is known wait for the next page. */
function together(items: readonly TimelineItem[], moves: readonly Move[], oldest: number): Row[] {
  const events: Row[] = items.map((item) => ({ at: Date.parse(item.ts), item }));
  const beside: Row[] = moves.map((move) => ({ at: Date.parse(move.at), move })).filter(({ at }) => at >= oldest);
  return [...beside, ...events].sort((one, other) => other.at - one.at);
}

function Days({ rows }: { rows: readonly Row[] }): ReactNode {
  const { zone } = useWorkspace();
  const days = new Map<string, Row[]>();
  for (const row of rows) {
    const day = dayOf(new Date(row.at), zone);
    const known = days.get(day);
    if (known) known.push(row);
    else days.set(day, [row]);
  }
  return [...days].map(([day, ofDay]) => (
    <section key={day}>
      <h3 className={styles.day}>
        <Day day={day} />
      </h3>
      <ol>
        {ofDay.map((row) =>
          "item" in row ? (
            <Item key={row.item.message_id} item={row.item} />
          ) : (
            <Moved key={`${row.move.key} ${row.move.at} ${String(row.move.entered)}`} move={row.move} />
          ),
        )}
      </ol>
    </section>
  ));
}

/** They came into a segment, or left it. */
function Moved({ move }: { move: Move }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const path = usePath();
  const Icon = move.entered ? Blend : LogOut;
  return (
    <li className={styles.item}>
      <time className={`${styles.clock ?? ""} tabular`} dateTime={move.at}>
        {formatClock(move.at, zone, tag)}
      </time>
      <span className={styles.rail} aria-hidden>
        <Icon size={14} strokeWidth={1.75} />
      </span>
      <div className={styles.body}>
        <Link className={styles.moved} to={path("segments", move.key)}>
          {t(move.entered ? "person.entered" : "person.left", { name: move.name })}
        </Link>
        <span className={styles.cause}>{t(`person.moved.${move.cause}`)}</span>
      </div>
    </li>
  );
}

const QUIET = /^(url|path|title|referrer|search|revenue|currency|products)$/;

/** A few short properties on one line; the rest is a click away. */
function summary(properties: TimelineItem["properties"]): string {
  return Object.entries(properties)
    .filter(([name, value]) => !QUIET.test(name) && (typeof value === "string" || typeof value === "number") && String(value).length < 40)
    .slice(0, 4)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(" · ");
}

function Item({ item }: { item: TimelineItem }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const [open, setOpen] = useState(false);
  const Icon = item.revenue_minor === null ? (ICONS[item.type] ?? CircleDot) : ShoppingBag;
  return (
    <li className={styles.item}>
      <time className={`${styles.clock ?? ""} tabular`} dateTime={item.ts}>
        {formatClock(item.ts, zone, tag)}
      </time>
      <span className={styles.rail} aria-hidden>
        <Icon size={14} strokeWidth={1.75} />
      </span>
      <div className={styles.body}>
        <button type="button" className={styles.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className={styles.event}>{item.event || t(`receipts.types.${knownType(item.type)}`)}</span>
          {item.revenue_minor === null ? null : <Money minor={item.revenue_minor} currency={item.currency} />}
          <span className={styles.summary}>{summary(item.properties)}</span>
        </button>
        {open ? (
          <div className={styles.detail}>
            <Json value={item} label={item.event} />
          </div>
        ) : null}
      </div>
    </li>
  );
}
