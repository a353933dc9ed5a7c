// What was in an uploaded file: how many ids were found, which nobody has, and which rows say nothing?
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { Facts } from "@/parts/Facts";
import { Refusal } from "@/parts/Refusal";
import { Num } from "@/parts/values";
import { useWords } from "@/i18n/useWords";
import styles from "./Lists.module.css";
import type { ListUpload } from "./queries";

const COUNTS = ["rows", "matched", "unknown", "duplicates", "invalid", "people"] as const;

export function Report({ upload: { file, column, error, report } }: { upload: ListUpload }): ReactNode {
  const { t } = useTranslation();
  return (
    <section className={styles.report} aria-label={t("lists.details", { file })}>
      <Refusal error={error ? new ApiError(422, error.code, error.message) : null} />
      {report ? (
        <>
          <Facts
            columns={2}
            items={[
              ...COUNTS.map((name) => [t(`lists.report.${name}`), <Num key={name} value={report[name]} />] as const),
              [t("lists.report.columnRead"), <code key="column">{column}</code>],
            ]}
          />
          <Examples note={t("lists.unknownNote")} items={report.unknown_examples} />
          <Examples note={t("lists.invalidNote")} items={report.invalid_examples} />
        </>
      ) : null}
    </section>
  );
}

function Examples({ note, items }: { note: string; items: readonly Schemas["ExampleBody"][] }): ReactNode {
  const { t } = useTranslation();
  const words = useWords();
  if (items.length === 0) return null;
  return (
    <>
      <p>{note}</p>
      <ul className={styles.examples}>
        {items.map(({ row, value, why }) => (
          <li key={row}>
            {value ? <code>{value}</code> : null}{" "}
            <span>
              {t("lists.row", { row })}
              {why ? ` · ${words(`lists.whys.${why}`) ?? t("lists.whyElse")}` : ""}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
