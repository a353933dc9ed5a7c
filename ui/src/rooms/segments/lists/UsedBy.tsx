// Which segments name this list? Each opens.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { usePath, useWorkspace } from "@/shell/workspace";
import { segmentsQuery } from "../queries";
import type { PeopleList } from "./queries";
import styles from "./Lists.module.css";

export function UsedBy({ list }: { list: PeopleList }): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const path = usePath();
  const { data } = useQuery(segmentsQuery(slug));
  if (list.used_by.length === 0) return <span className="faint">{t("lists.unused")}</span>;
  const names = new Map(data?.items.map((one) => [one.key, one.name]));
  return (
    <ul className={styles.usedBy}>
      {list.used_by.map((key) => (
        <li key={key}>
          <Link to={path("segments", key)}>{names.get(key) ?? key}</Link>
        </li>
      ))}
    </ul>
  );
}
