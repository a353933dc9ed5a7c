// In which state is a campaign, and why?
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Pill, type Tone } from "@/parts/Pill";
import type { CampaignState as State } from "./queries";

const TONES: Readonly<Record<State, Tone>> = {
  draft: "plain",
  waiting: "warn",
  scheduled: "info",
  running: "good",
  paused: "warn",
  stopped: "bad",
  cancelled: "plain",
  done: "accent",
  archived: "plain",
};

export function CampaignState({ state }: { state: State }): ReactNode {
  const { t } = useTranslation();
  return (
    <Pill tone={TONES[state]} dot>
      {t(`campaigns.states.${state}`)}
    </Pill>
  );
}
