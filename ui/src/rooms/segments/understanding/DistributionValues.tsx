// Which values are the most frequent? Each is a group of people.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { useTagNames, useTraitNames } from "../names";
import type { Json } from "../dump";
import { useAsking } from "../useAsking";
import type { Distribution } from "./queries";
import styles from "./Understanding.module.css";
import { useShownName, useShownValue } from "./useFindingWords";
import { within } from "./within";

export function DistributionValues({ found }: { found: Distribution }): ReactNode {
  const { t } = useTranslation();
  const { tag: locale } = useLanguage();
  const asking = useAsking();
  const name = useShownName()(found.of, found.name);
  const valueOf = useShownValue();
  const names = { tag: useTagNames(), trait: useTraitNames() };
  const isList = names[found.of].find((each) => each.name === found.name)?.type === "list";
  const most = Math.max(1, ...found.values.map((each) => each.people));
  const rest = found.distinct - found.values.length;
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  return (
    <Card title={`${name} · ${t("distribution.values")}`} note={t("distribution.valuesNote")}>
      <ul className={styles.values}>
        {found.values.map(({ value, people }) => {
          const test = { name: found.name, op: isList ? "list_contains" : "equals", value: value as Json };
          return (
            <li key={JSON.stringify(value)}>
              <Link className={styles.value} to={asking(within(found, [{ [found.of]: test }]))}>
                <span className={styles.valueName}>{valueOf(found.of, found.name, value)}</span>
                <span className={styles.valueBar} aria-hidden>
                  <span style={{ width: `${(people / most) * 100}%` }} />
                </span>
                <span className="tabular">
                  {formatNumber(people, locale)} <span className="faint">{percent.format(people / found.known)}</span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      {rest > 0 ? <p className="faint">{t("distribution.rest", { count: rest })}</p> : null}
    </Card>
  );
}
