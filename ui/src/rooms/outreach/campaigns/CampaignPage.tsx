// How does a campaign do? How far it is, what became of its messages, and what it changed against those held out.
import { useQuery } from "@tanstack/react-query";
import { Alert, Progress, Select } from "antd";
import { Megaphone } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Num, Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import { Against } from "../flows/Against";
import { useReason } from "../words";
import { CampaignState } from "./CampaignState";
import styles from "./Campaigns.module.css";
import { OutlookCard } from "./OutlookCard";
import { campaignQuery, campaignReportQuery, type Campaign, type CampaignReport } from "./queries";
import { Turns } from "./Turns";
import { Learnt } from "./Learnt";
import { VariantTable } from "./VariantTable";

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery({ ...campaignQuery(slug, key), refetchInterval: 5_000 });
  return <Ready query={query}>{(one) => <Shown key={one.key} one={one} />}</Ready>;
}

function Shown({ one }: { one: Campaign }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const [occurrence, setOccurrence] = useState<number | null>(null);
  const report = useQuery(campaignReportQuery(slug, one.key, occurrence));
  return (
    <Page
      title={one.name}
      lead={one.description}
      crumb={<Link to={path("campaigns")}>{t("campaigns.title")}</Link>}
      actions={
        <>
          <CampaignState state={one.state} />
          <Turns one={one} />
        </>
      }
    >
      <Stack>
        <Standing one={one} />
        {one.state === "draft" || one.state === "waiting" ? <OutlookCard campaign={one.key} spec={one.spec} /> : null}
        <Ready query={report}>
          {(found) =>
            found.times.length > 0 ? (
              <Report one={one} report={found} onPick={setOccurrence} />
            ) : one.state === "draft" ? null : (
              <Card>
                <Notice compact icon={Megaphone} title={t("campaigns.notYet")} />
              </Card>
            )
          }
        </Ready>
      </Stack>
    </Page>
  );
}

/** What somebody has to know or do about it now. */
function Standing({ one }: { one: Campaign }): ReactNode {
  const { t } = useTranslation();
  const told =
    one.state === "waiting"
      ? t(one.reason === "grown" ? "campaigns.standing.grown" : "campaigns.standing.waiting", { by: one.launched_by })
      : one.state === "stopped"
        ? t(`campaigns.standing.${one.reason === "bounces" || one.reason === "complaints" ? one.reason : "broken"}`)
        : one.state === "paused"
          ? t(one.reason === "late" ? "campaigns.standing.late" : "campaigns.standing.paused")
          : "";
  return (
    <>
      {told ? <Alert type={one.state === "stopped" ? "error" : "warning"} showIcon title={told} /> : null}
      {one.next_at && one.state !== "draft" ? (
        <span className="faint">
          {t("campaigns.next")}: <Time at={one.next_at} exact />
        </span>
      ) : null}
    </>
  );
}

interface ReportProps {
  readonly one: Campaign;
  readonly report: CampaignReport;
  readonly onPick: (occurrence: number) => void;
}

function Report({ one, report, onPick }: ReportProps): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const reason = useReason();
  const took = report.times.find((each) => each.occurrence === report.occurrence);
  const moved = report.people.sent ?? 0;
  const all = Object.entries(report.people).reduce(
    (sum, [state, count]) => (state === "held" || state === "merged" ? sum : sum + count),
    0,
  );
  const total = (name: "sent" | "delivered" | "opened" | "clicked"): number =>
    report.variants.reduce((sum, each) => sum + each.sent[name], 0);
  if (!took) return null;
  return (
    <>
      <Card
        title={t("campaigns.progress")}
        actions={
          report.times.length > 1 ? (
            <Select<number>
              aria-label={t("campaigns.time")}
              value={took.occurrence}
              onChange={onPick}
              options={report.times.map((each) => ({
                value: each.occurrence,
                label: t("campaigns.timeOf", { n: each.occurrence, day: each.begun_at.slice(0, 10) }),
              }))}
            />
          ) : undefined
        }
      >
        <Progress percent={all === 0 ? 0 : Math.floor((100 * moved) / all)} aria-label={t("campaigns.progress")} />
        <span className="faint">
          {t("campaigns.moved", { moved: moved.toLocaleString(), all: all.toLocaleString() })} · <Time at={took.begun_at} exact />
        </span>
      </Card>
      <Stats>
        <Stat name={t("campaigns.entered")} value={<Num value={took.entered} />} note={t("campaigns.heldNote", { count: took.held })} />
        <Stat
          name={t("campaigns.counts.sent")}
          value={
            <Num
              value={total("sent")}
              to={`${path("messages")}?origin=${encodeURIComponent(one.key)}&state=accepted`}
              label={t("campaigns.counts.sent")}
            />
          }
        />
        <Stat name={t("campaigns.counts.delivered")} value={<Num value={total("delivered")} />} />
        <Stat name={t("campaigns.counts.opened")} value={<Num value={total("opened")} />} />
        <Stat name={t("campaigns.counts.clicked")} value={<Num value={total("clicked")} />} />
      </Stats>
      <Against against={report.against} />
      <VariantTable
        report={report}
        took={took}
        tested={one.spec.variants.length > 1 && one.spec.test.percent < 100 && one.spec.test.sharing === "fixed"}
      />
      {report.learnt.length > 0 ? <Learnt learnt={report.learnt} shares={took.shares} /> : null}
      {Object.keys(report.reasons).length > 0 ? (
        <Card title={t("campaigns.reasons")}>
          <ul className={styles.lines}>
            {Object.entries(report.reasons).map(([why, count]) => (
              <li key={why}>
                {reason(why)}: {count.toLocaleString()}
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
    </>
  );
}
