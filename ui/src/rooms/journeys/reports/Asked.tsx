// What is the answer? Asked as soon as everything is picked; can be stopped, asked of a sample when it is too large, and says what it is not sure of.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { CircleSlash2, MousePointerClick, ScanSearch } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { Card } from "@/parts/Page";
import { Running } from "@/parts/Running";
import { Failure, Notice } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { withLast } from "./form/days";
import { kindOf } from "./kinds/kinds";
import type { KindName } from "./kinds/names";
import { answerQuery, type Answered } from "./queries";
import styles from "./Reports.module.css";
import { Shown } from "./Shown";
import { numberOf, withFields, writeSpec, type Spec } from "./spec";
import { offerOf, SampleNote, TooLarge } from "./TooLarge";
import { useSaying } from "./useGroupWords";

interface AskedProps {
  readonly kind: KindName;
  readonly spec: Spec;
  readonly onChange: (spec: Spec) => void;
  /** Of files and segments. */
  readonly name: string;
}

export function Asked(props: AskedProps): ReactNode {
  const { t } = useTranslation();
  const lack = kindOf(props.kind).lack(props.spec);
  if (lack) {
    return (
      <Card>
        <Notice compact icon={MousePointerClick} title={t("reports.lacking")} text={t(`reports.lacks.${lack}`)} />
      </Card>
    );
  }
  return <Asking {...props} />;
}

function Asking({ kind, spec, onChange, name }: AskedProps): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const client = useQueryClient();
  const options = answerQuery(slug, kind, writeSpec(spec));
  const query = useQuery(options);
  const stop = (): void => void client.cancelQueries({ queryKey: options.queryKey });
  if (query.error && !query.isFetching)
    return <Refused error={query.error} spec={spec} onChange={onChange} retry={() => void query.refetch()} />;
  if (query.data) {
    return (
      <div aria-busy={query.isFetching} className={query.isPlaceholderData ? styles.stale : undefined}>
        {query.isPlaceholderData && query.isFetching ? <Running question={options.queryKey} onStop={stop} /> : null}
        <Told kind={kind} answered={query.data} spec={spec} onChange={onChange} name={name} />
      </div>
    );
  }
  if (query.isFetching) {
    return (
      <Card>
        <Running question={options.queryKey} onStop={stop} />
      </Card>
    );
  }
  return (
    <Notice
      icon={ScanSearch}
      title={t("reports.stopped")}
      action={<Button onClick={() => void query.refetch()}>{t("reports.again")}</Button>}
    />
  );
}

interface RefusedProps {
  readonly error: unknown;
  readonly spec: Spec;
  readonly onChange: (spec: Spec) => void;
  readonly retry: () => void;
}

function Refused({ error, spec, onChange, retry }: RefusedProps): ReactNode {
  const offer = offerOf(error);
  if (offer !== null)
    return <TooLarge error={error} percent={offer} onSample={() => onChange(withFields(spec, { sample_percent: offer }))} retry={retry} />;
  return <Failure error={error} retry={asApiError(error).code === "invalid_spec" ? undefined : retry} />;
}

interface ToldProps extends AskedProps {
  readonly answered: Answered;
}

function Told({ kind, answered, spec, onChange, name }: ToldProps): ReactNode {
  const { t } = useTranslation();
  const { answer, spec: asked } = answered;
  const saying = useSaying(asked);
  const view = useMemo(() => kindOf(kind).view(answer.data, saying), [kind, answer.data, saying]);
  const all = spec.last_days === undefined && spec.first_day === undefined && spec.last_day === undefined;
  return (
    <>
      <Warnings answered={answered} onChange={onChange} />
      {view.empty ? (
        <Notice
          icon={CircleSlash2}
          title={t(answer.first_day ? "reports.empty.title" : "reports.empty.never")}
          text={t(all ? "reports.empty.allText" : "reports.empty.text")}
          action={all ? undefined : <Button onClick={() => onChange(withLast(spec, null))}>{t("overview.empty.allTime")}</Button>}
        />
      ) : (
        <Shown kind={kind} answered={answered} view={view} name={name} />
      )}
    </>
  );
}

/** What the reader should know before the numbers: names that no event has, and that this is only a sample. */
function Warnings({ answered: { answer, spec }, onChange }: { answered: Answered; onChange: (spec: Spec) => void }): ReactNode {
  const { t } = useTranslation();
  const unknown = answer.warnings.filter(({ code }) => code === "unknown_event");
  const percent = numberOf(spec.sample_percent);
  return (
    <>
      {unknown.length > 0 ? (
        <Alert
          className={styles.alert ?? ""}
          type="warning"
          showIcon
          title={t("reports.unknown", { count: unknown.length })}
          description={unknown.map(({ subject, near }) => (
            <div key={subject}>
              <code>{subject}</code>
              {near.length > 0 ? <span className="soft"> {t("reports.near", { names: near.join(", ") })}</span> : null}
            </div>
          ))}
        />
      ) : null}
      {percent !== null ? (
        <div className={styles.alert}>
          <SampleNote percent={percent} onAll={() => onChange(withFields(spec, { sample_percent: undefined }))} />
        </div>
      ) : answer.exact ? null : (
        <Alert className={styles.alert ?? ""} type="info" showIcon title={t("truth.estimate")} description={t("truth.estimateHint")} />
      )}
    </>
  );
}
