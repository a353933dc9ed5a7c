// How far can these numbers be trusted? Period, zone, freshness and exactness, said under every report.
import { Tooltip } from "antd";
import { BadgeCheck, Waypoints } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ReportAnswer } from "@/api/contract";
import { usePeriodName } from "@/parts/PeriodPicker";
import type { Period } from "@/parts/period";
import { Day, Time } from "@/parts/values";
import { LeftOut } from "./LeftOut";
import styles from "./Truth.module.css";

export function Truth({ answer, period }: { answer: Omit<ReportAnswer<unknown>, "data">; period: Period }): ReactNode {
  const { t } = useTranslation();
  const name = usePeriodName(period);
  return (
    <ul className={styles.truth} aria-label={t("truth.label")}>
      <li>
        {t("truth.period", { period: name })}
        {period.preset && answer.first_day ? (
          <>
            {" ("}
            <Day day={answer.first_day} />
            {" – "}
            <Day day={answer.last_day} />
            {")"}
          </>
        ) : null}
      </li>
      <LeftOut warnings={answer.warnings}>{(words) => <li>{words}</li>}</LeftOut>
      <li>{t("truth.zone", { zone: answer.zone })}</li>
      <li>
        {t("truth.freshness")} <Time at={answer.watermark} />
      </li>
      <li>
        <Tooltip title={t(answer.exact ? "truth.exactHint" : "truth.estimateHint")}>
          <span className={styles.exact}>
            {answer.exact ? <BadgeCheck size={13} aria-hidden /> : <Waypoints size={13} aria-hidden />}
            {t(answer.exact ? "truth.exact" : "truth.estimate")}
          </span>
        </Tooltip>
      </li>
    </ul>
  );
}
