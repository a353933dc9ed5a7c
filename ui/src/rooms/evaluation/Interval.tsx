// How sure is a number? Its value, its interval of 95 %, and both drawn on the scale of their neighbours.
import type { ReactNode } from "react";

import styles from "./Evaluation.module.css";
import type { Span } from "./queries";

interface IntervalProps {
  readonly span: Span | null;
  readonly say: (value: number) => string;
  /** The largest distance from zero that is drawn. */
  readonly reach: number;
}

export function Interval({ span, say, reach }: IntervalProps): ReactNode {
  if (!span) return <span className="faint">–</span>;
  const at = (value: number): number => 50 + 50 * Math.max(-1, Math.min(1, reach > 0 ? value / reach : 0));
  const tone = span.low > 0 ? styles.good : span.high < 0 ? styles.bad : "";
  return (
    <div className={styles.span}>
      <span className="tabular">{say(span.value)}</span>
      <div className={styles.track} aria-hidden>
        <span
          className={`${styles.bar ?? ""} ${tone ?? ""}`}
          style={{ left: `${at(span.low)}%`, width: `${at(span.high) - at(span.low)}%` }}
        />
        <span className={styles.zero} style={{ left: "50%" }} />
        <span className={styles.dot} style={{ left: `${at(span.value)}%` }} />
      </div>
      <span className={`tabular ${styles.range ?? ""}`}>
        {say(span.low)} … {say(span.high)}
      </span>
    </div>
  );
}

/** The reach of a scale on which all of these are seen. */
export function reachOf(spans: readonly (Span | null | undefined)[]): number {
  return Math.max(0, ...spans.flatMap((one) => (one ? [Math.abs(one.low), Math.abs(one.high)] : [])));
}
