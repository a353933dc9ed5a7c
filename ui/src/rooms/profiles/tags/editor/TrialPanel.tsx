// What would it say of everybody, before it is saved? Coverage, how the values are spread, what it misses, and some people.
import { useQueries, useQuery } from "@tanstack/react-query";
import { Spin } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Technical } from "@/parts/states";
import { useErrorWords } from "@/parts/useErrorWords";
import builderStyles from "@/rooms/segments/builder/Builder.module.css";
import { usePath, useWorkspace } from "@/shell/workspace";
import { formatPercent } from "../marks";
import { personQuery } from "../../queries";
import { personName } from "../../personName";
import { rolesQuery, type TagTrial } from "../queries";
import { useSpoken, useTagValue, type Valued } from "../words";
import styles from "./Editor.module.css";
import type { Trying } from "./useTrial";

const PEOPLE = 5;
const VALUES = 12;

export function TrialPanel({ trying, valued }: { trying: Trying; valued: Valued }): ReactNode {
  const { t } = useTranslation();
  const { state, trial, error } = trying;
  return (
    <Card
      title={t("tagEditor.trial.title")}
      note={state === "given" ? undefined : t("tagEditor.trial.note")}
      actions={state === "asking" ? <Spin size="small" aria-label={t("tagEditor.trial.asking")} /> : null}
    >
      {state === "given" ? <p className="soft">{t("tagEditor.trial.given")}</p> : null}
      {state === "incomplete" ? <p className="soft">{t("tagEditor.trial.incomplete")}</p> : null}
      {state === "failed" ? <Failed error={error} /> : null}
      {trial && state !== "given" ? (
        <div className={state === "ready" ? undefined : builderStyles.stale} aria-busy={state !== "ready"}>
          <Found trial={trial} valued={valued} />
        </div>
      ) : state === "asking" ? (
        <p className="soft">{t("tagEditor.trial.asking")}</p>
      ) : null}
    </Card>
  );
}

function Failed({ error }: { error: unknown }): ReactNode {
  const known = asApiError(error);
  const { text } = useErrorWords(known);
  return (
    <div role="alert">
      {text}
      <Technical error={known} />
    </div>
  );
}

function Found({ trial, valued }: { trial: TagTrial; valued: Valued }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { people, everybody } = trial;
  const share = everybody > 0 ? people / everybody : 0;
  return (
    <>
      <div role="status">
        <div className={builderStyles.total}>
          <strong className="tabular" data-testid="trial-people">
            {formatNumber(people, tag)}
          </strong>
          <span className="soft">{t("tagEditor.trial.people", { count: people })}</span>
        </div>
        <div className={builderStyles.bar} aria-hidden>
          <span style={{ width: `${share * 100}%` }} />
        </div>
        <p className={builderStyles.note}>
          {t("tagEditor.trial.coverage", { share: formatPercent(share, tag), everybody: formatNumber(everybody, tag) })}
        </p>
      </div>
      <Missing roles={trial.missing} />
      {trial.values.length > 0 ? <Values trial={trial} valued={valued} /> : null}
      <Sample people={trial.sample} />
    </>
  );
}

function Missing({ roles }: { roles: readonly string[] }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const spoken = useSpoken();
  const path = usePath();
  const known = useQuery({ ...rolesQuery(slug), enabled: roles.length > 0 });
  if (roles.length === 0) return null;
  const names = roles.map((key) => spoken(known.data?.items.find((role) => role.role === key)?.label, key));
  return (
    <p role="alert" className={styles.missing}>
      {t("tagEditor.trial.missing", { roles: names.join(", ") })} <Link to={path("tag-roles")}>{t("tags.roles")}</Link>
    </p>
  );
}

function Values({ trial, valued }: { trial: TagTrial; valued: Valued }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const shown = useTagValue();
  const first = trial.values.slice(0, VALUES);
  const most = Math.max(...first.map((each) => each.people), 1);
  const rest = trial.distinct - first.length;
  return (
    <section className={builderStyles.part}>
      <h3>{t("tags.distribution")}</h3>
      <ul className={styles.spread}>
        {first.map(({ value, people }) => (
          <li key={JSON.stringify(value)}>
            <span className={styles.spreadName}>{shown(valued, value)}</span>
            <span className="tabular">
              {formatNumber(people, tag)} <span className="faint">{formatPercent(people / Math.max(trial.people, 1), tag)}</span>
            </span>
            <span className={styles.spreadBar} aria-hidden>
              <span style={{ width: `${(people / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 ? <p className="faint">{t("tags.more", { count: rest })}</p> : null}
    </section>
  );
}

function Sample({ people }: { people: readonly number[] }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const some = people.slice(0, PEOPLE);
  const found = useQueries({ queries: some.map((id) => ({ ...personQuery(slug, id), staleTime: 600_000 })) });
  if (some.length === 0) return null;
  return (
    <section className={builderStyles.part}>
      <h3>{t("preview.sample")}</h3>
      <ul className={styles.sample}>
        {some.map((id, at) => {
          const person = found[at]?.data;
          return (
            <li key={id}>
              <Link to={`${path("people", id)}?tab=tags`} target="_blank" rel="noreferrer">
                {(person ? personName(person) : null) ?? t("people.unnamed", { id })}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
