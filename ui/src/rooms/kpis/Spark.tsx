// How did it go? The values of the period as a small line; its last, open end still grows.
import { useMemo, type ReactNode } from "react";

import styles from "./Kpis.module.css";
import type { Point } from "./queries";
import { HEIGHT, strokesOf, WIDTH } from "./sparkline";

export function Spark({ points, label }: { points: readonly Point[]; label: string }): ReactNode {
  const { firm, open } = useMemo(() => {
    const begun = points.filter((point) => point.value.reason?.code !== "future");
    return strokesOf(
      begun.map((point) => point.value.value),
      begun.filter((point) => point.complete).length,
    );
  }, [points]);
  if (firm.length === 0 && open === null) return null;
  return (
    <svg className={styles.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {firm.map((stroke) => (
        <polyline key={stroke} points={stroke} />
      ))}
      {open ? <polyline points={open} strokeDasharray="2 3" /> : null}
    </svg>
  );
}
