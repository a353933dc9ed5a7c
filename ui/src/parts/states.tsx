// What does a page show when it has nothing to show? Loading, failed, empty, not allowed, not found: each says what to do next.
import { Button, Skeleton } from "antd";
import { CloudOff, FileQuestion, Lock, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asApiError, type ApiError } from "@/api/errors";
import styles from "./states.module.css";
import { useErrorWords } from "./useErrorWords";

interface NoticeProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text?: ReactNode;
  readonly action?: ReactNode;
  readonly tone?: "plain" | "bad";
  readonly compact?: boolean;
}

/** The one look of every empty or failed place. */
export function Notice({ icon: Icon, title, text, action, tone = "plain", compact = false }: NoticeProps): ReactNode {
  return (
    <div className={`${styles.notice ?? ""} ${compact ? (styles.compact ?? "") : ""}`} role={tone === "bad" ? "alert" : "status"}>
      <span className={tone === "bad" ? styles.iconBad : styles.icon} aria-hidden>
        <Icon size={20} strokeWidth={1.75} />
      </span>
      <h2 className={styles.title}>{title}</h2>
      {text ? <p className={styles.text}>{text}</p> : null}
      {action ? <div className={styles.action}>{action}</div> : null}
    </div>
  );
}

export function Loading({ rows = 5 }: { rows?: number }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className={styles.loading} role="status" aria-label={t("states.loading")}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  );
}

export function NoPermission(): ReactNode {
  const { t } = useTranslation();
  return <Notice icon={Lock} title={t("states.forbidden.title")} text={t("states.forbidden.text")} />;
}

export function NotFound({ action }: { action?: ReactNode }): ReactNode {
  const { t } = useTranslation();
  return <Notice icon={FileQuestion} title={t("states.missing.title")} text={t("states.missing.text")} action={action} />;
}

export function Failure({ error, retry }: { error: unknown; retry?: (() => unknown) | undefined }): ReactNode {
  const { t } = useTranslation();
  const known = asApiError(error);
  const { title, text } = useErrorWords(known);
  if (known.status === 403) return <NoPermission />;
  if (known.status === 404) return <NotFound />;
  return (
    <Notice
      icon={known.code === "offline" ? CloudOff : TriangleAlert}
      tone="bad"
      title={title}
      text={
        <>
          {text}
          <Technical error={known} />
        </>
      }
      action={retry ? <Button onClick={() => void retry()}>{t("states.retry")}</Button> : undefined}
    />
  );
}

/** What the server said, word for word, for whoever has to look into it; folded away so that a page keeps one language. */
export function Technical({ error }: { error: ApiError }): ReactNode {
  const { t } = useTranslation();
  if (!error.message) return null;
  return (
    <details className={styles.technical}>
      <summary>{t("states.technical")}</summary>
      <code lang="en">
        {error.code}
        {": "}
        {error.message}
      </code>
    </details>
  );
}

interface Query<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** The three states of a query in one place; `children` gets the data once there is some. */
export function Ready<T>({ query, rows, children }: { query: Query<T>; rows?: number; children: (data: T) => ReactNode }): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={query.refetch} />;
  return <Loading rows={rows ?? 5} />;
}
