// Who would be in it? The exact number while one builds, the condition in words, and some of the people, each with the reason.
import { Spin } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError } from "@/api/errors";
import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber, formatRelative } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Technical } from "@/parts/states";
import { useErrorWords } from "@/parts/useErrorWords";
import { useNow } from "@/parts/useNow";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { personName } from "@/rooms/profiles/personName";
import { useMay } from "@/shell/workspace";
import { ConditionWhy, WhyDrawer } from "../Explanation";
import type { Preview } from "../queries";
import styles from "./Builder.module.css";

export type PreviewState = "ready" | "asking" | "incomplete" | "unreadable" | "failed";

interface PreviewPanelProps {
  readonly state: PreviewState;
  /** The last answer, also while a newer one is awaited. */
  readonly preview: Preview | undefined;
  readonly error: unknown;
}

export function PreviewPanel({ state, preview, error }: PreviewPanelProps): ReactNode {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const stale = state !== "ready";
  return (
    <Card title={t("preview.title")} actions={state === "asking" ? <Spin size="small" aria-label={t("preview.asking")} /> : null}>
      {state === "incomplete" || state === "unreadable" ? <p className="soft">{t(`preview.${state}`)}</p> : null}
      {state === "failed" ? <Failed error={error} /> : null}
      {preview ? (
        <div className={stale ? styles.stale : undefined} aria-busy={stale}>
          <Total preview={preview} />
          <section className={styles.part}>
            <h3>{t("preview.words")}</h3>
            <p>{preview.parts[0]?.[language]}</p>
          </section>
          <Sample preview={preview} />
        </div>
      ) : state === "asking" ? (
        <p className="soft">{t("preview.asking")}</p>
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

function Total({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const now = useNow();
  const share = preview.total > 0 ? preview.count / preview.total : 0;
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumSignificantDigits: 3 }).format(share);
  return (
    <div role="status">
      <div className={styles.total}>
        <strong className="tabular" data-testid="preview-count">
          {formatNumber(preview.count, tag)}
        </strong>
        <span className="soft">{t("preview.people", { count: preview.count })}</span>
      </div>
      <div className={styles.bar} aria-hidden>
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <p className={styles.note}>
        {t("preview.of", { share: percent, total: formatNumber(preview.total, tag) })}
        {" · "}
        {t("preview.exact", { when: formatRelative(preview.asked_at, now, tag) })}
      </p>
    </div>
  );
}

function Sample({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation();
  const may = useMay("people:read");
  const [open, setOpen] = useState<{ readonly id: number; readonly name: string } | null>(null);
  return (
    <section className={styles.part}>
      <h3>{t("preview.sample")}</h3>
      {!may ? (
        <p className="soft">{t("preview.noPeople")}</p>
      ) : preview.count === 0 ? (
        <p className="soft">{t("preview.noSample")}</p>
      ) : null}
      <ul className={styles.sample}>
        {preview.sample.map((person) => (
          <li key={person.person_id}>
            <button
              type="button"
              className={styles.someone}
              onClick={() => setOpen({ id: person.person_id, name: personName(person) ?? t("people.unnamed", { id: person.person_id }) })}
            >
              <PersonLabel person={person} />
            </button>
          </li>
        ))}
      </ul>
      <WhyDrawer person={open} onClose={() => setOpen(null)}>
        {(person) => <ConditionWhy condition={preview.asked} person={person} />}
      </WhyDrawer>
    </section>
  );
}
