// What is this metric now, how did it get there, what is it made of, and what do we want it to be?
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Skeleton } from "antd";
import { BellPlus, Pencil } from "lucide-react";
import { lazy, Suspense, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Page, Stack } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { NotFound, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { BreakdownPicker, useBroken, useGroupName } from "./Breakdown";
import { formatFigure } from "./figures";
import { stretchName, type Frame } from "./frame";
import { FramePicker, useFrame, useFrameSearch } from "./FramePicker";
import { linesOf } from "./lines";
import { ChangeMark, Freshness, GoalBar, useMeasure, useMetricName, useSaid, Why } from "./marks";
import styles from "./Metric.module.css";
import { isTooLarge, NeverSampled } from "./NeverSampled";
import { MetricAlerts } from "./MetricAlerts";
import { MetricPeople, useOpening } from "./MetricPeople";
import { Numbers, Parts } from "./MetricTables";
import { answerQuery, metricsQuery, type Answer, type Compared, type Metric } from "./queries";
import { Setup } from "./Setup";
import { Targets } from "./Targets";

const MetricChart = lazy(() => import("./MetricChart"));

export function Component(): ReactNode {
  const { key = "" } = useParams();
  const { slug } = useWorkspace();
  const query = useQuery(metricsQuery(slug));
  return (
    <Ready query={query}>
      {({ items }) => {
        const metric = items.find((one) => one.key === key);
        return metric ? <Shown key={key} metric={metric} /> : <Missing />;
      }}
    </Ready>
  );
}

function Missing(): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return (
    <Page title={t("kpis.title")}>
      <NotFound
        action={
          <Link to={path("kpis")}>
            <Button>{t("kpis.toBoard")}</Button>
          </Link>
        }
      />
    </Page>
  );
}

function Shown({ metric }: { metric: Metric }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const search = useFrameSearch();
  const name = useMetricName()(metric);
  const said = useSaid();
  const frame = useFrame();
  const { cut } = useBroken();
  const query = useQuery(answerQuery(slug, metric.key, frame, cut));
  return (
    <Page
      title={name}
      crumb={<Link to={`${path("kpis")}${search}`}>{t("kpis.title")}</Link>}
      lead={
        <>
          <span className={styles.formula}>{said({ zh: metric.formula_zh, en: metric.formula_en })}</span>
          <span className={styles.pills}>
            <Pill tone={metric.horizon === "long" ? "accent" : "plain"}>{t(`kpis.${metric.horizon}`)}</Pill>
            <Pill>{t(`kpis.good.${metric.good}`)}</Pill>
            {metric.custom ? <Pill tone="violet">{t("kpis.topics.own")}</Pill> : null}
          </span>
        </>
      }
      actions={<Actions metric={metric} />}
    >
      <Stack>
        <div className={styles.picking}>
          <FramePicker frame={frame} />
          <BreakdownPicker />
        </div>
        <Setup metric={metric} />
        {!query.data && isTooLarge(query.error) ? (
          <NeverSampled error={query.error} retry={() => void query.refetch()} />
        ) : (
          <Ready query={query}>
            {(answer) => (
              <div className={query.isPlaceholderData ? styles.stale : undefined} aria-busy={query.isPlaceholderData}>
                <Stack>
                  <Figures answer={answer} metric={metric} />
                  {hasValues(answer) ? (
                    <>
                      <Over answer={answer} name={name} frame={frame} />
                      {answer.parts.length > 0 ? <Parts answer={answer} metric={metric} /> : null}
                      <Numbers answer={answer} metric={metric} />
                      <MetricPeople answer={answer} name={name} />
                    </>
                  ) : null}
                </Stack>
              </div>
            )}
          </Ready>
        )}
        <div className={styles.two}>
          <Targets metric={metric} />
          <MetricAlerts metric={metric} />
        </div>
      </Stack>
    </Page>
  );
}

/** Without any, a chart and tables would only say the reason again and again. */
function hasValues({ value, points, parts }: Answer): boolean {
  return [{ value }, ...points, ...parts].some((one) => one.value.value !== null);
}

function Actions({ metric }: { metric: Metric }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (!useMay("kpis:write")) return null;
  return (
    <>
      {metric.custom ? (
        <Link to={path("custom-metrics", metric.key)}>
          <Button icon={<Pencil size={14} aria-hidden />}>{t("kpis.editFormula")}</Button>
        </Link>
      ) : null}
      <Link to={`${path("alerts", "new-alert")}?metric=${metric.key}`}>
        <Button icon={<BellPlus size={14} aria-hidden />}>{t("kpis.newAlert")}</Button>
      </Link>
    </>
  );
}

function Figures({ answer, metric }: { answer: Answer; metric: Metric }): ReactNode {
  const { t } = useTranslation();
  const measure = useMeasure(answer.unit);
  const opening = useOpening(answer);
  const { value, numerator, denominator, reason } = answer.value;
  const days = { first: answer.first_day, last: answer.last_day };
  const to = value === null ? undefined : opening.days(days.first, days.last);
  const shown = value === null ? "–" : formatFigure(value, measure);
  const plain = { ...measure, unit: "count" as const };
  const of = denominator !== null && numerator !== null && metric.unit === "share";
  return (
    <>
      <Stats>
        <Stat
          name={stretchName(days.first, days.last, measure.tag)}
          value={
            <span className="tabular" data-testid="metric-value">
              {to ? <Link to={to}>{shown}</Link> : shown}
            </span>
          }
          note={
            value === null ? null : (
              <>
                {of ? t("kpis.of", { part: formatFigure(numerator, plain), whole: formatFigure(denominator, plain) }) : null}
                {answer.complete ? null : <span className={styles.growing}>{t("kpis.growing")}</span>}
              </>
            )
          }
        />
        <Former name={t("kpis.previous")} answer={answer} before={answer.previous} />
        <Former name={t("kpis.lastYear")} answer={answer} before={answer.last_year} />
        {answer.goal ? <Stat name={t("kpis.target")} value={<GoalBar goal={answer.goal} answer={answer} />} /> : null}
      </Stats>
      {reason ? (
        <p className={styles.reason} role="status">
          <Why reason={reason} metric={metric} bare={reason.code === "no_feature"} />
        </p>
      ) : null}
    </>
  );
}

function Former({ name, answer, before }: { name: string; answer: Answer; before: Compared | null }): ReactNode {
  const measure = useMeasure(answer.unit);
  if (!before) return null;
  const { value } = before.value;
  return (
    <Stat
      name={name}
      value={
        <span className={styles.former}>
          <span className="tabular">{value === null ? "–" : formatFigure(value, measure)}</span>{" "}
          <ChangeMark answer={answer} before={before} />
        </span>
      }
      note={stretchName(before.first_day, before.last_day, measure.tag)}
    />
  );
}

const AGAINST = ["none", "previous", "year"] as const;

function Over({ answer, name, frame }: { answer: Answer; name: string; frame: Frame }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const measure = useMeasure(answer.unit);
  const groupName = useGroupName();
  const [against, setAgainst] = useParam("against", "none");
  const before = against === "previous" ? answer.previous : against === "year" ? answer.last_year : null;
  const days = { first: before?.first_day ?? "", last: before?.last_day ?? "", unit: frame.unit };
  const past = useQuery({ ...answerQuery(slug, answer.metric, days, {}, false), enabled: before !== null });
  const earlier = before === null ? undefined : past.data;
  const [pastName, target] = [t("kpis.earlier"), t("kpis.target")];
  const lines = useMemo(
    () => linesOf(answer, earlier, { main: name, past: pastName, target, part: (part) => groupName(part.group) }),
    [answer, earlier, name, pastName, target, groupName],
  );
  const buckets = useMemo(() => answer.points.map((point) => point.bucket), [answer.points]);
  return (
    <Card
      title={t("kpis.overTime")}
      note={<Freshness watermark={answer.watermark} />}
      actions={
        answer.parts.length > 0 ? null : (
          <Segmented
            size="small"
            value={AGAINST.find((each) => each === against) ?? "none"}
            onChange={setAgainst}
            options={AGAINST.map((value) => ({ value, label: t(`kpis.against.${value}`) }))}
            aria-label={t("kpis.compareWith")}
          />
        )
      }
    >
      <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 280 }} />}>
        <MetricChart lines={lines} buckets={buckets} unit={answer.bucket_unit} measure={measure} />
      </Suspense>
    </Card>
  );
}
