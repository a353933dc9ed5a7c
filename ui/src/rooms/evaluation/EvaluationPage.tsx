// What was every action worth? What was won first, then health, then the table, the best first, with what to do about each.
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { Scale, Settings2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Stat, Stats } from "@/parts/Facts";
import { formatDay } from "@/parts/format";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { HealthCard } from "./HealthCard";
import { LeagueTable } from "./LeagueTable";
import { HORIZONS, healthQuery, leagueQuery, type Horizon, type League } from "./queries";
import { TermsDialog } from "./TermsDialog";
import { isSummary, useSay } from "./words";

export function Component(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const may = useMay("evaluation:write");
  const path = usePath();
  const [asked, setAsked] = useParam("horizon");
  const [open, setOpen] = useState(false);
  const horizon = HORIZONS.find((one) => String(one) === asked) ?? null;
  const query = useQuery(leagueQuery(slug, horizon));
  const health = useQuery(healthQuery(slug));
  const { tag } = useLanguage();
  return (
    <Page
      title={t("evaluation.title")}
      lead={t("evaluation.lead")}
      actions={
        <>
          <Segmented<Horizon>
            aria-label={t("evaluation.horizon")}
            value={horizon ?? (query.data?.horizon_days as Horizon | undefined) ?? 30}
            options={HORIZONS.map((value) => ({ value, label: t("evaluation.days", { count: value }) }))}
            onChange={(value) => setAsked(String(value))}
          />
          <Link to={path("evaluation", "change")}>
            <Button>{t("change.open")}</Button>
          </Link>
          {may ? (
            <Button icon={<Settings2 size={14} aria-hidden />} onClick={() => setOpen(true)}>
              {t("evaluation.terms")}
            </Button>
          ) : null}
        </>
      }
    >
      <Ready query={query} rows={10}>
        {(league) => (
          <Stack>
            {league.items.length > 0 ? <Sums league={league} /> : null}
            <Card
              title={t("evaluation.health")}
              note={t("evaluation.healthNote", { day: health.data ? formatDay(health.data.last_day, tag) : "–" })}
            >
              <Ready query={health} rows={3}>
                {(found) => <HealthCard health={found} />}
              </Ready>
            </Card>
            <Summaries league={league} />
            <Actions league={{ ...league, items: league.items.filter((one) => !isSummary(one)) }} />
          </Stack>
        )}
      </Ready>
      {open ? <TermsDialog onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

function Sums({ league }: { league: League }): ReactNode {
  const { t } = useTranslation();
  const say = useSay(league.currency);
  // What holdouts are about holds the others: added up, it would count twice.
  const items = league.items.filter((one) => !isSummary(one));
  const byLot = items.filter((one) => one.evidence === "holdout" && one.net_minor);
  const net = byLot.reduce((sum, one) => sum + (one.net_minor?.value ?? 0), 0);
  const cost = items.reduce((sum, one) => sum + one.cost_minor, 0);
  const count = (proposal: string): number => items.filter((one) => one.proposal === proposal).length;
  return (
    <Card>
      <Stats>
        <Stat
          name={t("evaluation.netOfAll")}
          value={byLot.length > 0 ? <span className="tabular">{say.money(net)}</span> : "–"}
          note={t("evaluation.netNote", { count: byLot.length, margin: say.share(league.margin_percent / 100) })}
        />
        <Stat name={t("evaluation.cost")} value={<span className="tabular">{say.money(cost)}</span>} />
        <Stat name={t("evaluation.actions")} value={<span className="tabular">{items.length}</span>} />
        <Stat
          name={t("evaluation.toDo")}
          value={<span className="tabular">{count("scale") + count("fix") + count("retire")}</span>}
          note={t("evaluation.toDoNote", { scale: count("scale"), fix: count("fix"), retire: count("retire") })}
        />
      </Stats>
    </Card>
  );
}

function Summaries({ league }: { league: League }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const items = league.items.filter(isSummary);
  return (
    <Card
      flush={items.length > 0}
      title={t("evaluation.together")}
      note={t(items.length > 0 ? "evaluation.togetherNote" : "evaluation.togetherNone")}
      actions={<Link to={path("holdouts")}>{t("evaluation.holdouts")}</Link>}
    >
      {items.length > 0 ? <LeagueTable league={{ ...league, items }} /> : <span className="faint">–</span>}
    </Card>
  );
}

function Actions({ league }: { league: League }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const missing = league.roles_missing.length > 0;
  const to = missing ? path("tag-roles") : path("flows");
  return (
    <Card flush title={t("evaluation.league")} note={t("evaluation.leagueNote")}>
      {league.items.length > 0 && !missing ? (
        <LeagueTable league={league} />
      ) : (
        <Notice
          icon={Scale}
          title={t(missing ? "evaluation.noRole.title" : "evaluation.none.title")}
          text={t(missing ? "evaluation.noRole.text" : "evaluation.none.text")}
          action={
            <Link to={to}>
              <Button type="primary">{t(missing ? "evaluation.noRole.go" : "evaluation.none.go")}</Button>
            </Link>
          }
        />
      )}
    </Card>
  );
}
