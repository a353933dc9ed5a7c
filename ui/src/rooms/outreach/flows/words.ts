// How is a node, a way or an entry said in the reader's language?
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { useWords } from "@/i18n/useWords";
import { useWorkspace } from "@/shell/workspace";
import { kindsQuery, type Entry, type Graph, type GraphNode, type Kind } from "./queries";

interface FlowWords {
  readonly kind: (key: string) => string;
  readonly says: (kind: Kind) => string;
  readonly way: (way: string) => string;
  readonly summary: (node: GraphNode) => string;
  readonly entry: (entry: Entry) => string;
  readonly reason: (reason: string) => string;
}

export function useKinds(): ReadonlyMap<string, Kind> {
  const { slug } = useWorkspace();
  const { data } = useQuery(kindsQuery(slug));
  return new Map(data?.items.map((kind) => [kind.key, kind]));
}

/** The ways out of a node that are drawn, in the order that its kind gives them. */
export function useWaysOf(graph: Graph): (id: string) => readonly string[] {
  const kinds = useKinds();
  return (id) => {
    const drawn = graph.edges.filter((each) => each.source === id).map((each) => each.way);
    const usual = kinds.get(graph.nodes.find((node) => node.id === id)?.type ?? "")?.ways ?? [];
    return usual.filter((way) => drawn.includes(way)).concat(drawn.filter((way) => !usual.includes(way)));
  };
}

export function useFlowWords(): FlowWords {
  const { t } = useTranslation();
  const { language } = useLanguage();
  const words = useWords();
  const kinds = useKinds();
  const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  const listed = (value: unknown): string => (Array.isArray(value) ? value.map(text).join(t("flows.or")) : "");
  const summary = ({ type, config }: GraphNode): string => {
    const amount = (): string => t(`flows.units.${text(config.unit) as "day"}`, { count: Number(config.amount ?? 1) });
    if (type === "wait") return amount();
    if (type === "wait_until") return t("flows.says.until", { event: listed(config.events), time: amount() });
    if (type === "wait_segment") return t(`flows.says.segmentWait.${config.until === "ended" ? "ended" : "holds"}`, { time: amount() });
    if (type === "wait_time") return t(`flows.says.time.${config.zone === "person" ? "person" : "workspace"}`, { at: text(config.at) });
    if (type === "wait_date") return t("flows.says.date", { trait: text(config.trait) });
    if (type === "send") return text(config.template);
    if (type === "update_trait") return text(config.trait);
    if (type === "record_event") return text(config.event);
    if (type === "holdout") return t("flows.says.percent", { percent: text(config.percent) });
    if (type === "go_to") return t("flows.says.times", { count: Number(config.times ?? 1) });
    if (type === "split" && Array.isArray(config.parts)) return t("flows.says.parts", { count: config.parts.length });
    if (type === "multi" && Array.isArray(config.cases)) return t("flows.says.parts", { count: config.cases.length + 1 });
    if (type === "ab" && Array.isArray(config.parts)) return t("flows.says.parts", { count: config.parts.length });
    if (type === "webhook") return text(config.url).replace(/^https?:\/\/([^/]*).*$/, "$1");
    if (type === "task") return text(config.title);
    if (type === "rate_limit") return t(`flows.says.rate.${config.per === "day" ? "day" : "hour"}`, { count: Number(config.people ?? 0) });
    if (type === "best_channel") return listed(config.channels);
    if (type === "update_tag") return text(config.tag);
    if (type === "exit") return text(config.reason) || t("flows.says.end");
    return t("flows.says.condition");
  };
  const entry = (given: Entry): string => {
    if (given.type === "event") return given.event;
    if (given.type === "segment") return t(`flows.says.segment.${given.on}`, { segment: given.segment });
    if (given.type === "scene") return t("flows.says.scene", { scene: given.scene });
    if (given.type === "schedule") return t("flows.says.schedule", { at: given.at });
    if (given.type === "date") return t("flows.says.date", { trait: given.trait });
    return t("flows.says.api");
  };
  const kind = (key: string): string => {
    const known = kinds.get(key);
    return known ? (language === "zh" ? known.label_zh : known.label_en) : key;
  };
  return {
    kind,
    says: (known) => (language === "zh" ? known.says_zh : known.says_en),
    way: (way) => words(`flows.ways.${way}`) ?? way,
    summary,
    entry,
    reason: (reason) => words(`flows.reasons.${reason}`) ?? reason,
  };
}
