// Who is in exactly these segments, and in none of the others that are compared?
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Blend } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import type { JsonObject } from "../dump";
import { previewQuery } from "../queries";
import { useAsking } from "../useAsking";
import type { Overlap } from "./queries";
import styles from "./Understanding.module.css";

export function combinationOf(found: Overlap, inside: readonly string[]): JsonObject {
  const parts = found.segments.map(({ key }): JsonObject => {
    const one = { segment: { key } };
    return inside.includes(key) ? one : { not: one };
  });
  return { and: parts };
}

interface CombinationCardProps {
  readonly found: Overlap;
  readonly inside: readonly string[];
  readonly onClose: () => void;
}

export function CombinationCard({ found, inside, onClose }: CombinationCardProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug } = useWorkspace();
  const asking = useAsking();
  const may = useMay("segments:write");
  const condition = combinationOf(found, inside);
  const query = useQuery(previewQuery(slug, JSON.stringify(condition)));
  const list = (wanted: boolean): string =>
    new Intl.ListFormat(tag).format(found.segments.filter(({ key }) => inside.includes(key) === wanted).map(({ name }) => name));
  const outside = list(false);
  return (
    <Card
      title={t("upset.who")}
      actions={
        <>
          {may ? (
            <Link to={asking(condition)}>
              <Button size="small" icon={<Blend size={13} aria-hidden />}>
                {t("understanding.make")}
              </Button>
            </Link>
          ) : null}
          <Button size="small" type="text" onClick={onClose}>
            {t("upset.close")}
          </Button>
        </>
      }
    >
      <dl className={styles.membership}>
        <dt>{t("upset.inside")}</dt>
        <dd>{list(true)}</dd>
        {outside ? (
          <>
            <dt>{t("upset.outside")}</dt>
            <dd>{outside}</dd>
          </>
        ) : null}
      </dl>
      <Ready query={query} rows={3}>
        {(preview) => (
          <>
            <p className={styles.count} role="status">
              {t("upset.people", { count: preview.count, shown: formatNumber(preview.count, tag) })}
            </p>
            <People sample={preview.sample} />
          </>
        )}
      </Ready>
    </Card>
  );
}

function People({ sample }: { sample: Parameters<typeof PersonLabel>[0]["person"][] }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  if (!useMay("people:read")) return <p className="soft">{t("preview.noPeople")}</p>;
  return (
    <ul className={styles.people}>
      {sample.map((person) => (
        <li key={person.person_id}>
          <Link to={path("people", person.person_id)}>
            <PersonLabel person={person} />
          </Link>
        </li>
      ))}
    </ul>
  );
}
