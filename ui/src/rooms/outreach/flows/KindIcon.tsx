// By which picture is a kind of node known at once?
import {
  CalendarClock,
  CircleDashed,
  ClipboardList,
  Clock,
  CornerUpLeft,
  DoorOpen,
  FlaskConical,
  Gauge,
  GitBranch,
  Hourglass,
  LogOut,
  MessageCircleQuestion,
  MessageSquare,
  Network,
  PenLine,
  Radio,
  ShieldHalf,
  Shuffle,
  Square,
  Tag,
  Timer,
  Webhook,
  Zap,
  type LucideIcon,
} from "lucide-react";
import type { ReactNode } from "react";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  entry: DoorOpen,
  send: MessageSquare,
  wait: Timer,
  wait_time: Clock,
  wait_date: CalendarClock,
  wait_until: Hourglass,
  wait_segment: CircleDashed,
  ab: FlaskConical,
  webhook: Webhook,
  branch_answer: MessageCircleQuestion,
  task: ClipboardList,
  rate_limit: Gauge,
  best_channel: Radio,
  update_tag: Tag,
  branch: GitBranch,
  multi: Network,
  split: Shuffle,
  holdout: ShieldHalf,
  go_to: CornerUpLeft,
  update_trait: PenLine,
  record_event: Zap,
  exit: LogOut,
};

export function KindIcon({ kind, size = 16 }: { kind: string; size?: number }): ReactNode {
  const Icon = ICONS[kind] ?? Square;
  return <Icon size={size} strokeWidth={1.75} />;
}
