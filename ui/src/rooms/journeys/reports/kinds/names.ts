// Which kinds of report have a form and a picture of their own? Their names only, for pages that should not bring every form along.
export const KIND_NAMES = [
  "trend",
  "funnel",
  "retention",
  "paths",
  "sessions",
  "lifecycle",
  "stickiness",
  "interval",
  "distribution",
  "penetration",
  "rfm",
  "cohort_revenue",
  "attribution",
  "overview",
  "journey_map",
  "bottlenecks",
] as const;
export type KindName = (typeof KIND_NAMES)[number];

export function isKind(name: string): name is KindName {
  return (KIND_NAMES as readonly string[]).includes(name);
}
