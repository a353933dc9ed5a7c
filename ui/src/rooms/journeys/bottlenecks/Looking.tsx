// What is looked at? Folded away under what it comes to; a change is searched with once it is whole, as a search may take a minute.
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { JourneyMap } from "../map/contract";
import formStyles from "../reports/form/Form.module.css";
import { useEventsOfMap } from "../reports/form/MapField";
import { sameSpec, type Spec } from "../reports/spec";
import { ALL, axesOf } from "./axes";
import { AxesField } from "./AxesField";
import styles from "./Bottlenecks.module.css";

interface LookingProps {
  readonly map: JourneyMap;
  /** What differs from the usual. */
  readonly axes: Spec;
  readonly onChange: (axes: Spec) => void;
}

export function Looking({ map, axes, onChange }: LookingProps): ReactNode {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(axes);
  const [open, unfold] = useState(false);
  const events = useEventsOfMap(map);
  const { columns, properties, segments, tags } = axesOf(axes);
  const some = (names: readonly string[]): string => (names.includes(ALL) ? t("bottlenecks.allOfThem") : String(names.length));
  const said = { dimensions: columns.length + properties.length, segments: some(segments), tags: some(tags) };
  return (
    <details className={styles.looking} onToggle={(event) => unfold(event.currentTarget.open)}>
      <summary>{t("bottlenecks.lookingAt", said)}</summary>
      {open ? (
        <div className={formStyles.form}>
          <AxesField spec={draft} events={events} onChange={setDraft} />
          <div className={formStyles.line}>
            <Button type="primary" disabled={sameSpec(draft, axes)} onClick={() => onChange(draft)}>
              {t("bottlenecks.searchThese")}
            </Button>
            {Object.keys(axes).length > 0 ? <Button onClick={() => onChange({})}>{t("bottlenecks.asUsual")}</Button> : null}
          </div>
        </div>
      ) : null}
    </details>
  );
}
