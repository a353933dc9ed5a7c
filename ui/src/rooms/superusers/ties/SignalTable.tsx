// What does the score count, how much of it, and what is missing here?
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import type { TieSignal, TiesResult } from "./queries";
import styles from "./Ties.module.css";
import { useShare } from "./words";

export function SignalTable({ result }: { result: TiesResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const half = ({ key, half: value }: TieSignal): string => {
    if (value === null) return "–";
    return key === "started" ? share(value) : new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }).format(value);
  };
  return (
    <Card title={t("ties.signals")} note={t("ties.signalsNote")}>
      <div className={styles.scroll}>
        <table className={`${styles.grid ?? ""} tabular`}>
          <caption className="visually-hidden">{t("ties.signals")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("ties.signal")}</th>
              <th scope="col">{t("ties.weight")}</th>
              <th scope="col">{t("ties.half")}</th>
              <th scope="col">{t("ties.people")}</th>
            </tr>
          </thead>
          <tbody>
            {result.signals.map((one) => (
              <tr key={one.key}>
                <td>{t(`ties.signalNames.${one.key}`)}</td>
                <td>{one.weight === null ? t("ties.absent") : share(one.weight)}</td>
                <td>{half(one)}</td>
                <td>{one.weight === null ? "–" : formatNumber(one.people, tag)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
