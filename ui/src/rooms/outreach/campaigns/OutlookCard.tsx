// What would launching do? Who, how many, why not, when, and what it costs; asked anew whenever something is changed.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card, Stack } from "@/parts/Page";
import { Loading, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { Money, Num, Time } from "@/parts/values";
import { useMay, useWorkspace } from "@/shell/workspace";
import { Letter } from "../Letter";
import { previewQuery, templateQuery } from "../queries";
import { useReason } from "../words";
import styles from "./Campaigns.module.css";
import { outlookQuery, type Outlook, type Spec } from "./queries";
import { contextOf, LETTERS } from "./spec";

const MICROS_A_MINOR = 10_000;

export function OutlookCard({ campaign, spec }: { campaign: string; spec: Spec }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(outlookQuery(slug, campaign, useDelayed(JSON.stringify(spec), 500)));
  return (
    <Stack>
      <Card title={t("campaigns.outlook.title")} note={query.isFetching ? t("campaigns.outlook.counting") : undefined}>
        <Ready query={query} rows={3}>
          {(found) => <Numbers found={found} />}
        </Ready>
      </Card>
      {query.data && query.data.sample.length > 0 ? <AsRead spec={spec} people={query.data.sample} /> : null}
    </Stack>
  );
}

function Numbers({ found }: { found: Outlook }): ReactNode {
  const { t } = useTranslation();
  const reason = useReason();
  const most = Math.max(1, ...found.hours.map((hour) => hour.people));
  const refused = Object.values(found.refusals).reduce((sum, count) => sum + count, 0);
  const waits = found.approval_over !== null && found.entered + found.held > found.approval_over;
  return (
    <div aria-live="polite">
      <div className={styles.big}>
        <Num value={found.entered} />
      </div>
      <span className="faint">{t("campaigns.outlook.entered")}</span>
      <ul className={styles.lines}>
        <li>{t("campaigns.outlook.found", { found: found.found, everybody: found.everybody })}</li>
        {found.excluded > 0 ? <li>{t("campaigns.outlook.excluded", { count: found.excluded })}</li> : null}
        {found.held > 0 ? <li>{t("campaigns.outlook.held", { count: found.held })}</li> : null}
        {refused > 0 ? <li>{t("campaigns.outlook.refused", { refused, looked: found.looked_at })}</li> : null}
        {Object.entries(found.refusals).map(([why, count]) => (
          <li key={why}>
            · {reason(why)}: {count.toLocaleString()}
          </li>
        ))}
        {found.begins_at ? (
          <li>
            {t("campaigns.outlook.begins")} <Time at={found.begins_at} exact />
          </li>
        ) : null}
        {found.decide_at ? (
          <li>
            {t("campaigns.outlook.decides")} <Time at={found.decide_at} exact />
          </li>
        ) : null}
        {found.cost_micros !== null ? (
          <li>
            {t("campaigns.outlook.cost")} <Money minor={Math.round(found.cost_micros / MICROS_A_MINOR)} />
          </li>
        ) : null}
        {waits ? <li>{t("campaigns.outlook.approval", { limit: found.approval_over ?? 0 })}</li> : null}
      </ul>
      {found.hours.length > 1 ? (
        <>
          <div className={styles.hours} role="img" aria-label={t("campaigns.outlook.hours")}>
            {found.hours.map((hour) => (
              <span
                key={hour.at}
                title={`${hour.at}: ${String(hour.people)}`}
                style={{ height: `${String((100 * hour.people) / most)}%` }}
              />
            ))}
          </div>
          <span className="faint">{t("campaigns.outlook.hours")}</span>
        </>
      ) : null}
    </div>
  );
}

/** The letter as one of the people would read it. */
function AsRead({ spec, people }: { spec: Spec; people: readonly number[] }): ReactNode {
  const { t } = useTranslation();
  const { slug, currency } = useWorkspace();
  const may = useMay("messages:read");
  const [place, setPlace] = useState(0);
  const [picked, setPicked] = useState<number | null>(null);
  const person = picked !== null && people.includes(picked) ? picked : people[0];
  const chosen = spec.variants[place] ?? spec.variants[0];
  const template = useQuery({ ...templateQuery(slug, chosen?.template ?? ""), enabled: may && Boolean(chosen?.template), retry: false });
  const body = JSON.stringify({ spec: template.data?.spec, person_id: person, context: contextOf(spec, chosen?.offer, currency) });
  const letter = useQuery({ ...previewQuery(slug, body), enabled: template.isSuccess && person !== undefined });
  if (!may || !chosen?.template) return null;
  return (
    <Card title={t("campaigns.letter")}>
      <Stack gap={8}>
        <Select<number>
          aria-label={t("campaigns.asPerson")}
          value={person ?? null}
          onChange={(next: number) => setPicked(next)}
          options={people.map((value) => ({ value, label: t("flows.person", { id: value }) }))}
          style={{ width: "100%" }}
        />
        {spec.variants.length > 1 ? (
          <Select<number>
            aria-label={t("campaigns.variant")}
            value={place}
            onChange={setPlace}
            options={spec.variants.map((one, value) => ({ value, label: `${LETTERS[value] ?? ""} · ${one.template}` }))}
            style={{ width: "100%" }}
          />
        ) : null}
        {letter.isError ? <span className="faint">{t("campaigns.noLetter")}</span> : null}
        {letter.data ? <Letter {...letter.data} /> : letter.isLoading ? <Loading rows={2} /> : null}
      </Stack>
    </Card>
  );
}
