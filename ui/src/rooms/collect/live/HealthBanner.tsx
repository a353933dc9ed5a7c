// Is collection well? Silent while it is; says so when events wait too long or could not be accepted.
import { useQuery } from "@tanstack/react-query";
import { Alert } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDuration, formatNumber } from "@/parts/format";
import { usePath, useWorkspace } from "@/shell/workspace";
import styles from "./Live.module.css";
import { healthQuery } from "./queries";

const LAG_SECONDS = 30;

export function HealthBanner(): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug } = useWorkspace();
  const path = usePath();
  const { data } = useQuery(healthQuery(slug));
  if (!data) return null;
  const letters = data.open_dead_letters;
  return (
    <div className={styles.banners}>
      {data.lag_seconds > LAG_SECONDS ? (
        <Alert
          type="warning"
          showIcon
          title={t("live.lagging", { wait: formatDuration(data.lag_seconds, tag), events: formatNumber(data.backlog_events, tag) })}
        />
      ) : null}
      {letters > 0 ? (
        <Alert
          type="error"
          showIcon
          title={t("live.deadLetters", { count: letters, shown: formatNumber(letters, tag) })}
          action={<Link to={path("live", "dead-letters")}>{t("live.openDeadLetters")}</Link>}
        />
      ) : null}
    </div>
  );
}
