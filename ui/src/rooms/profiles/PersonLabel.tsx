// How is a person recognised in a list? By the name they go by, and one id below it.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import styles from "./People.module.css";
import { personName, type Nameable } from "./personName";

export function PersonLabel({ person }: { person: Nameable & { readonly person_id: number } }): ReactNode {
  const { t } = useTranslation();
  const name = personName(person);
  const under = [person.email, ...person.ids.map((id) => id.value)].find((each) => each && each !== name);
  return (
    <span className={styles.label}>
      <strong>{name ?? t("people.unnamed", { id: person.person_id })}</strong>
      <span>{under ?? `#${person.person_id}`}</span>
    </span>
  );
}
