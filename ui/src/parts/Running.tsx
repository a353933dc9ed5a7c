// Is the answer on its way? How far it is, as soon as that is told, and a way to stop it.
import { useQuery, type QueryKey } from "@tanstack/react-query";
import { Button, Progress, Spin } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { farQuery } from "./followed";
import styles from "./Running.module.css";

interface RunningProps {
  readonly question: QueryKey;
  readonly onStop: () => void;
}

export function Running({ question, onStop }: RunningProps): ReactNode {
  const { t } = useTranslation();
  const { data: far = 0 } = useQuery(farQuery(question));
  return (
    <div className={styles.running} role="status">
      <Spin size="small" />
      <span className="soft">{t("reports.running")}</span>
      {far > 0 ? (
        <div className={styles.bar}>
          <Progress percent={Math.round(far * 100)} size="small" status="active" aria-label={t("reports.far")} />
        </div>
      ) : null}
      <Button size="small" onClick={onStop}>
        {t("actions.cancel")}
      </Button>
    </div>
  );
}
