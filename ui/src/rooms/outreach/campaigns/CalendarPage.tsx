// What goes out when? Campaigns and scheduled flows, by the days of the workspace; each opens what it stands for.
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { addDays } from "@/parts/format";
import { Bar, Page, Stack } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useQuarter } from "@/parts/useNow";
import { instantOf, wallClock } from "@/parts/zone";
import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Campaigns.module.css";
import { calendarQuery, type CalendarItem } from "./queries";

type View = "month" | "week";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug, zone } = useWorkspace();
  const [params, setParams] = useSearchParams();
  const today = wallClock(useQuarter(), zone).slice(0, 10);
  const view: View = params.get("view") === "week" ? "week" : "month";
  const given = params.get("day") ?? "";
  const day = /^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(Date.parse(given)) ? given : today;
  const days = useMemo(() => daysOf(view, day), [view, day]);
  const first = days[0] ?? day;
  const last = days.at(-1) ?? day;
  const start = instantOf(`${first}T00:00:00`, zone).toISOString();
  const end = instantOf(`${addDays(last, 1)}T00:00:00`, zone).toISOString();
  const query = useQuery(calendarQuery(slug, start, end));
  const show = (next: string, as: View = view): void => setParams({ view: as, day: next }, { replace: true });
  const title = new Intl.DateTimeFormat(tag, { timeZone: "UTC", year: "numeric", month: "long" }).format(
    new Date(`${view === "week" ? first : day}T00:00:00Z`),
  );
  return (
    <Page title={t("campaigns.calendar.title")} lead={t("campaigns.calendar.lead", { zone })}>
      <Stack>
        <Bar>
          <Button
            icon={<ChevronLeft size={15} aria-hidden />}
            aria-label={t("campaigns.calendar.back")}
            onClick={() => show(moved(view, day, -1))}
          />
          <Button onClick={() => show(today)}>{t("campaigns.calendar.today")}</Button>
          <Button
            icon={<ChevronRight size={15} aria-hidden />}
            aria-label={t("campaigns.calendar.on")}
            onClick={() => show(moved(view, day, 1))}
          />
          <strong aria-live="polite">{title}</strong>
          <Segmented<View>
            value={view}
            onChange={(next) => show(day, next)}
            aria-label={t("campaigns.calendar.view")}
            options={(["month", "week"] as const).map((value) => ({ value, label: t(`campaigns.calendar.views.${value}`) }))}
          />
        </Bar>
        <div className={styles.legend}>
          <span className={styles.item}>{t("campaigns.calendar.campaign")}</span>
          <span className={`${styles.item ?? ""} ${styles.flow ?? ""}`}>{t("campaigns.calendar.flow")}</span>
          <span className={`${styles.item ?? ""} ${styles.unsure ?? ""}`}>{t("campaigns.calendar.unsure")}</span>
        </div>
        <Ready query={query}>
          {({ items }) => <Days days={days} today={today} month={view === "month" ? day.slice(0, 7) : ""} items={items} />}
        </Ready>
      </Stack>
    </Page>
  );
}

/** The days that are drawn: whole weeks, which begin on Monday. */
function daysOf(view: View, day: string): string[] {
  const monday = (one: string): string => addDays(one, -((new Date(`${one}T00:00:00Z`).getUTCDay() + 6) % 7));
  if (view === "week") return Array.from({ length: 7 }, (_, n) => addDays(monday(day), n));
  const begin = monday(`${day.slice(0, 7)}-01`);
  const end = addDays(monthOn(day, 1), -1);
  const count = 7 * Math.ceil((Date.parse(addDays(end, 1)) - Date.parse(begin)) / (7 * 86_400_000));
  return Array.from({ length: count }, (_, n) => addDays(begin, n));
}

function monthOn(day: string, by: number): string {
  const [year = 1970, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 10);
}

function moved(view: View, day: string, by: number): string {
  return view === "week" ? addDays(day, 7 * by) : monthOn(day, by);
}

interface DaysProps {
  readonly days: readonly string[];
  readonly today: string;
  readonly month: string;
  readonly items: readonly CalendarItem[];
}

function Days({ days, today, month, items }: DaysProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const byDay = new Map<string, { readonly clock: string; readonly item: CalendarItem }[]>();
  for (const item of items) {
    const clock = wallClock(new Date(item.at), zone);
    byDay.set(clock.slice(0, 10), [...(byDay.get(clock.slice(0, 10)) ?? []), { clock: clock.slice(11, 16), item }]);
  }
  const named = (day: string, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...options }).format(new Date(`${day}T00:00:00Z`));
  return (
    <>
      {items.length === 0 ? <span className="faint">{t("campaigns.calendar.none")}</span> : null}
      <div className={styles.days}>
        {days.slice(0, 7).map((day) => (
          <div key={day} className={styles.weekday} aria-hidden>
            {named(day, { weekday: "short" })}
          </div>
        ))}
        {days.map((day) => {
          const mine = byDay.get(day) ?? [];
          const outside = month !== "" && !day.startsWith(month);
          const looks = [
            styles.day,
            outside ? styles.outside : "",
            day === today ? styles.today : "",
            mine.length === 0 ? styles.empty : "",
          ];
          return (
            <section
              key={day}
              className={looks.filter(Boolean).join(" ")}
              aria-label={named(day, { dateStyle: "full" })}
              aria-current={day === today ? "date" : undefined}
            >
              <span className={styles.date}>{named(day, { day: "numeric", ...(day.endsWith("-01") ? { month: "short" } : {}) })}</span>
              {mine.map(({ clock, item }) => (
                <Entry key={`${item.what} ${item.key} ${item.at} ${String(item.occurrence)}`} clock={clock} item={item} />
              ))}
            </section>
          );
        })}
      </div>
    </>
  );
}

function Entry({ clock, item }: { clock: string; item: CalendarItem }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const looks = [styles.item, item.what === "flow" ? styles.flow : "", item.sure ? "" : styles.unsure];
  return (
    <Link to={path(item.what === "flow" ? "flows" : "campaigns", item.key)} className={looks.filter(Boolean).join(" ")}>
      <span className="tabular">{clock}</span> {item.name}
      {item.people === null ? "" : ` · ${t("campaigns.calendar.people", { count: item.people })}`}
    </Link>
  );
}
