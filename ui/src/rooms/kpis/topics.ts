// Which metrics belong together? Each topic shows what can be bought today beside what lasts.
import type { Metric } from "./queries";

const TOPICS = {
  acquisition: ["new_users", "registration_conversion", "cac", "ltv_cac", "expected_ltv_cac"],
  activity: ["dau", "wau", "mau", "dau_mau", "time_in_use", "feature_penetration"],
  retention: ["retention_day_1", "retention_day_7", "retention_day_30"],
  revenue: ["arpu", "arppu", "average_order_value", "ltv", "expected_ltv", "repeat_purchase_rate"],
  loyalty: ["strong_ties", "nps"],
} as const;

export type TopicKey = keyof typeof TOPICS | "own" | "more";

export interface Topic {
  readonly key: TopicKey;
  readonly short: readonly Metric[];
  readonly long: readonly Metric[];
}

function topicOf({ key, custom }: Metric): TopicKey {
  if (custom) return "own";
  const found = (Object.keys(TOPICS) as (keyof typeof TOPICS)[]).find((topic) => (TOPICS[topic] as readonly string[]).includes(key));
  return found ?? "more"; // a metric that was added since
}

/** In the order in which they are told above; topics without any metric are left out. */
export function topicsOf(metrics: readonly Metric[]): readonly Topic[] {
  const order: readonly TopicKey[] = [...(Object.keys(TOPICS) as (keyof typeof TOPICS)[]), "more", "own"];
  const place = new Map<string, number>(
    Object.values(TOPICS)
      .flat()
      .map((key, i) => [key, i]),
  );
  const sorted = [...metrics].sort((a, b) => (place.get(a.key) ?? 99) - (place.get(b.key) ?? 99));
  return order
    .map((key) => {
      const mine = sorted.filter((metric) => topicOf(metric) === key);
      return { key, short: mine.filter((metric) => metric.horizon === "short"), long: mine.filter((metric) => metric.horizon === "long") };
    })
    .filter((topic) => topic.short.length + topic.long.length > 0);
}
