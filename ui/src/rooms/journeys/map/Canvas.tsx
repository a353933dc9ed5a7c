// How wide is the picture on the screen? As wide as there is room, and never so narrow that it cannot be read: then it scrolls.
import { useEffect, useRef, useState, type ReactNode } from "react";

import { widthFor } from "./layout";
import styles from "./Map.module.css";

/** A little less than it is drawn for can still be read; so can still less, at a glance. */
const READABLE = { page: 0.94, tile: 0.7 } as const;

interface CanvasProps {
  readonly stages: number;
  /** Names the place for those who scroll it by keyboard. */
  readonly label: string;
  /** The whole map at once, however small. */
  readonly fits?: boolean;
  readonly place?: keyof typeof READABLE;
  /** Gets the width to be drawn for. */
  readonly children: (width: number) => ReactNode;
}

export function Canvas({ stages, label, fits = false, place = "page", children }: CanvasProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useEffect(() => {
    const watched = host.current;
    if (!watched) return;
    const observer = new ResizeObserver(() => setRoom(watched.clientWidth));
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  const least = widthFor(stages);
  return (
    <div ref={host} className={styles.canvas} tabIndex={0} role="region" aria-label={label}>
      <div style={fits ? undefined : { minWidth: least * READABLE[place] }}>{children(Math.max(least, room - 2))}</div>
    </div>
  );
}
