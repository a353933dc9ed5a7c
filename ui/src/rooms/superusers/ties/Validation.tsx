// Did stronger ties bring more? Everybody as they could have been scored a quarter back, beside what came after it.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay, formatMoney, formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import type { TiesResult } from "./queries";
import styles from "./Ties.module.css";
import { useShare } from "./words";

type Judged = TiesResult["validation"];
type Tenth = Required<Judged>["tenths"][number];

export function Validation({ result }: { result: TiesResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const judged = result.validation;
  if (judged.reason !== "") {
    return (
      <Card title={t("ties.validation")}>
        <p className="soft">{t(`ties.unjudged.${judged.reason}`, { people: formatNumber(judged.people, tag) })}</p>
      </Card>
    );
  }
  const note = t("ties.validationNote", {
    day: formatDay(judged.cut, tag),
    days: judged.days ?? 0,
    people: formatNumber(judged.people, tag),
  });
  return (
    <Card title={t("ties.validation")} note={note}>
      <Ranks judged={judged} />
      <Tenths result={result} tenths={judged.tenths ?? []} />
    </Card>
  );
}

function Ranks({ judged }: { judged: Judged }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const figure = (value: number): string =>
    new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
  return (
    <ul className="soft">
      {(judged.ranks ?? []).map((one) => (
        <li key={one.outcome}>
          {t("ties.rank", {
            outcome: t(`ties.outcomes.${one.outcome}`),
            rho: figure(one.rho),
            low: figure(one.low),
            high: figure(one.high),
            naive: figure(one.naive),
          })}
        </li>
      ))}
    </ul>
  );
}

function Tenths({ result, tenths }: { result: TiesResult; tenths: readonly Tenth[] }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const most = Math.max(...tenths.map((one) => one.retained ?? 0), 0.001);
  return (
    <div className={styles.scroll}>
      <table className={`${styles.grid ?? ""} tabular`}>
        <caption className="visually-hidden">{t("ties.validation")}</caption>
        <thead>
          <tr>
            {(["tenth", "mean", "retained", "value", "brought"] as const).map((name) => (
              <th key={name} scope="col">
                {t(`ties.tenth.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...tenths].reverse().map((one) => (
            <tr key={one.tenth}>
              <td>{formatNumber(11 - one.tenth, tag)}</td>
              <td>{one.score === null ? "–" : formatNumber(Math.round(one.score), tag)}</td>
              <td>
                <span className={styles.bar} style={{ width: `${((one.retained ?? 0) / most) * 60}px` }} aria-hidden />
                {one.retained === null ? "–" : share(one.retained)}
              </td>
              <td>{one.value === null ? "–" : formatMoney(Math.round(one.value), result.currency, tag, true)}</td>
              <td>{one.brought === null ? "–" : formatNumber(Math.round(one.brought * 1000) / 10, tag)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
