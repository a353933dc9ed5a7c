// Are people still as they were in training? How the scores lie now, and which features have moved.
import { Activity } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Card } from "@/parts/Page";
import { Notice } from "@/parts/states";
import { DriftPill } from "./marks";
import styles from "./Models.module.css";
import type { Scored } from "./scored";
import { useFigure, useShare } from "./words";

const SHOWN = 12;

export function DriftView({ scored }: { scored: Scored | null }): ReactNode {
  const { t } = useTranslation();
  const { language, tag } = useLanguage();
  const figure = useFigure();
  const share = useShare();
  if (!scored || scored.histogram.length === 0) {
    return (
      <Card>
        <Notice compact icon={Activity} title={t("models.noDrift.title")} text={t("models.noDrift.text")} />
      </Card>
    );
  }
  const { histogram, drift } = scored;
  const most = Math.max(...histogram, 1);
  const number = new Intl.NumberFormat(tag);
  const features = drift?.features.slice(0, SHOWN) ?? [];
  const top = Math.max(...features.map((each) => each.index), 0.25);
  return (
    <div className={styles.two}>
      <Card title={t("models.scores")} note={t("models.scoresNote")}>
        <ul className={styles.bars}>
          {histogram.map((people, at) => (
            <li key={at}>
              <span className="tabular">
                {share(at / histogram.length, 0)} – {share((at + 1) / histogram.length, 0)}
              </span>
              <span className="tabular faint">{number.format(people)}</span>
              <span className={styles.track} aria-hidden>
                {people > 0 ? <span style={{ width: `${(people / most) * 100}%` }} /> : null}
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <Card title={t("models.moved")} note={t("models.movedNote")} actions={<DriftPill drift={drift} />}>
        {features.length === 0 ? <p className="soft">{t("models.noDrift.text")}</p> : null}
        <ul className={styles.bars}>
          {features.map((each) => (
            <li key={each.feature}>
              <span>{each[language]}</span>
              <span className="tabular faint">{figure(each.index, 2)}</span>
              <span className={styles.track} aria-hidden>
                <span style={{ width: `${(each.index / top) * 100}%` }} />
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
