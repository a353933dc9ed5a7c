// What does the answer say? The number first, then the picture, then the tables; every number of people opens who they are.
import { Button, Segmented, Skeleton } from "antd";
import type { TFunction } from "i18next";
import { Braces } from "lucide-react";
import { lazy, Suspense, useCallback, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Stat, Stats } from "@/parts/Facts";
import { Card, Stack } from "@/parts/Page";
import type { Period } from "@/parts/period";
import { useParam } from "@/parts/useParam";
import { Behind } from "../behind/Behind";
import { Truth } from "../Truth";
import { download } from "./download";
import type { KindName } from "./kinds/names";
import type { Answered } from "./queries";
import styles from "./Reports.module.css";
import { GridView } from "./show/GridView";
import { Opens } from "./show/Opens";
import { TableView } from "./show/Tables";
import { useWrite, type Write } from "./show/useWrite";
import { isObject, readSpec, type Spec } from "./spec";
import { opened, type Cell, type Figure, type Picture, type View } from "./view";

const Plot = lazy(() => import("./show/Plot"));
const FlowChart = lazy(() => import("./show/FlowChart"));
const MapView = lazy(() => import("./show/MapView"));

interface ShownProps {
  readonly kind: KindName;
  readonly answered: Answered;
  readonly view: View;
  readonly name: string;
}

export function Shown({ kind, answered, view, name }: ShownProps): ReactNode {
  const { t } = useTranslation();
  const { answer, spec } = answered;
  const unit = typeof answer.data.unit === "string" ? answer.data.unit : "day";
  const write = useWrite(unit);
  const period: Period = { key: "", preset: null, first: answer.first_day, last: answer.last_day };
  return (
    <Stack>
      <Stats>
        {view.figures.map((figure) => (
          <Stat
            key={figure.name}
            name={figure.name}
            value={<Opens value={figure} shown={write(figure.value, figure.format)} />}
            note={noteOf(figure, write, t)}
          />
        ))}
      </Stats>
      {view.pictures.map((picture) => (
        <Card key={picture.key} title={picture.title} note={picture.note}>
          <Drawn picture={picture} write={write} />
        </Card>
      ))}
      {view.tables.map((table) => (
        <TableView key={table.key} table={table} write={write} name={name} />
      ))}
      <div className={styles.foot}>
        {answer.first_day ? <Truth answer={answer} period={period} /> : null}
        <Json answered={answered} name={name} />
      </div>
      <Opened kind={kind} spec={spec} view={view} name={name} />
    </Stack>
  );
}

/** Beside a number of a sample: what it would be of everybody. */
function noteOf({ note, whole, format }: Figure, write: Write, t: TFunction): string | undefined {
  if (whole !== undefined) return t("reports.inAll", { n: write(whole, format) });
  return note === undefined ? undefined : write(note, "bucket");
}

function Drawn({ picture, write }: { picture: Picture; write: Write }): ReactNode {
  const [, open] = useParam("behind");
  const pick = useCallback((cell: Cell) => open(JSON.stringify(cell)), [open]);
  if (picture.kind === "grid") return <GridView grid={picture} write={write} />;
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 280 }} />}>
      {picture.kind === "map" ? (
        <MapView journey={picture} />
      ) : picture.kind === "flow" ? (
        <FlowChart flow={picture} write={write} onPick={pick} />
      ) : (
        <Plot plot={picture} write={write} onPick={pick} />
      )}
    </Suspense>
  );
}

/** The answer as the API gave it. */
function Json({ answered, name }: { answered: Answered; name: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Button
      size="small"
      icon={<Braces size={13} aria-hidden />}
      onClick={() => download(`${name}.json`, "application/json", JSON.stringify(answered.answer, null, 2))}
    >
      {t("reports.json")}
    </Button>
  );
}

interface OpenedProps {
  readonly kind: KindName;
  readonly spec: Spec;
  readonly view: View;
  readonly name: string;
}

function Opened({ kind, spec, view, name }: OpenedProps): ReactNode {
  const { t } = useTranslation();
  const [behind, open] = useParam("behind");
  const cell = behind === "" ? null : cellOf(behind);
  const value = opened(view, behind);
  const label = value?.label;
  return (
    <Behind
      asked={cell ? { report: kind, spec, cell } : null}
      title={label ?? t("reports.people")}
      note={name}
      suggestion={`${name}: ${label ?? t("reports.people")}`.slice(0, 200)}
      sides={
        value?.sides ? (
          <Segmented
            aria-label={t("reports.sides")}
            options={value.sides.map(({ word, cell: side }) => ({ value: JSON.stringify(side), label: word }))}
            value={behind}
            onChange={open}
          />
        ) : null
      }
      onClose={() => open("")}
    />
  );
}

/** Nulls of a cell name things, so it is read as it stands. */
function cellOf(text: string): Cell | null {
  if (readSpec(text) === null) return null;
  const found: unknown = JSON.parse(text);
  return isObject(found) ? found : null;
}
