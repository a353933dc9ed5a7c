// Who is it? Their name, which opens what they contributed.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { PersonRow } from "@/api/contract";
import { PersonLabel } from "@/rooms/profiles/PersonLabel";
import { usePath } from "@/shell/workspace";

export function PersonLink({ person }: { person: PersonRow | null }): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  return person ? (
    <Link to={path("advocates", String(person.person_id))}>
      <PersonLabel person={person} />
    </Link>
  ) : (
    <span className="faint">{t("cocreation.former")}</span>
  );
}
