// What does a journey map look like as a report? As on its own page; on a tile it is smaller, and opens nobody.
import { useCallback, type ReactNode } from "react";

import { Canvas } from "../../map/Canvas";
import { cellIn, type MapCell } from "../../map/cell";
import styles from "../../map/Map.module.css";
import { usePalette } from "../../map/palette";
import { Picture } from "../../map/Picture";
import type { Journey } from "../view";
import { useOpening } from "./Opens";

interface MapViewProps {
  readonly journey: Journey;
  readonly tile?: boolean;
}

export default function MapView({ journey: { map, title }, tile = false }: MapViewProps): ReactNode {
  const palette = usePalette();
  const opening = useOpening();
  const open = useCallback((cell: MapCell) => opening(cellIn(cell, map)), [opening, map]);
  return (
    <Canvas stages={map.stages.length} label={title} place={tile ? "tile" : "page"}>
      {(width) => <Picture map={map} name={title} palette={palette} open={tile ? null : open} width={width} className={styles.picture} />}
    </Canvas>
  );
}
