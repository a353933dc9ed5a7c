import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Pill } from "@/parts/Pill";
import type { Alert } from "./queries";
import { standingOf, TONES } from "./words";

/** Is the alert on, and could it judge? */
export function StandingPill({ alert }: { alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const standing = standingOf(alert);
  return (
    <Pill tone={TONES[standing]} dot>
      {t(`alerts.standings.${standing}`)}
    </Pill>
  );
}
