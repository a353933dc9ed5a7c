// What can be done with several segments that were chosen? Look at how they overlap and differ.
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useUnderstanding } from "./address";
import { MOST } from "./queries";
import styles from "./Understanding.module.css";

export function Together({ keys, onClear }: { keys: readonly string[]; onClear: () => void }): ReactNode {
  const { t } = useTranslation();
  const address = useUnderstanding();
  if (keys.length === 0) return null;
  const overlaps = keys.length >= 2 && keys.length <= MOST;
  return (
    <div className={styles.together} role="status">
      <strong>{t("understanding.chosen", { count: keys.length })}</strong>
      {keys.length <= 2 ? (
        <Link to={address("comparison", keys)}>
          <Button size="small">{t("understanding.compare")}</Button>
        </Link>
      ) : null}
      {overlaps ? (
        <Link to={address("overlap", keys)}>
          <Button size="small">{t("understanding.overlap")}</Button>
        </Link>
      ) : keys.length > MOST ? (
        <span className="soft">{t("understanding.tooMany", { most: MOST })}</span>
      ) : null}
      <Button size="small" type="text" onClick={onClear}>
        {t("understanding.unchoose")}
      </Button>
    </div>
  );
}
