// What did this person do? Newest first, a day at a time; scrolling brings what is older.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { CircleDot, Eye, IdCard, Link2, Search, ShoppingBag, UsersRound, type LucideIcon } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

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
import { useWorkspace } from "@/shell/workspace";
import styles from "./Person.module.css";
import { timelineQuery } from "./queries";

const ICONS: Partial<Record<string, LucideIcon>> = { page: Eye, screen: Eye, identify: IdCard, alias: Link2, group: UsersRound };

export function Timeline({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const [event, setEvent] = useParam("event");
  const query = useInfiniteQuery(timelineQuery(slug, person, useDelayed(event.trim())));
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
      <Card flush>
        <Ready query={query} rows={8}>
          {(data) => {
            const items = data.pages.flatMap((page) => page.items);
            if (items.length === 0) return <Notice compact icon={Search} title={t("person.noEvents")} />;
            return <Days items={items} />;
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

function Days({ items }: { items: readonly TimelineItem[] }): ReactNode {
  const { zone } = useWorkspace();
  const days = new Map<string, TimelineItem[]>();
  for (const item of items) {
    const day = dayOf(new Date(item.ts), zone);
    const known = days.get(day);
    if (known) known.push(item);
    else days.set(day, [item]);
  }
  return [...days].map(([day, ofDay]) => (
    <section key={day}>
      <h3 className={styles.day}>
        <Day day={day} />
      </h3>
      <ol>
        {ofDay.map((item) => (
          <Item key={item.message_id} item={item} />
        ))}
      </ol>
    </section>
  ));
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
