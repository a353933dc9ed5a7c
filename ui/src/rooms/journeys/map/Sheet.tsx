// What goes on paper and into a file? The map alone, in light colours, with what it is of and when it was drawn; unseen on the screen.
import type { ReactNode } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";

import type { ReportAnswer } from "@/api/contract";
import { useLanguage } from "@/i18n/useLanguage";
import { formatDay, formatTime } from "@/parts/format";
import { usePeriodName } from "@/parts/PeriodPicker";
import type { Period } from "@/parts/period";
import { useParam } from "@/parts/useParam";
import { segmentsQuery } from "@/rooms/segments/queries";
import { useMay, useWorkspace } from "@/shell/workspace";
import type { JourneyAnswer, JourneyMap } from "./contract";
import { Words } from "./drawing";
import { layOut } from "./layout";
import { LEGEND_HEIGHT } from "./Legend";
import { paletteOf } from "./palette";
import { PAGE, SHEET } from "./paper";
import { Picture } from "./Picture";
import type { PictureOfMap } from "./joined";
import styles from "./Sheet.module.css";

interface SheetProps {
  readonly map: JourneyMap;
  readonly picture: PictureOfMap;
  readonly answer: ReportAnswer<JourneyAnswer>;
  readonly period: Period;
}

const TITLE = 66;
/** Of a landscape page. */
const SHAPE = 277 / 190;

export function Sheet({ map, picture, answer, period }: SheetProps): ReactNode {
  const palette = paletteOf("light");
  const facts = useFacts(answer, period);
  // As wide as a page of its height is; its columns share what is more than they need.
  const width = (layOut(picture).height + TITLE + LEGEND_HEIGHT) * SHAPE;
  const content = (
    <>
      <Words x={0} y={24} size={22} weight={680}>
        {map.name}
      </Words>
      <Words x={0} y={45} size={12} colour="soft">
        {facts}
      </Words>
    </>
  );
  return createPortal(
    <div className={styles.sheet} id={SHEET} aria-hidden>
      <style>{PAGE}</style>
      <Picture map={picture} name={map.name} palette={palette} open={null} title={{ height: TITLE, content }} width={width} />
    </div>,
    document.body,
  );
}

/** Of what, of whom, and as of when, in one line. */
function useFacts(answer: ReportAnswer<JourneyAnswer>, period: Period): string {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { slug, zone, name } = useWorkspace();
  const [segment] = useParam("segment");
  const may = useMay("segments:read");
  const { data } = useQuery({ ...segmentsQuery(slug), enabled: may && segment !== "" });
  const days = usePeriodName(period);
  const whole = period.preset && answer.first_day && answer.last_day;
  const from = whole
    ? t("period.range", { from: formatDay(answer.first_day ?? "", tag), to: formatDay(answer.last_day ?? "", tag) })
    : days;
  const of = segment ? (data?.items.find((one) => one.key === segment)?.name ?? segment) : t("journeyMap.everybody");
  const at = formatTime(answer.asked_at, zone, tag, false);
  return [name, from, of, t("journeyMap.drawn", { at, zone })].join("  ·  ");
}
