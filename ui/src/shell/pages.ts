// Which pages are there? The side navigation and the command palette are both drawn from this list.
import {
  Activity,
  BellRing,
  Blend,
  BookCheck,
  BrainCircuit,
  CalendarClock,
  CalendarDays,
  ChartSpline,
  Clapperboard,
  ClipboardList,
  Database,
  FileChartColumn,
  FileText,
  Flag,
  FlaskConical,
  Gauge,
  Gem,
  Gift,
  GitMerge,
  HandCoins,
  HandHeart,
  HeartHandshake,
  HeartPulse,
  Inbox,
  LayoutDashboard,
  Lightbulb,
  Logs,
  Map,
  Megaphone,
  MessagesSquare,
  Mountain,
  Network,
  NotebookText,
  Scale,
  ScanSearch,
  Send,
  Settings,
  ShieldCheck,
  ShieldOff,
  SquareFunction,
  Tags,
  TrendingUpDown,
  UserRoundCheck,
  Users,
  Wallet,
  Workflow,
  type LucideIcon,
} from "lucide-react";

import type { Permission } from "./workspace";

type MetricPage = "kpis" | "evaluation" | "acquisition" | "review" | "dashboards" | "customMetrics" | "guardrails" | "alerts" | "spend";

type OutreachPage =
  "inbox" | "connection" | "scenes" | "campaigns" | "calendar" | "tasks" | "messages" | "templates" | "holdouts" | "restraints";

export interface PageEntry {
  readonly key:
    | "overview"
    | "events"
    | "journey"
    | "bottlenecks"
    | "reports"
    | "live"
    | "plan"
    | "imports"
    | "people"
    | "segments"
    | "tags"
    | "lifecycle"
    | "models"
    | "lifetimeValue"
    | "needs"
    | "survival"
    | "uplift"
    | "ties"
    | "ladder"
    | "cocreation"
    | "referrals"
    | "wordOfMouth"
    | "merges"
    | "settings"
    | "flows"
    | "trials"
    | "flags"
    | MetricPage
    | OutreachPage;
  readonly path: string;
  readonly icon: LucideIcon;
  readonly needs: Permission;
}

export interface PageGroup {
  readonly key: "analyse" | "metrics" | "experiments" | "outreach" | "collect" | "people" | "system";
  readonly pages: readonly PageEntry[];
}

export const PAGE_GROUPS: readonly PageGroup[] = [
  {
    key: "analyse",
    pages: [
      { key: "overview", path: "overview", icon: Gauge, needs: "reports:read" },
      { key: "events", path: "events", icon: Logs, needs: "events:read" },
      { key: "journey", path: "journey", icon: Map, needs: "reports:read" },
      { key: "bottlenecks", path: "bottlenecks", icon: ScanSearch, needs: "reports:read" },
      { key: "reports", path: "reports", icon: FileChartColumn, needs: "reports:read" },
    ],
  },
  {
    key: "metrics",
    pages: [
      { key: "kpis", path: "kpis", icon: ChartSpline, needs: "kpis:read" },
      { key: "evaluation", path: "evaluation", icon: Scale, needs: "evaluation:read" },
      { key: "acquisition", path: "acquisition", icon: HandCoins, needs: "evaluation:read" },
      { key: "review", path: "review", icon: NotebookText, needs: "evaluation:read" },
      { key: "dashboards", path: "dashboards", icon: LayoutDashboard, needs: "dashboards:read" },
      { key: "alerts", path: "alerts", icon: BellRing, needs: "kpis:read" },
      { key: "guardrails", path: "guardrails", icon: ShieldCheck, needs: "kpis:read" },
      { key: "spend", path: "spend", icon: Wallet, needs: "kpis:read" },
      { key: "customMetrics", path: "custom-metrics", icon: SquareFunction, needs: "kpis:read" },
    ],
  },
  {
    key: "experiments",
    pages: [
      { key: "trials", path: "experiments", icon: FlaskConical, needs: "experiments:read" },
      { key: "flags", path: "flags", icon: Flag, needs: "experiments:read" },
    ],
  },
  {
    key: "outreach",
    pages: [
      { key: "inbox", path: "inbox", icon: Inbox, needs: "conversations:read" },
      { key: "connection", path: "connection", icon: MessagesSquare, needs: "conversations:read" },
      { key: "flows", path: "flows", icon: Workflow, needs: "flows:read" },
      { key: "scenes", path: "scenes", icon: Clapperboard, needs: "flows:read" },
      { key: "campaigns", path: "campaigns", icon: Megaphone, needs: "campaigns:read" },
      { key: "calendar", path: "calendar", icon: CalendarDays, needs: "campaigns:read" },
      { key: "tasks", path: "tasks", icon: ClipboardList, needs: "tasks:read" },
      { key: "messages", path: "messages", icon: Send, needs: "messages:read" },
      { key: "templates", path: "templates", icon: FileText, needs: "messages:read" },
      { key: "holdouts", path: "holdouts", icon: ShieldOff, needs: "campaigns:read" },
      { key: "restraints", path: "restraints", icon: HandHeart, needs: "messages:read" },
    ],
  },
  {
    key: "people",
    pages: [
      { key: "people", path: "people", icon: Users, needs: "people:read" },
      { key: "segments", path: "segments", icon: Blend, needs: "segments:read" },
      { key: "tags", path: "tags", icon: Tags, needs: "tags:read" },
      { key: "lifecycle", path: "lifecycle", icon: TrendingUpDown, needs: "segments:read" },
      { key: "lifetimeValue", path: "lifetime-value", icon: Gem, needs: "models:read" },
      { key: "needs", path: "needs", icon: CalendarClock, needs: "models:read" },
      { key: "survival", path: "survival", icon: HeartPulse, needs: "models:read" },
      { key: "uplift", path: "uplift", icon: UserRoundCheck, needs: "models:read" },
      { key: "ties", path: "ties", icon: HeartHandshake, needs: "superusers:read" },
      { key: "ladder", path: "ladder", icon: Mountain, needs: "superusers:read" },
      { key: "models", path: "models", icon: BrainCircuit, needs: "models:read" },
      { key: "cocreation", path: "cocreation", icon: Lightbulb, needs: "superusers:read" },
      { key: "referrals", path: "referrals", icon: Gift, needs: "superusers:read" },
      { key: "wordOfMouth", path: "word-of-mouth", icon: Network, needs: "people:read" },
      { key: "merges", path: "merges", icon: GitMerge, needs: "merges:read" },
    ],
  },
  {
    key: "collect",
    pages: [
      { key: "live", path: "live", icon: Activity, needs: "events:read" },
      { key: "plan", path: "plan", icon: BookCheck, needs: "plan:read" },
      { key: "imports", path: "imports", icon: Database, needs: "imports:read" },
    ],
  },
  { key: "system", pages: [{ key: "settings", path: "settings", icon: Settings, needs: "workspace:read" }] },
];
