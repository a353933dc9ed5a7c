// What would the map show? The draft with the numbers of the last thirty days, before it is saved.
import { useQuery } from "@tanstack/react-query";
import { Footprints } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { readPeriod } from "@/parts/period";
import { Card } from "@/parts/Page";
import { Notice, Ready } from "@/parts/states";
import { useDelayed } from "@/parts/useDelayed";
import { useQuarter } from "@/parts/useNow";
import { useWorkspace } from "@/shell/workspace";
import { Canvas } from "../Canvas";
import styles from "../Map.module.css";
import { pictureOf } from "../joined";
import { usePalette } from "../palette";
import { Picture } from "../Picture";
import { journeyQuery } from "../queries";
import { unitOf, USUAL_PERIOD } from "../useMapAsked";
import { drawingOf, type Draft } from "./draft";

export function Trial({ draft, whole }: { draft: Draft; whole: boolean }): ReactNode {
  const { t } = useTranslation();
  return (
    <Card title={t("mapEditor.trial")} note={t("mapEditor.trialNote")}>
      {whole ? (
        <Shown draft={draft} />
      ) : (
        <Notice compact icon={Footprints} title={t("mapEditor.notYet.title")} text={t("mapEditor.notYet.text")} />
      )}
    </Card>
  );
}

function Shown({ draft }: { draft: Draft }): ReactNode {
  const { slug, zone } = useWorkspace();
  const palette = usePalette();
  const asked = useDelayed(JSON.stringify(drawingOf(draft)), 600);
  const drawing = useMemo(() => JSON.parse(asked) as ReturnType<typeof drawingOf>, [asked]);
  const now = useQuarter();
  const spec = useMemo(() => {
    const period = readPeriod(USUAL_PERIOD, now, zone);
    const { stages, window_seconds } = drawing;
    return { stages, window_seconds, first_day: period.first, last_day: period.last, unit: unitOf(period) };
  }, [drawing, now, zone]);
  const query = useQuery(journeyQuery(slug, spec, 0));
  return (
    <Ready query={query} rows={8}>
      {({ data }) => {
        const picture = pictureOf(data);
        return (
          <div style={{ opacity: query.isPlaceholderData ? 0.6 : 1 }}>
            <Canvas stages={picture.stages.length} label={draft.name}>
              {(width) => (
                <Picture map={picture} name={draft.name} palette={palette} open={null} width={width} className={styles.picture} />
              )}
            </Canvas>
          </div>
        );
      }}
    </Ready>
  );
}
