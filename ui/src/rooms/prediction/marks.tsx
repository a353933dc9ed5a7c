// Who speaks, the model or the rule, and are people still as they were in training? The small marks of the pages of models.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Pill, type Tone } from "@/parts/Pill";
import type { Model, ModelVersion, Run } from "./queries";
import type { Drift } from "./scored";

export function StatePill({ model: { state, version } }: { model: Pick<Model, "state" | "version"> }): ReactNode {
  const { t } = useTranslation();
  const tones: Record<Model["state"], Tone> = { model: "good", rule: "info", none: "plain" };
  return (
    <Pill tone={tones[state]} dot>
      {state === "model" ? t("models.states.model", { version }) : t(`models.states.${state}`)}
    </Pill>
  );
}

export function DriftPill({ drift }: { drift: Drift | null | undefined }): ReactNode {
  const { t } = useTranslation();
  if (!drift) return <span className="faint">–</span>;
  const tones: Record<Drift["level"], Tone> = { steady: "good", moved: "warn", drifted: "bad" };
  return (
    <Pill tone={tones[drift.level]} dot>
      {t(`models.levels.${drift.level}`)}
    </Pill>
  );
}

export function VersionPill({ version: { state } }: { version: Pick<ModelVersion, "state"> }): ReactNode {
  const { t } = useTranslation();
  const tones: Record<ModelVersion["state"], Tone> = { promoted: "good", candidate: "info", refused: "warn", retired: "plain" };
  return <Pill tone={tones[state]}>{t(`models.versionStates.${state}`)}</Pill>;
}

export function RunPill({ run: { state } }: { run: Pick<Run, "state"> }): ReactNode {
  const { t } = useTranslation();
  const tones: Record<Run["state"], Tone> = { queued: "plain", running: "info", done: "good", failed: "bad", cancelled: "plain" };
  return <Pill tone={tones[state]}>{t(`models.runStates.${state}`)}</Pill>;
}
