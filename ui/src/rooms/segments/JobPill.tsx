// How does a job in the background stand?
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Pill, type Tone } from "@/parts/Pill";

type State = Schemas["UploadBody"]["state"];

const TONES: Record<State, Tone> = { queued: "info", running: "info", done: "good", failed: "bad", cancelled: "plain", expired: "plain" };

export function JobPill({ state }: { state: State }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONES[state]} dot>
      {t(`lists.states.${state}`)}
    </Pill>
  );
}
