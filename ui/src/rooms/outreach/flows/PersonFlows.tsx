// Why did, or didn't, this person get this? Every way of theirs through flows, step by step, and why they are in none of the others.
import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Card, Stack } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { Time } from "@/parts/values";
import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Flows.module.css";
import { personFlowsQuery, type Way } from "./queries";
import { useFlowWords } from "./words";

export function PersonFlows({ person }: { person: number }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const query = useQuery(personFlowsQuery(slug, person));
  return (
    <Ready query={query}>
      {({ ways, absent }) => (
        <Stack>
          {ways.length === 0 && absent.length === 0 ? (
            <Card>
              <Notice compact icon={Workflow} title={t("flows.trace.none.title")} text={t("flows.trace.none.text")} />
            </Card>
          ) : null}
          {ways.map((way) => (
            <OneWay key={`${way.flow} ${way.entry_no}`} way={way} />
          ))}
          {absent.length > 0 ? (
            <Card title={t("flows.trace.absent")}>
              <ul className={styles.trace}>
                {absent.map((each) => (
                  <li key={each.flow}>
                    <Link to={path("flows", each.flow)}>{each.flow_name}</Link>
                    <span className="soft">{t(`flows.trace.why.${each.reason as "no_event"}`, { event: each.event })}</span>
                  </li>
                ))}
              </ul>
            </Card>
          ) : null}
        </Stack>
      )}
    </Ready>
  );
}

function OneWay({ way }: { way: Way }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const words = useFlowWords();
  const standing = way.state === "holdout" ? "holdout" : way.ended_at ? "done" : "inside";
  return (
    <Card
      title={<Link to={path("flows", way.flow)}>{way.flow_name}</Link>}
      note={t(`flows.trace.${standing}`, { reason: words.reason(way.reason), step: words.kind(way.standing_type) })}
    >
      <ol className={styles.trace}>
        <li>
          <Time at={way.entered_at} exact />
          <span>{way.event ? t("flows.trace.cameBy", { event: way.event }) : t("flows.trace.came")}</span>
        </li>
        {way.passed.map((step) => (
          <li key={`${step.at} ${step.node} ${step.way}`}>
            <Time at={step.at} exact />
            <span>{step.name || words.kind(step.type) || step.node}</span>
            <span className="soft">{words.way(step.way)}</span>
            {step.held ? <span className="soft">{t("holdouts.notReached", { holdout: step.held })}</span> : null}
          </li>
        ))}
        {way.standing_held ? <li className="soft">{t("holdouts.notReached", { holdout: way.standing_held })}</li> : null}
        {way.wakes_at ? (
          <li>
            <Time at={way.wakes_at} exact />
            <span className="soft">{t("flows.trace.wakes")}</span>
          </li>
        ) : null}
        {way.goal_at ? (
          <li>
            <Time at={way.goal_at} exact />
            <span className="good">{t("flows.trace.goal")}</span>
          </li>
        ) : null}
      </ol>
    </Card>
  );
}
