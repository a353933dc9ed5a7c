// What is the picture of a report on a tile? That of its own page, smaller; nothing in it opens people, who are not for everybody's eyes.
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { kindOf } from "@/rooms/journeys/reports/kinds/kinds";
import type { KindName } from "@/rooms/journeys/reports/kinds/names";
import FlowChart from "@/rooms/journeys/reports/show/FlowChart";
import { GridView } from "@/rooms/journeys/reports/show/GridView";
import MapView from "@/rooms/journeys/reports/show/MapView";
import Plot from "@/rooms/journeys/reports/show/Plot";
import { useWrite, type Write } from "@/rooms/journeys/reports/show/useWrite";
import type { Spec } from "@/rooms/journeys/reports/spec";
import { useSaying } from "@/rooms/journeys/reports/useGroupWords";
import type { Picture } from "@/rooms/journeys/reports/view";
import styles from "./Dashboards.module.css";
import type { TileAnswer } from "./queries";

/** Numbers of different kinds have a picture each. */
const MOST = 2;

interface ReportPictureProps {
  readonly kind: KindName;
  readonly report: NonNullable<TileAnswer["report"]>;
}

export default function ReportPicture({ kind, report }: ReportPictureProps): ReactNode {
  const { t } = useTranslation();
  const { data, spec } = report;
  const saying = useSaying(spec as Spec);
  const view = useMemo(() => kindOf(kind).view(data, saying), [kind, data, saying]);
  const write = useWrite(typeof data.unit === "string" ? data.unit : "day");
  if (view.empty) return <p className={styles.none}>{t("dashboards.noData")}</p>;
  const shown = view.pictures.slice(0, MOST);
  return (
    <>
      {shown.map((picture) => (
        <figure key={picture.key} className={styles.picture}>
          <figcaption>{picture.title}</figcaption>
          <Drawn picture={picture} write={write} />
        </figure>
      ))}
    </>
  );
}

function Drawn({ picture, write }: { picture: Picture; write: Write }): ReactNode {
  if (picture.kind === "grid") return <GridView grid={picture} write={write} still />;
  if (picture.kind === "map") return <MapView journey={picture} tile />;
  if (picture.kind === "flow") return <FlowChart flow={picture} write={write} small />;
  return <Plot plot={picture} write={write} small />;
}
