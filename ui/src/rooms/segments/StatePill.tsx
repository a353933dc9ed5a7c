import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Pill, type Tone } from "@/parts/Pill";
import type { Segment } from "./queries";

const TONES: Record<Segment["state"], Tone> = { building: "info", live: "good", failed: "bad", archived: "plain" };

/** Is the segment current? */
export function StatePill({ state }: { state: Segment["state"] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONES[state]} dot>
      {t(`segments.states.${state}`)}
    </Pill>
  );
}
