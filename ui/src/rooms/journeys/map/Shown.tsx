// What does the map say of this period and these people? The picture, what it is based on, and the people of the number that is open.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Segmented } from "antd";
import { Footprints } from "lucide-react";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { ReportAnswer } from "@/api/contract";
import { Stack } from "@/parts/Page";
import { usePeriodName } from "@/parts/PeriodPicker";
import type { Period } from "@/parts/period";
import { Notice, Ready } from "@/parts/states";
import { useParam } from "@/parts/useParam";
import { useMay, usePath, useWorkspace } from "@/shell/workspace";
import { Behind } from "../behind/Behind";
import { offerOf, SampleNote, TooLarge, useSample } from "../reports/TooLarge";
import { Truth } from "../Truth";
import { Canvas } from "./Canvas";
import { bodyOf, cellOf, nameOf } from "./cell";
import type { JourneyAnswer, JourneyMap } from "./contract";
import styles from "./Map.module.css";
import { Picture } from "./Picture";
import { pictureOf } from "./joined";
import { usePalette } from "./palette";
import { journeyQuery, type MapSpec } from "./queries";
import { Sheet } from "./Sheet";
import { specOf, useMapPeriod, useOpening } from "./useMapAsked";

export function Shown({ map }: { map: JourneyMap }): ReactNode {
  const { slug } = useWorkspace();
  const [period] = useMapPeriod();
  const [segment] = useParam("segment");
  const [sample, setSample] = useSample();
  const spec = useMemo(() => specOf(map.key, period, segment, sample), [map.key, period, segment, sample]);
  const query = useQuery(journeyQuery(slug, spec, map.version));
  const offer = query.data ? null : offerOf(query.error);
  if (offer !== null)
    return <TooLarge error={query.error} percent={offer} onSample={() => setSample(offer)} retry={() => void query.refetch()} />;
  return (
    <>
      {sample === null ? null : (
        <div className={styles.sampled}>
          <SampleNote percent={sample} onAll={() => setSample(null)} />
        </div>
      )}
      <Ready query={query} rows={10}>
        {(answer) => <Answer map={map} answer={answer} period={period} busy={query.isPlaceholderData} />}
      </Ready>
      <People map={map} spec={spec} />
    </>
  );
}

interface AnswerProps {
  readonly map: JourneyMap;
  readonly answer: ReportAnswer<JourneyAnswer>;
  readonly period: Period;
  readonly busy: boolean;
}

function Answer({ map, answer, period, busy }: AnswerProps): ReactNode {
  const picture = useMemo(() => pictureOf(answer.data), [answer.data]);
  const palette = usePalette();
  const open = useOpening();
  const [zoom] = useParam("zoom");
  if (picture.people === 0) return <Nobody map={map} answer={answer} period={period} />;
  return (
    <div aria-busy={busy} style={{ opacity: busy ? 0.6 : 1 }}>
      <Stack>
        <Unknown map={map} answer={answer} />
        <div>
          <Zoom />
          <Canvas stages={picture.stages.length} label={map.name} fits={zoom === "fit"}>
            {(width) => <Picture map={picture} name={map.name} palette={palette} open={open} width={width} className={styles.picture} />}
          </Canvas>
        </div>
        <Truth answer={answer} period={period} />
      </Stack>
      <Sheet map={map} picture={picture} answer={answer} period={period} />
    </div>
  );
}

function Zoom(): ReactNode {
  const { t } = useTranslation();
  const [zoom, setZoom] = useParam("zoom");
  return (
    <div className={styles.zoom}>
      <span className="faint">{t("journeyMap.openHint")}</span>
      <Segmented
        size="small"
        value={zoom === "fit" ? "fit" : ""}
        onChange={(next) => setZoom(next, { replace: true })}
        aria-label={t("journeyMap.zoom")}
        options={[
          { value: "", label: t("journeyMap.zoomRead") },
          { value: "fit", label: t("journeyMap.zoomFit") },
        ]}
      />
    </div>
  );
}

/** Events of the map that never came in, and names that look like them. */
function Unknown({ map, answer }: Pick<AnswerProps, "map" | "answer">): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("maps:write");
  const names = answer.warnings.filter((one) => one.code === "unknown_event");
  if (names.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t("journeyMap.unknown", { count: names.length })}
      description={names.map(({ subject, near }) => (
        <div key={subject}>
          <code>{subject}</code>
          {near.length > 0 ? <span className="soft"> {t("journeyMap.near", { names: near.join(", ") })}</span> : null}
        </div>
      ))}
      action={may ? <Link to={path("journey", map.key, "edit")}>{t("journeyMap.bindAnew")}</Link> : null}
    />
  );
}

function Nobody({ map, answer, period }: Omit<AnswerProps, "busy">): ReactNode {
  const { t } = useTranslation();
  const path = usePath();
  const may = useMay("maps:write");
  const [segment, setSegment] = useParam("segment");
  const [, setPeriod] = useMapPeriod();
  return (
    <>
      <Unknown map={map} answer={answer} />
      <Notice
        icon={Footprints}
        title={t("journeyMap.nobody.title")}
        text={t(segment ? "journeyMap.nobody.ofSegment" : "journeyMap.nobody.text")}
        action={
          <>
            {segment ? <Button onClick={() => setSegment("")}>{t("journeyMap.everybody")}</Button> : null}
            {period.preset === "all" ? null : <Button onClick={() => setPeriod("all")}>{t("overview.empty.allTime")}</Button>}
            {may ? (
              <Link to={path("journey", map.key, "edit")}>
                <Button>{t("journeyMap.bindAnew")}</Button>
              </Link>
            ) : null}
          </>
        }
      />
    </>
  );
}

function People({ map, spec }: { map: JourneyMap; spec: MapSpec }): ReactNode {
  const { t } = useTranslation();
  const [word, setWord] = useParam("behind");
  const [period] = useMapPeriod();
  const days = usePeriodName(period);
  const cell = cellOf(word, map.drawing);
  const place = cell ? nameOf(cell.place, map.drawing) || map.name : "";
  const what = cell ? t(`journeyMap.of.${cell.of}`) : "";
  return (
    <Behind
      asked={cell ? { report: "journey_map", spec, cell: bodyOf(cell, map.drawing) } : null}
      title={t("journeyMap.behind", { place, what })}
      note={cell?.previous ? t("journeyMap.behindBefore", { days }) : days}
      suggestion={t("journeyMap.behind", { place, what })}
      onClose={() => setWord("")}
    />
  );
}
