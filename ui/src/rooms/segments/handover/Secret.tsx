// With which secret are calls signed? Shown once, with a button that copies it.
import { Alert } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Copy } from "@/parts/Copy";
import styles from "./Handover.module.css";

export function Secret({ secret }: { secret: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Alert type="warning" showIcon title={t("syncs.secretText")} />
      <div className={styles.secret}>
        <code data-testid="sync-secret">{secret}</code>
        <Copy text={secret} label={t("syncs.copySecret")} />
      </div>
      <p className="faint">{t("syncs.secretHow")}</p>
    </>
  );
}
