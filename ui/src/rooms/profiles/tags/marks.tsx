// Is the tag well, and how many have it? The small marks that every page of tags shows.
import { useQuery } from "@tanstack/react-query";
import { Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Pill, type Tone } from "@/parts/Pill";
import { useWorkspace } from "@/shell/workspace";
import { rolesQuery, type Tag } from "./queries";
import styles from "./Tags.module.css";
import { useSpoken } from "./words";

const TONES: Record<Tag["health"], Tone> = {
  ok: "good",
  new: "info",
  disabled: "plain",
  waiting: "warn",
  failing: "bad",
  stale: "warn",
  empty: "warn",
};

export function HealthPill({ health }: { health: Tag["health"] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONES[health]} dot>
      {t(`tags.health.${health}`)}
    </Pill>
  );
}

export function formatPercent(share: number, tag: string): string {
  return new Intl.NumberFormat(tag, { style: "percent", maximumSignificantDigits: 3 }).format(share);
}

/** Which share of everybody has a value. */
export function Coverage({ tag: { coverage, people, everybody } }: { tag: Pick<Tag, "coverage" | "people" | "everybody"> }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  if (coverage === null) return <span className="faint">–</span>;
  return (
    <Tooltip title={t("tags.coverageOf", { people: formatNumber(people, tag), everybody: formatNumber(everybody, tag) })}>
      <span className={styles.coverage}>
        <span className={styles.track} aria-hidden>
          <span style={{ width: `${coverage * 100}%` }} />
        </span>
        <span className="tabular faint">{formatPercent(coverage, tag)}</span>
      </span>
    </Tooltip>
  );
}

/** How the program calls itself, behind its name in Chinese, as the owner of what it ships. */
const SYSTEM = " System";

/** Who answers for the tag. */
export function Owner({ tag }: { tag: Pick<Tag, "owner" | "standard"> }): ReactNode {
  const { t } = useTranslation();
  if (tag.standard && tag.owner?.endsWith(SYSTEM)) return t("tags.system");
  return tag.owner === undefined || tag.owner === "" ? <span className="faint">{t("tags.nobody")}</span> : tag.owner;
}

const NAMED = 2;

/** What it is made from, in short; the whole of it stands on the page of the tag. */
export function MadeFrom({ tag: { lineage } }: { tag: Pick<Tag, "lineage"> }): ReactNode {
  const { t } = useTranslation();
  const spoken = useSpoken();
  const { slug } = useWorkspace();
  const { data } = useQuery({ ...rolesQuery(slug), staleTime: 300_000 });
  const role = (key: string): string => spoken(data?.items.find((each) => each.role === key)?.label, key);
  const names = [
    ...lineage.roles.map(role),
    ...lineage.events,
    ...lineage.properties,
    ...lineage.traits,
    ...lineage.tags,
    ...(lineage.relations ? [t("tags.madeOf.relations")] : []),
  ];
  if (names.length === 0) return <span className="faint">–</span>;
  const rest = names.length - NAMED;
  return (
    <Tooltip title={rest > 0 ? names.join(", ") : undefined}>
      <span className={styles.madeFrom}>
        {names.slice(0, NAMED).join(", ")} {rest > 0 ? <span className="faint">{t("tagEditor.more", { n: rest })}</span> : null}
      </span>
    </Tooltip>
  );
}
