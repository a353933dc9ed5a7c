// How many people stand on each level? Each layer opens the people in it.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { usePath } from "@/shell/workspace";
import { LEVELS, type TiesResult } from "./queries";
import styles from "./Ties.module.css";
import { useShare } from "./words";

export function Pyramid({ result }: { result: TiesResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const path = usePath();
  const share = useShare();
  const most = Math.max(...LEVELS.map((level) => result.levels[level]), 1);
  return (
    <Card title={t("ties.pyramid")} note={t("ties.pyramidNote")}>
      <ul className={styles.pyramid} aria-label={t("ties.pyramid")}>
        {LEVELS.map((level) => {
          const people = result.levels[level];
          return (
            <li key={level}>
              <div className={styles.layer} aria-hidden>
                <span className={styles[level]} style={{ width: `${(people / most) * 100}%` }} />
              </div>
              <div className={styles.layerText}>
                <Link to={`${path("tags", "tie_level")}?value=${encodeURIComponent(JSON.stringify(level))}`} className="tabular">
                  {t("ties.layer", { level: t(`ties.levels.${level}`), people: formatNumber(people, tag) })}
                </Link>
                <span className="tabular">{share(result.people > 0 ? people / result.people : 0, 1)}</span>
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
