// Which kinds of report can be built here? One table: what each begins as, what it lacks, its form, and what its answer shows.
import {
  ChartLine,
  ChartPie,
  Filter,
  Footprints,
  Grid3x3,
  HandCoins,
  LayoutDashboard,
  Map as MapIcon,
  MousePointerClick,
  Recycle,
  Repeat,
  Route,
  ScanSearch,
  Share2,
  Sigma,
  Timer,
  type LucideIcon,
} from "lucide-react";
import { createElement, type ReactNode } from "react";

import type { Overview } from "@/api/contract";
import type { Scan } from "../../bottlenecks/queries";
import type { JourneyAnswer } from "../../map/contract";
import { SchemaForm } from "../form/SchemaForm";
import type { FormProps } from "../form/types";
import { isObject, listOf, textOf, type Spec } from "../spec";
import type { Saying, View } from "../view";
import { attributionView, type Attribution } from "./attribution/answer";
import { AttributionForm } from "./attribution/Form";
import { bottlenecksView } from "./bottlenecks/answer";
import { BottlenecksForm } from "./bottlenecks/Form";
import { cohortRevenueView, type CohortRevenue } from "./cohort_revenue/answer";
import { distributionView, type Distribution } from "./distribution/answer";
import { funnelView, type Funnel } from "./funnel/answer";
import { FunnelForm } from "./funnel/Form";
import { intervalView, type Interval } from "./interval/answer";
import { journeyMapView } from "./journey_map/answer";
import { JourneyMapForm } from "./journey_map/Form";
import { lifecycleView, type Lifecycle } from "./lifecycle/answer";
import type { KindName } from "./names";
import { overviewView } from "./overview/answer";
import { pathsView, type Paths } from "./paths/answer";
import { PathsForm } from "./paths/Form";
import { penetrationView, type Penetration } from "./penetration/answer";
import { retentionView, type Retention } from "./retention/answer";
import { RetentionForm } from "./retention/Form";
import { rfmView, type Rfm } from "./rfm/answer";
import { sessionsView, type Sessions } from "./sessions/answer";
import { stickinessView, type Stickiness } from "./stickiness/answer";
import { trendView, type Trend } from "./trend/answer";
import { TrendForm } from "./trend/Form";

/** What has to be picked before it can be asked. */
export type Lack = "series" | "steps" | "anchor" | "events" | "features" | "property" | "map";

export interface Kind {
  readonly icon: LucideIcon;
  readonly start: Spec;
  readonly lack: (spec: Spec) => Lack | null;
  readonly Form: (props: FormProps) => ReactNode;
  /** The document leaves the data of a report open; it is what the module of the report says. */
  readonly view: (data: unknown, saying: Saying) => View;
  /** Whether a filter and a sample can be asked for. */
  readonly events: boolean;
}

const never = (): null => null;

function bySchema(report: string): (props: FormProps) => ReactNode {
  return function DrawnForm(props) {
    return createElement(SchemaForm, { ...props, report });
  };
}

function measured(spec: Spec): boolean {
  return listOf(spec.series).every(({ measure, property }) => PLAIN.has(textOf(measure) || "events") || textOf(property) !== "");
}

const PLAIN = new Set(["events", "people", "per_person", "revenue"]);
const DAYS = { last_days: 30 } as const;

export const KINDS = {
  trend: {
    icon: ChartLine,
    start: { series: [{ measure: "people" }], ...DAYS },
    lack: (spec) => (listOf(spec.series).length === 0 ? "series" : measured(spec) ? null : "property"),
    Form: TrendForm,
    view: (data, saying) => trendView(data as Trend, saying),
    events: true,
  },
  funnel: {
    icon: Filter,
    start: { steps: [], ...DAYS },
    lack: (spec) => (listOf(spec.steps).length < 2 ? "steps" : null),
    Form: FunnelForm,
    view: (data, saying) => funnelView(data as Funnel, saying),
    events: true,
  },
  retention: {
    icon: Repeat,
    start: { unit: "week", last_days: 84 },
    lack: never,
    Form: RetentionForm,
    view: (data, saying) => retentionView(data as Retention, saying),
    events: true,
  },
  paths: {
    icon: Route,
    start: { last_days: 7 },
    lack: (spec) => (spec.direction === "around" && !isObject(spec.anchor) ? "anchor" : null),
    Form: PathsForm,
    view: (data, saying) => pathsView(data as Paths, saying),
    events: true,
  },
  sessions: {
    icon: MousePointerClick,
    start: DAYS,
    lack: never,
    Form: bySchema("sessions"),
    view: (data, saying) => sessionsView(data as Sessions, saying),
    events: false,
  },
  lifecycle: {
    icon: Recycle,
    start: { unit: "week", last_days: 84 },
    lack: never,
    Form: bySchema("lifecycle"),
    view: (data, saying) => lifecycleView(data as Lifecycle, saying),
    events: true,
  },
  stickiness: {
    icon: Footprints,
    start: { last_days: 28 },
    lack: never,
    Form: bySchema("stickiness"),
    view: (data, saying) => stickinessView(data as Stickiness, saying),
    events: true,
  },
  interval: {
    icon: Timer,
    start: DAYS,
    lack: (spec) => (isObject(spec.start) && isObject(spec.end) ? null : "events"),
    Form: bySchema("interval"),
    view: (data, saying) => intervalView(data as Interval, saying),
    events: true,
  },
  distribution: {
    icon: Sigma,
    start: { last_days: 90 },
    lack: (spec) => (spec.measure === "sum" && textOf(spec.property) === "" ? "property" : null),
    Form: bySchema("distribution"),
    view: (data, saying) => distributionView(data as Distribution, saying),
    events: true,
  },
  penetration: {
    icon: ChartPie,
    start: { features: [], last_days: 84 },
    lack: (spec) => (listOf(spec.features).length === 0 ? "features" : null),
    Form: bySchema("penetration"),
    view: (data, saying) => penetrationView(data as Penetration, saying),
    events: true,
  },
  rfm: {
    icon: Grid3x3,
    start: { last_days: 365 },
    lack: never,
    Form: bySchema("rfm"),
    view: (data, saying) => rfmView(data as Rfm, saying),
    events: true,
  },
  cohort_revenue: {
    icon: HandCoins,
    start: { unit: "month", last_days: 365 },
    lack: never,
    Form: bySchema("cohort_revenue"),
    view: (data, saying) => cohortRevenueView(data as CohortRevenue, saying),
    events: true,
  },
  attribution: {
    icon: Share2,
    start: DAYS,
    lack: never,
    Form: AttributionForm,
    view: (data, saying) => attributionView(data as Attribution, saying),
    events: true,
  },
  overview: {
    icon: LayoutDashboard,
    start: DAYS,
    lack: never,
    Form: bySchema("overview"),
    view: (data, saying) => overviewView(data as Overview, saying),
    events: false,
  },
  journey_map: {
    icon: MapIcon,
    start: { unit: "week", ...DAYS },
    lack: (spec) => (textOf(spec.map) !== "" || Array.isArray(spec.stages) ? null : "map"),
    Form: JourneyMapForm,
    view: (data, saying) => journeyMapView(data as JourneyAnswer, saying),
    events: true,
  },
  bottlenecks: {
    icon: ScanSearch,
    start: DAYS,
    lack: (spec) => (textOf(spec.map) !== "" || Array.isArray(spec.stages) || Array.isArray(spec.steps) ? null : "map"),
    Form: BottlenecksForm,
    view: (data, saying) => bottlenecksView(data as Scan, saying),
    events: true,
  },
} as const satisfies Readonly<Record<KindName, Kind>>;

export function kindOf(name: KindName): Kind {
  return KINDS[name];
}
